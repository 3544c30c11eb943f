"""Which worker processes have a task in hand, told through empty files: a queue cannot be asked from outside.

A worker writes, the supervisor reads; both may die at any moment, so a file counts only as long as its writer lives.
Each running cluster has a folder of its own, named by its holder: several workers may share one data folder.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from studio.lib.holders import is_gone


def clear_dead(folder: Path) -> None:
    """Remove the folders in `folder` that clusters of this host left when they died."""
    for old in list(folder.iterdir()) if folder.exists() else []:
        if is_gone(old.name.partition(":")[2]):
            shutil.rmtree(old, ignore_errors=True)


class Activity:
    """The work of one cluster, kept in `folder`; one file per busy process, named by its number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        """This process has taken a task."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own().touch()
        # By the clock that nobody sets: after a jump of the other one, who is at work would count as hanging, and be
        # ended in the midst of a request.
        os.utime(self._own(), (time.monotonic(), time.monotonic()))

    def end(self) -> None:
        """This process has finished its task."""
        self._own().unlink(missing_ok=True)

    def busy(self, limit: float) -> int:
        """How many living processes have been at one task for up to `limit` seconds."""
        return sum(self._counts(file, limit) for file in self._files())

    def _own(self) -> Path:
        return self.folder / str(os.getpid())

    def _files(self) -> list[Path]:
        return list(self.folder.iterdir()) if self.folder.exists() else []

    def _counts(self, file: Path, limit: float) -> bool:
        try:
            age = time.monotonic() - file.stat().st_mtime
        except FileNotFoundError:
            return False
        if _is_alive(int(file.name)):
            return age <= limit
        file.unlink(missing_ok=True)
        return False


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
