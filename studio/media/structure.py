"""Is a file whole? Walks the outer boxes of MP4/MOV and the chunks of WAV, which name their own lengths."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from studio.lib.english import english
from studio.media.errors import Rejected

CUT = english("This file is incomplete: its end is missing. Copy or export it again.")
_UNKNOWN_LENGTHS = {0, 0xFFFFFFFF}


def check_movie(path: Path) -> None:
    """Raises Rejected when an MP4 or MOV lacks its index or ends before its last box does."""
    total = path.stat().st_size
    names = set()
    with path.open("rb") as file:
        for name, end in _boxes(file, total):
            if not name.isascii() or end is None:
                # Some cameras pad the end of a file that is otherwise whole.
                break
            if end > total:
                raise Rejected("truncated", CUT)
            names.add(name)
    if b"moov" not in names:
        raise Rejected("truncated", english("This video is incomplete: its index is missing. Copy or export it again."))
    if b"mdat" not in names:
        raise Rejected("truncated", english("This video holds no pictures. Copy or export it again."))


def _boxes(file: BinaryIO, total: int) -> Iterator[tuple[bytes, int | None]]:
    """Each outer box as (name, end); the end is None when the length makes no sense."""
    start = 0
    while start + 8 <= total:
        file.seek(start)
        length, name = struct.unpack(">I4s", file.read(8))
        if length == 1:
            wide = file.read(8)
            length = struct.unpack(">Q", wide)[0] if len(wide) == 8 else 0
        elif length == 0:
            length = total - start
        if length < 8:
            yield name, None
            return
        yield name, start + length
        start += length


def check_wave(path: Path) -> None:
    """Raises Rejected when a WAV names more sound than it holds; unknown lengths (live recordings) pass."""
    total = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) == b"RF64":
            return
        start = 12
        while start + 8 <= total:
            file.seek(start)
            name, length = struct.unpack("<4sI", file.read(8))
            if name == b"data":
                if length not in _UNKNOWN_LENGTHS and start + 8 + length > total:
                    raise Rejected("truncated", CUT)
                return
            start += 8 + length + length % 2
    raise Rejected("truncated", english("This sound file is incomplete: it holds no sound. Copy or export it again."))
