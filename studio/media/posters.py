"""Still pictures from a video: the poster on a card, the filmstrip for hovering, the last frame to go on from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from studio.media.atomic import replacing
from studio.media.containers import open_media, picture_stream
from studio.media.frames import (
    first_frame,
    frame_at,
    frame_seconds,
    last_frame,
    readable_frames,
    seek,
    to_picture,
    video_seconds,
)
from studio.media.images import save_webp
from studio.media.sniffing import sniff_result

DECODE_ALL_SECONDS = 15
_BLACK = 16
_WEBP_SIDE = 16_383


@dataclass(frozen=True)
class Filmstrip:
    """One picture that holds `frames` pictures side by side, each `width` x `height`."""

    frames: int
    width: int
    height: int


def make_poster(video: Path, destination: Path, width: int = 640) -> tuple[int, int]:
    """A WebP from about one second in, or a brighter place where that is black; gives its size."""
    with open_media(Path(video), sniff_result(Path(video))) as container:
        stream = picture_stream(container)
        seconds = float(video_seconds(container, stream))
        picture = _brightest_enough(container, stream, seconds, width)
    save_webp(picture, Path(destination))
    return picture.size


def make_smaller(poster: Path, destination: Path, width: int) -> bool:
    """A copy of a poster that is `width` pixels wide; False, and nothing made, when it is not wider than that itself.

    Raises OSError for a file that cannot be read as a picture."""
    with Image.open(poster) as picture:
        if picture.width <= width:
            return False
        smaller = picture.convert("RGB")
    smaller.thumbnail((width, smaller.height), Image.Resampling.LANCZOS)
    save_webp(smaller, destination)
    return True


def poster_width(poster: Path) -> int:
    """How many pixels a poster is wide; raises OSError for a file that cannot be read as a picture."""
    with Image.open(poster) as picture:
        return picture.width


def make_filmstrip(video: Path, destination: Path, frames: int = 10, height: int = 90) -> Filmstrip:
    """A WebP of `frames` moments spread over the video, left to right."""
    with open_media(Path(video), sniff_result(Path(video))) as container:
        stream = picture_stream(container)
        seconds = float(video_seconds(container, stream))
        moments = [seconds * (index + 0.5) / frames for index in range(frames)]
        if seconds <= DECODE_ALL_SECONDS:
            pictures = _pictures_by_decoding_all(container, stream, moments, height)
        else:
            pictures = _pictures_by_key(container, stream, moments, height)
    strip, layout = _side_by_side(pictures)
    save_webp(strip, Path(destination))
    return layout


def extract_last_frame(video: Path, destination: Path) -> tuple[int, int]:
    """The true last picture as a PNG at full size, the right way up; gives its size."""
    with open_media(Path(video), sniff_result(Path(video))) as container:
        picture = to_picture(last_frame(container, picture_stream(container)))
    with replacing(Path(destination)) as draft:
        picture.save(draft, format="PNG", compress_level=4)
    return picture.size


def _brightest_enough(container: InputContainer, stream: VideoStream, seconds: float, width: int) -> Image.Image:
    moments = [min(1.0, seconds / 2), *(seconds * part for part in (0.5, 0.75, 0.25, 0.9))]
    best: Image.Image | None = None
    best_light = -1.0
    for moment in moments:
        picture = to_picture(frame_at(container, stream, moment), width=width)
        light = ImageStat.Stat(picture.convert("L")).mean[0]
        if light > best_light:
            best, best_light = picture, light
        if best_light > _BLACK:
            break
    assert best is not None
    return best


def _pictures_by_decoding_all(
    container: InputContainer, stream: VideoStream, moments: list[float], height: int
) -> list[Image.Image]:
    pictures: list[Image.Image] = []
    latest: VideoFrame | None = None
    for frame in readable_frames(container, stream):
        latest = frame
        # One frame may stand for several moments of a very short video.
        while len(pictures) < len(moments) and _reaches(frame, stream, moments[len(pictures)]):
            pictures.append(to_picture(frame, height=height))
    if latest is None:
        latest = first_frame(container, stream)
    return pictures + [to_picture(latest, height=height)] * (len(moments) - len(pictures))


def _reaches(frame: VideoFrame, stream: VideoStream, moment: float) -> bool:
    length = float(1 / (stream.average_rate or 24))
    return frame_seconds(frame, stream) + length > moment


def _pictures_by_key(
    container: InputContainer, stream: VideoStream, moments: list[float], height: int
) -> list[Image.Image]:
    return [to_picture(frame, height=height) for frame in _key_frames(container, stream, moments)]


def _key_frames(container: InputContainer, stream: VideoStream, moments: list[float]) -> Iterator[VideoFrame]:
    latest: VideoFrame | None = None
    for moment in moments:
        seek(container, stream, moment)
        latest = next(readable_frames(container, stream), latest)
        yield latest or first_frame(container, stream)


def _side_by_side(pictures: list[Image.Image]) -> tuple[Image.Image, Filmstrip]:
    width, height = pictures[0].size
    width = min(width, _WEBP_SIDE // len(pictures))
    strip = Image.new("RGB", (width * len(pictures), height))
    for index, picture in enumerate(pictures):
        strip.paste(picture.resize((width, height)), (index * width, 0))
    return strip, Filmstrip(frames=len(pictures), width=width, height=height)
