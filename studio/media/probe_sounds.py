"""Proves that a sound file is one, and measures its length by what is really in it."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from studio.lib.english import english
from studio.media.containers import DAMAGED_SOUND, codec_name, open_media, sound_stream
from studio.media.errors import Rejected
from studio.media.info import Format, MediaInfo, to_seconds
from studio.media.structure import CUT, check_wave


def probe_sound(path: Path, form: Format) -> MediaInfo:
    """What the sound is; it must decode, and hold about as much as it says."""
    if form.name == "wav":
        check_wave(path)
    with open_media(path, form.name) as container:
        stream = _check_stream(container, form)
        stated = _stated_seconds(container, stream)
        seconds = _measure(container, stream)
    if to_seconds(seconds) <= 0:
        raise Rejected("no_length", english("This sound file has no length. Copy or export it again."))
    if stated and seconds < stated * Fraction(9, 10):
        raise Rejected("truncated", CUT)
    return MediaInfo(
        kind=form.kind,
        format=form.name,
        mime=form.mime,
        extension=form.extension,
        size=path.stat().st_size,
        seconds=to_seconds(seconds),
        audio_codec=codec_name(stream),
        has_sound=True,
    )


def _check_stream(container: InputContainer, form: Format) -> AudioStream:
    stream = sound_stream(container)
    if stream is None:
        raise Rejected("damaged", DAMAGED_SOUND)
    codec = codec_name(stream)
    if codec != "mp3" and not (form.name == "wav" and codec.startswith("pcm_")):
        raise Rejected(
            "codec",
            english("This sound's coding (%(codec)s) cannot be used; export it as plain WAV or MP3.", codec=codec),
        )
    return stream


def _stated_seconds(container: InputContainer, stream: AudioStream) -> Fraction:
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(container.duration or 0, av.time_base)


def _measure(container: InputContainer, stream: AudioStream) -> Fraction:
    """The length of all packets together; the first that gives sound proves the decoder can read it."""
    ticks = 0
    decoded = False
    for packet in container.demux(stream):
        ticks += packet.duration or 0
        # An MP3 may begin in the middle of a frame and still play.
        with suppress(av.error.InvalidDataError):
            decoded = decoded or bool(packet.decode())
    if not decoded:
        raise Rejected("damaged", DAMAGED_SOUND)
    return ticks * (stream.time_base or Fraction(0))
