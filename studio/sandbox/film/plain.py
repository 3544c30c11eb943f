"""Films for load: made once for each shape, then handed out again, each with a mark that makes it another file.

A thousand tasks cost seconds that way, and every file plays and has the length, size and sound that were asked for."""

from __future__ import annotations

import struct
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from PIL import Image

from studio.sandbox.film import sound
from studio.sandbox.film.encoder import RATE, encode
from studio.sandbox.film.inputs import Size, last_frame
from studio.sandbox.film.textures import gradient
from studio.sandbox.sizes import even

DRAWN_PIXELS = 160 * 90
SKY, LAND, BAR = (38, 52, 74), (206, 142, 92), (244, 232, 208)


class Shape(NamedTuple):
    """All in which two plain films differ."""

    size: Size
    seconds: int
    has_sound: bool


class _Film(NamedTuple):
    video: bytes
    last_frame: bytes


class Shelf:
    """The films that were made so far, in memory; safe to use from several threads."""

    def __init__(self) -> None:
        self._films: dict[Shape, _Film] = {}
        self._lock = threading.Lock()

    def take(self, shape: Shape, mark: str, video: Path, picture: Path | None) -> None:
        """Write a film of this shape, and its last frame where that is wanted."""
        film = self._film(shape)
        video.write_bytes(film.video + _free(mark))
        if picture:
            picture.write_bytes(film.last_frame)

    def _film(self, shape: Shape) -> _Film:
        with self._lock:
            if shape not in self._films:
                self._films[shape] = _made(shape)
            return self._films[shape]


def _made(shape: Shape) -> _Film:
    with tempfile.TemporaryDirectory() as folder:
        video, picture = Path(folder) / "film.mp4", Path(folder) / "last.png"
        voice = sound.chord(Random("plain"), shape.seconds) if shape.has_sound else None
        encode(video, shape.size, _frames(shape), caption=None, sound=voice)
        last_frame(video).save(picture)
        return _Film(video.read_bytes(), picture.read_bytes())


def _frames(shape: Shape) -> Iterator[Image.Image]:
    """A bar that crosses a dusky field, so that it can be seen to play."""
    scale = (DRAWN_PIXELS / (shape.size[0] * shape.size[1])) ** 0.5
    width, height = even(shape.size[0] * scale), even(shape.size[1] * scale)
    field = gradient((width, height), [(0, SKY), (1, LAND)])
    count = shape.seconds * RATE
    for moment in range(count):
        frame = field.copy()
        left = round((width - 6) * moment / max(count - 1, 1))
        frame.paste(BAR, (left, 0, left + 6, height))
        yield frame


def _free(mark: str) -> bytes:
    """A box that players skip, at the end of the file."""
    content = mark.encode()
    return struct.pack(">I4s", len(content) + 8, b"free") + content
