"""A file that is still arriving: `<name>.part`, and beside it `<name>.part.etag`, which says of what it is a part."""

from __future__ import annotations

import fcntl
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from studio.lib.english import english
from studio.media.atomic import settle
from studio.media.download_errors import DownloadInterrupted

_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Downloaded:
    """What arrived."""

    sha256: str
    size: int


class PartFile:
    """One arriving file, locked: two workers never write the same part."""

    def __init__(self, destination: Path) -> None:
        self.destination = destination
        self.path = destination.with_name(destination.name + ".part")
        self.validator_path = destination.with_name(destination.name + ".part.etag")

    def __enter__(self) -> Self:
        self.destination.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), "r+b")
        try:
            self._lock()
            self._read_what_is_there()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.size == 0:
            self.discard()
        self._file.close()

    def resume_headers(self) -> dict[str, str]:
        """What to ask for so that only the rest is sent, and only if it is still the same file."""
        validator = self.validator()
        if not self.size or not validator:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": validator}

    def validator(self) -> str:
        """What the server called the file of which this is a part."""
        try:
            return self.validator_path.read_text(encoding="latin-1")
        except FileNotFoundError:
            return ""

    def restart(self, validator: str) -> None:
        """Forgets what has arrived and begins the file that the validator names; an empty one cannot be resumed."""
        # In this order a crash in between leaves a part that is fetched anew, never one of two files.
        self.validator_path.unlink(missing_ok=True)
        self._file.seek(0)
        self._file.truncate()
        self.size = 0
        self._digest = hashlib.sha256()
        if validator:
            self.validator_path.write_text(validator, encoding="latin-1")

    def append(self, block: bytes) -> None:
        """Writes the next bytes."""
        self._file.write(block)
        self._digest.update(block)
        self.size += len(block)

    def finish(self) -> Downloaded:
        """Puts the whole file in its place."""
        self._file.flush()
        settle(self.path, self.destination)
        self.validator_path.unlink(missing_ok=True)
        return Downloaded(sha256=self._digest.hexdigest(), size=self.size)

    def discard(self) -> None:
        """Leaves nothing behind."""
        self.path.unlink(missing_ok=True)
        self.validator_path.unlink(missing_ok=True)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held the lock before may have moved this very file into place.
            if os.fstat(self._file.fileno()).st_ino == self.path.stat().st_ino:
                return
        except (BlockingIOError, FileNotFoundError):
            pass
        raise DownloadInterrupted("busy", english("This file is being downloaded already."))

    def _read_what_is_there(self) -> None:
        self._digest = hashlib.sha256()
        self.size = 0
        while block := self._file.read(_BLOCK):
            self._digest.update(block)
            self.size += len(block)
