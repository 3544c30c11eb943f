"""Proves that a video is one, whole, and that its pictures decode. Decodes as little as proves it."""

from __future__ import annotations

from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from studio.lib.english import english
from studio.media.containers import DAMAGED_VIDEO, codec_name, open_media, picture_stream, sound_stream
from studio.media.errors import Rejected
from studio.media.frames import first_frame, frame_seconds, last_frame, seek, video_seconds
from studio.media.info import Format, MediaInfo, to_seconds
from studio.media.structure import check_movie


def probe_video(path: Path, form: Format) -> MediaInfo:
    """What the video is; its first and its last key picture must decode."""
    if form.name in ("mp4", "mov"):
        check_movie(path)
    with open_media(path, form.name) as container:
        stream = picture_stream(container)
        frame = first_frame(container, stream)
        seconds = video_seconds(container, stream)
        if to_seconds(seconds) <= 0:
            raise Rejected("no_length", english("This video has no length. Copy or export it again."))
        _check_tail(container, stream, float(seconds))
        turned = frame.rotation % 180 != 0
        sound = sound_stream(container)
        return MediaInfo(
            kind=form.kind,
            format=form.name,
            mime=form.mime,
            extension=form.extension,
            size=path.stat().st_size,
            width=frame.height if turned else frame.width,
            height=frame.width if turned else frame.height,
            seconds=to_seconds(seconds),
            fps=stream.average_rate,
            frame_count=stream.frames or None,
            video_codec=codec_name(stream),
            audio_codec=codec_name(sound),
            has_sound=sound is not None,
        )


def check_playable(path: Path, info: MediaInfo) -> None:
    """Decodes from the last key picture to the end; raises Rejected when the last picture is not near the end."""
    with open_media(path, info.format) as container:
        stream = picture_stream(container)
        frame = last_frame(container, stream)
        seconds = float(video_seconds(container, stream))
        if seconds - frame_seconds(frame, stream) > max(1.0, seconds / 10):
            raise Rejected("truncated", DAMAGED_VIDEO)


def _check_tail(container: InputContainer, stream: VideoStream, seconds: float) -> None:
    """One key picture near the end decodes, and what follows it can be read. Cheap enough for an upload."""
    seek(container, stream, seconds)
    decoded = False
    for packet in container.demux(stream):
        if packet.is_corrupt:
            raise Rejected("truncated", DAMAGED_VIDEO)
        decoded = decoded or bool(packet.decode())
    if not decoded:
        raise Rejected("truncated", DAMAGED_VIDEO)
