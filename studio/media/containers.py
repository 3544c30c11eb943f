"""Opens videos and sounds with PyAV so that nothing but the one local file can be read.

The demuxer is named, never guessed, and the file protocol alone is allowed: a playlist dressed as a video could
otherwise make FFmpeg read other files or fetch addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from studio.lib.english import english
from studio.media.errors import Rejected

MAX_FRAME_PIXELS = 16_800_000
VIDEO_CODECS = {"h264", "hevc", "av1", "vp9", "vp8", "mpeg4", "prores", "mjpeg"}
_DEMUXERS = {"mp4": "mov", "mov": "mov", "wav": "wav", "mp3": "mp3", "matroska": "matroska"}

DAMAGED_VIDEO = english("This video cannot be played: it is damaged or incomplete. Copy or export it again.")
DAMAGED_SOUND = english("This sound file cannot be played: it is damaged or incomplete. Copy or export it again.")


@contextmanager
def open_media(path: Path, name: str) -> Iterator[InputContainer]:
    """The file opened for reading as the format `name`; every FFmpeg error inside becomes Rejected."""
    damaged = DAMAGED_SOUND if name in ("wav", "mp3") else DAMAGED_VIDEO
    try:
        with av.open(
            f"file:{path.absolute()}",
            mode="r",
            format=_DEMUXERS[name],
            options={"protocol_whitelist": "file"},
            metadata_errors="replace",
        ) as container:
            yield container
    except (av.error.FFmpegError, EOFError, UnicodeError) as error:
        raise Rejected("damaged", damaged) from error


def picture_stream(container: InputContainer) -> VideoStream:
    """The video's picture track, ready to decode; cover art does not count as one."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            _check_picture(stream)
            stream.codec_context.options = {"max_pixels": str(MAX_FRAME_PIXELS)}
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = 2
            return stream
    raise Rejected("no_picture", english("This file holds sound only. Send sound as MP3 or WAV."))


def _check_picture(stream: VideoStream) -> None:
    codec = codec_name(stream)
    if codec not in VIDEO_CODECS:
        raise Rejected(
            "codec",
            english(
                "This video's coding (%(coding)s) cannot be used; export it as H.264.",
                coding=codec or english("unknown"),
            ),
        )
    if stream.width * stream.height > MAX_FRAME_PIXELS:
        raise Rejected(
            "too_many_pixels",
            english(
                "This video is too large to open: %(width)s x %(height)s pixels.",
                width=stream.width,
                height=stream.height,
            ),
        )


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The first sound track, if there is one."""
    return next(iter(container.streams.audio), None)


def codec_name(stream: VideoStream | AudioStream | None) -> str:
    """What the coding is called, whichever decoder reads it."""
    if stream is None or stream.codec_context is None:
        return ""
    return stream.codec_context.codec.canonical_name
