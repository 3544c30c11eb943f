"""Secrets that are made on the first start and kept in a file that only its owner can read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in `path`, made there first if it is not; raises ValueError for an empty file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Exclusive creation: of two processes on a first start one writes and the other reads.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(make())
    return _read(path)


def _read(path: Path) -> str:
    for _ in range(50):
        if value := path.read_text().strip():
            return value
        # Another process has made the file and is about to write it.
        time.sleep(0.02)
    raise ValueError(f"{path.name} in the data folder is empty: restore it from a backup, or delete it")


def is_open_to_others(path: Path) -> bool:
    """Whether any account but the owner's may do anything with the file; a file that is not there is open to nobody."""
    return path.exists() and path.stat().st_mode & 0o077 != 0
