"""The picture of a sound: one row of bars on nothing, in a tone that can be seen on dark and on light."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import av
from PIL import Image, ImageDraw

from studio.lib.english import english
from studio.media.atomic import replacing
from studio.media.containers import open_media, sound_stream
from studio.media.errors import Rejected
from studio.media.probe import probe
from studio.media.sniffing import sniff

_TONE = (127, 138, 156, 255)
_BAR = 3
_GAP = 2
_LOUDEST = 32768
_QUIETEST_PEAK = 0.05
_SHORT_SECONDS = 60


def make_waveform(audio: Path, destination: Path, width: int = 640, height: int = 120) -> None:
    """A transparent WebP of the sound's loudness over time; memory does not grow with its length."""
    audio = Path(audio)
    seconds = float(probe(audio).seconds or 0)
    bars = max(1, (width + _GAP) // (_BAR + _GAP))
    peaks = _peaks(audio, bars, seconds)
    with replacing(Path(destination)) as draft:
        _draw(peaks, width, height).save(draft, format="WEBP", lossless=True)


def _peaks(audio: Path, bars: int, seconds: float) -> list[float]:
    """The loudest sample of each bar's share of the sound, as parts of one."""
    rate = 8000 if seconds <= _SHORT_SECONDS else 4000
    share = max(1.0, seconds * rate / bars)
    peaks = [0] * bars
    position = 0
    for samples in _samples(audio, rate):
        start = 0
        while start < len(samples):
            bar = min(bars - 1, int((position + start) / share))
            end = len(samples) if bar == bars - 1 else max(start + 1, int((bar + 1) * share) - position)
            piece = samples[start:end]
            peaks[bar] = max(peaks[bar], max(piece), -min(piece))
            start = end
        position += len(samples)
    return [peak / _LOUDEST for peak in peaks]


def _samples(audio: Path, rate: int) -> Iterator[array[int]]:
    with open_media(audio, sniff(audio)) as container:
        stream = sound_stream(container)
        if stream is None:
            raise Rejected("no_sound", english("This file holds no sound."))
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        for packet in container.demux(stream):
            try:
                decoded = packet.decode()
            except av.error.InvalidDataError:
                continue
            for frame in decoded:
                for piece in resampler.resample(frame):
                    yield array("h", bytes(piece.planes[0])[: piece.samples * 2])


def _draw(peaks: list[float], width: int, height: int) -> Image.Image:
    image = Image.new("RGBA", (width, height), (*_TONE[:3], 0))
    draw = ImageDraw.Draw(image)
    # Quiet recordings are drawn larger, silence is not.
    scale = 1 / max(max(peaks), _QUIETEST_PEAK)
    for index, peak in enumerate(peaks):
        half = max(1.0, peak * scale * (height - 2) / 2)
        left = index * (_BAR + _GAP)
        box = (left, height / 2 - half, left + _BAR - 1, height / 2 + half)
        draw.rounded_rectangle(box, radius=1, fill=_TONE)
    return image
