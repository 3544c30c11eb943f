"""Hashed and compressed static files, made again only when something in them changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".fingerprint"


def collect_when_changed() -> bool:
    """Bring the served copies up to date; True when there was something to do."""
    root, fingerprint = Path(settings.STATIC_ROOT), _fingerprint()
    stamp = root / STAMP
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def _fingerprint() -> str:
    summary = hashlib.sha256()
    for line in sorted(_sources()):
        summary.update(line.encode())
    return summary.hexdigest()


def _sources() -> Iterator[str]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            yield f"{path} {status.st_size} {status.st_mtime_ns}\n"
