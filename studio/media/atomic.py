"""Writing a file so that others see it whole or not at all, also after a power cut."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_MODE = 0o644


@contextmanager
def replacing(destination: Path) -> Iterator[Path]:
    """A path beside the destination to write to; it takes the destination's place when the block ends well."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=destination.parent, prefix=".writing-", suffix=destination.suffix)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        settle(draft, destination)
    finally:
        draft.unlink(missing_ok=True)


def settle(source: Path, destination: Path) -> None:
    """Moves a finished file into place within one file system, on disk before anyone can see it."""
    source.chmod(FILE_MODE)
    _sync(source)
    source.replace(destination)
    _sync(destination.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
