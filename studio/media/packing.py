"""A large ZIP, written in runs: files are copied in blocks, uncompressed since films are, and never held in memory.

A run that ends by itself leaves a whole archive under the name `….paused`, which the next one goes on with; one that
dies leaves `….writing`, which nobody believes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from studio.media.atomic import settle

BLOCK = 1024 * 1024
# From here on the 64-bit sizes are written at once, as they cannot be added later.
LARGE = 2 * 1024**3

Tell = Callable[[int], None]


def pack(
    target: Path, *, texts: Mapping[str, str], files: Mapping[str, Path], tell: Tell, stop: Callable[[], bool]
) -> bool:
    """Write `texts` and `files`, each under its name, and put the archive in place; False when `stop` said so before.

    `tell` hears how many bytes of the files are in it. Raises OSError."""
    writing = target.with_name(f"{target.name}.writing")
    _take_up(target, writing)
    with zipfile.ZipFile(writing, "a", zipfile.ZIP_STORED, allowZip64=True) as archive:
        there = set(archive.namelist())
        for name, text in texts.items():
            if name not in there:
                archive.writestr(name, text, zipfile.ZIP_DEFLATED)
        done = sum(archive.getinfo(name).file_size for name in files if name in there)
        for name, source in files.items():
            if name in there:
                continue
            if stop():
                break
            done = _add(archive, name, source, done, tell)
            there.add(name)
    if not there.issuperset(files):
        writing.replace(_paused(target))
        return False
    settle(writing, target)
    return True


def forget(target: Path) -> None:
    """Leave nothing behind of an archive that is not wanted any more."""
    for path in (target.with_name(f"{target.name}.writing"), _paused(target)):
        path.unlink(missing_ok=True)


def _take_up(target: Path, writing: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    writing.unlink(missing_ok=True)
    if _paused(target).exists():
        _paused(target).replace(writing)


def _paused(target: Path) -> Path:
    return target.with_name(f"{target.name}.paused")


def _add(archive: zipfile.ZipFile, name: str, source: Path, done: int, tell: Tell) -> int:
    entry = zipfile.ZipInfo.from_file(source, name, strict_timestamps=False)
    with source.open("rb") as file, archive.open(entry, "w", force_zip64=entry.file_size >= LARGE) as target:
        while block := file.read(BLOCK):
            target.write(block)
            done += len(block)
            tell(done)
    return done
