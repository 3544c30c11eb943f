"""Where files lie under MEDIA_ROOT and how they get there. Names are relative, with forward slashes."""

from __future__ import annotations

import errno
import filecmp
import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation

from studio.media.atomic import replacing, settle

# Whoever takes a file up by its content has written that down long before.
LATELY_SECONDS = 24 * 60 * 60
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9]+)*")


def reference_name(sha256: str, extension: str) -> str:
    """Where a reference lies: by its content, so that the same bytes are one file."""
    if not _SHA256.fullmatch(sha256) or not _EXTENSION.fullmatch(extension):
        raise SuspiciousFileOperation("A reference is named by its SHA-256 and a plain extension.")
    return f"references/{sha256[:2]}/{sha256[2:4]}/{sha256}.{extension}"


def derived_name(reference: str, filename: str) -> str:
    """Where something made from a reference lies: beside it, under the same hash."""
    if not _PLAIN_NAME.fullmatch(filename):
        raise SuspiciousFileOperation("What is made from a reference has a plain name.")
    return f"{reference.rpartition('.')[0]}.{filename}"


def render_name(render_id: object, filename: str) -> str:
    """Where a file made for one render lies."""
    if not _PLAIN_NAME.fullmatch(str(render_id)) or not _PLAIN_NAME.fullmatch(filename):
        raise SuspiciousFileOperation("A render's files have plain names.")
    return f"renders/{render_id}/{filename}"


def export_name(export_id: int, filename: str) -> str:
    """Where a file lies that was made for the edit."""
    if not _PLAIN_NAME.fullmatch(filename):
        raise SuspiciousFileOperation("An export's file has a plain name.")
    return f"exports/{export_id}/{filename}"


def absolute(name: str) -> Path:
    """The path of a stored file; refuses every name that would lead out of MEDIA_ROOT, by links as well."""
    root = Path(settings.MEDIA_ROOT).resolve()
    pure = PurePosixPath(name)
    if not name or "\x00" in name or "\\" in name or pure.is_absolute() or ".." in pure.parts:
        raise SuspiciousFileOperation("This name leads out of the media folder.")
    path = (root / pure).resolve()
    if path == root or not path.is_relative_to(root):
        raise SuspiciousFileOperation("This name leads out of the media folder.")
    return path


def adopt(temporary: Path, name: str) -> Path:
    """Moves a finished file into place; doing it twice, or with the same content there already, is fine."""
    temporary = Path(temporary)
    path = absolute(name)
    if _is_done(temporary, path):
        temporary.unlink(missing_ok=True)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        settle(temporary, path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry_over(temporary, path)
    return path


def take_up(name: str) -> bool:
    """Say that a file is wanted from now on, which keeps `remove_unless` from it for a day; False when it is gone."""
    try:
        os.utime(absolute(name))
    except FileNotFoundError:
        return False
    return True


def remove_unless(name: str, is_needed: Callable[[], bool]) -> bool:
    """Deletes a file that is named by what it holds, unless something needs it.

    False, and it stays, when it was taken up within the last day: whoever did may not have written it down yet."""
    path = absolute(name)
    aside = path.with_name(f"{path.name}.going")
    if is_needed():
        _put_back(aside, path)
        return True
    try:
        path.replace(aside)
    except FileNotFoundError:
        # What a run that died has set aside is found all the same.
        if not aside.exists():
            return True
    try:
        # Set aside before the last look: whoever takes it up after that puts a file of its own into its place.
        is_new, is_wanted = time.time() - aside.stat().st_mtime < LATELY_SECONDS, is_needed()
        if not is_new and not is_wanted:
            aside.unlink()
            _remove_empty(path)
            return True
    finally:
        # Also when the last look breaks off, and nobody knows whether it is needed.
        _put_back(aside, path)
    return is_wanted


def _put_back(aside: Path, path: Path) -> None:
    """Undo what this run or one that died has set aside, unless whoever took it up has put the same there again."""
    with suppress(FileNotFoundError):
        if path.exists():
            aside.unlink()
        else:
            aside.replace(path)


def remove(name: str) -> None:
    """Deletes a stored file and the folders it leaves empty; a file that is gone already is fine."""
    path = absolute(name)
    path.unlink(missing_ok=True)
    _remove_empty(path)


def _remove_empty(path: Path) -> None:
    root = Path(settings.MEDIA_ROOT).resolve()
    for folder in path.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return


def _is_done(temporary: Path, path: Path) -> bool:
    """Whether the same content lies there, which is taken up by that."""
    try:
        if temporary.exists() and not filecmp.cmp(temporary, path, shallow=False):
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _carry_over(temporary: Path, path: Path) -> None:
    """The temporary folder is on another disk: copy beside the destination first, so the last step is atomic."""
    with replacing(path) as draft:
        shutil.copyfile(temporary, draft)
    temporary.unlink(missing_ok=True)
