"""Opening fetched references: upright images, and videos read frame by frame without holding them whole."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image, ImageOps

from studio.sandbox.fetch import InputError
from studio.sandbox.film.pixels import to_image
from studio.sandbox.jobs import Source

LARGEST_SIDE = 2000
MOST_PIXELS = 80_000_000

Size = tuple[int, int]


@dataclass(frozen=True)
class Clip:
    """A video on disk and what its header says."""

    path: Path
    size: Size
    seconds: float


def open_image(source: Source, path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            if image.width * image.height > MOST_PIXELS:
                raise InputError(source, f"the image is too large ({image.width} x {image.height} pixels)")
            image.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        raise InputError(source, "the file is not an image that can be read") from problem
    upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    return upright


def open_clip(source: Source, path: Path) -> Clip:
    try:
        with av.open(str(path)) as file:
            first = next(file.decode(file.streams.video[0]))
            seconds = (file.duration or 0) / av.time_base
            return Clip(path, (first.width, first.height), seconds)
    except (av.FFmpegError, IndexError, StopIteration, ValueError) as problem:
        raise InputError(source, "the file is not a video that can be read") from problem


def check_sound(source: Source, path: Path) -> Path:
    try:
        with av.open(str(path)) as file:
            next(file.decode(file.streams.audio[0]))
    except (av.FFmpegError, IndexError, StopIteration, ValueError) as problem:
        raise InputError(source, "the file is not a sound that can be read") from problem
    return path


def cover(image: Image.Image, size: Size) -> Image.Image:
    """The picture filling the size, centred, nothing stretched."""
    return ImageOps.fit(image, size, Image.Resampling.LANCZOS)


def frames_at(clip: Clip, size: Size, rate: int) -> Iterator[Image.Image]:
    """The clip's pictures at a steady rate, covering the size, from its start again whenever it ends."""
    while True:
        yield from _once(clip, size, rate)


def _once(clip: Clip, size: Size, rate: int) -> Iterator[Image.Image]:
    shown, image = 0, None
    with av.open(str(clip.path)) as file:
        stream = file.streams.video[0]
        stream.thread_type = "AUTO"
        start = None
        for frame in file.decode(stream):
            moment = frame.time or 0.0
            start = moment if start is None else start
            while image is not None and shown / rate < moment - start - 0.001:
                yield image
                shown += 1
            image = _covering(frame, size)
    if image is not None:
        yield image


def _covering(frame: av.VideoFrame, size: Size) -> Image.Image:
    scale = max(size[0] / frame.width, size[1] / frame.height)
    wide, high = max(size[0], round(frame.width * scale)), max(size[1], round(frame.height * scale))
    image = to_image(frame, (wide, high))
    left, top = (wide - size[0]) // 2, (high - size[1]) // 2
    return image if (wide, high) == size else image.crop((left, top, left + size[0], top + size[1]))


def last_frame(path: Path) -> Image.Image:
    """The very last picture of a film of ours; it has a key frame each second, so little is decoded."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        file.seek(max(0, (file.duration or 0) - 1_500_000))
        last = deque(file.decode(stream), maxlen=1)
        return to_image(last[0])
