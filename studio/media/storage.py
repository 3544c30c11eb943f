"""Where files lie under MEDIA_ROOT and how they get there. Names are relative, with forward slashes."""

from __future__ import annotations

import errno
import filecmp
import re
import shutil
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation

from studio.media.atomic import replacing, settle

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
    if path.exists() and _is_done(temporary, path):
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


def remove(name: str) -> None:
    """Deletes a stored file and the folders it leaves empty; a file that is gone already is fine."""
    path = absolute(name)
    path.unlink(missing_ok=True)
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
    return not temporary.exists() or filecmp.cmp(temporary, path, shallow=False)


def _carry_over(temporary: Path, path: Path) -> None:
    """The temporary folder is on another disk: copy beside the destination first, so the last step is atomic."""
    with replacing(path) as draft:
        shutil.copyfile(temporary, draft)
    temporary.unlink(missing_ok=True)
