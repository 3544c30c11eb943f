"""A fixed number of places among the processes of one machine, each held through the lock of a file.

The kernel gives a dead process's place back at once, so nothing has to be counted, renewed or cleared up.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def place(folder: Path, name: str, count: int) -> Iterator[bool]:
    """Hold one of the `count` places called `name` for as long as the block runs; False when all are taken."""
    folder.mkdir(parents=True, exist_ok=True)
    tried = (_lock(folder / f"{name}.{number}") for number in range(count))
    # The very first file of a process that was started without an input is number 0.
    held = next((place for place in tried if place is not None), None)
    try:
        yield held is not None
    finally:
        if held is not None:
            os.close(held)


def _lock(file: Path) -> int | None:
    opened = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    return opened
