"""Pictures out of an open video: at a time, at the end, the right way up. What is done with them is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from studio.media.containers import DAMAGED_VIDEO
from studio.media.errors import Rejected

# How far before the end to look for the last picture, nearest first.
_BACK_STEPS = (0, 2, 8)


def first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame:
    """The first picture; raises Rejected when there is none."""
    for frame in container.decode(stream):
        return frame
    raise Rejected("damaged", DAMAGED_VIDEO)


def video_seconds(container: InputContainer, stream: VideoStream) -> Fraction:
    """The length of the picture track, or of the whole file where the track does not say."""
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(container.duration or 0, av.time_base)


def seek(container: InputContainer, stream: VideoStream, seconds: float) -> None:
    """To the key picture at or before a time counted from the start of the track."""
    assert stream.time_base
    container.seek(int(seconds / stream.time_base) + (stream.start_time or 0), stream=stream)


def frame_seconds(frame: VideoFrame, stream: VideoStream) -> float:
    """When a picture is shown, counted from the start of the track."""
    assert stream.time_base
    return float(((frame.pts or 0) - (stream.start_time or 0)) * stream.time_base)


def frame_at(container: InputContainer, stream: VideoStream, seconds: float) -> VideoFrame:
    """The picture shown at a time, or the last one before the track ends."""
    seek(container, stream, seconds)
    found = None
    half = float(1 / (stream.average_rate or 24)) / 2
    for frame in readable_frames(container, stream):
        found = frame
        if frame_seconds(frame, stream) + half >= seconds:
            return frame
    return found or first_frame_again(container, stream)


def first_frame_again(container: InputContainer, stream: VideoStream) -> VideoFrame:
    """The first picture of a video that was already read from."""
    seek(container, stream, 0)
    return first_frame(container, stream)


def last_frame(container: InputContainer, stream: VideoStream) -> VideoFrame:
    """The last picture that can be decoded; raises Rejected when none can."""
    seconds = float(video_seconds(container, stream))
    for step in (*_BACK_STEPS, seconds):
        seek(container, stream, max(0.0, seconds - step))
        found = None
        for frame in readable_frames(container, stream):
            found = frame
        if found is not None:
            return found
    raise Rejected("damaged", DAMAGED_VIDEO)


def readable_frames(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Pictures from here on, ending quietly where the decoder finds nothing more that it can read."""
    try:
        yield from container.decode(stream)
    except av.error.FFmpegError as error:
        if isinstance(error, OSError | MemoryError):
            # The disk or the memory, not the file.
            raise


def to_picture(frame: VideoFrame, height: int | None = None, width: int | None = None) -> Image.Image:
    """The picture the right way up, at full size or scaled to a height or a width as shown."""
    turned = frame.rotation % 180 != 0
    shown_width, shown_height = (frame.height, frame.width) if turned else (frame.width, frame.height)
    scale = Fraction(1)
    if height:
        scale = Fraction(height, shown_height)
    elif width:
        scale = Fraction(width, shown_width)
    scaled = frame.reformat(
        width=max(2, round(frame.width * scale)), height=max(2, round(frame.height * scale)), format="rgb24"
    )
    picture: Image.Image = scaled.to_image()  # type: ignore[no-untyped-call]
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture
