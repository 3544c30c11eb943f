"""Checks at every start that settings alone cannot make: the machine below has to be able to carry the studio."""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

OLDEST_SQLITE = (3, 35, 0)


@register(Tags.compatibility)
def sqlite_version(**_: Any) -> list[CheckMessage]:
    """Claims are one UPDATE … RETURNING, and write-backs one UPDATE … FROM."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine != "django.db.backends.sqlite3" or sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return []
    oldest = ".".join(str(part) for part in OLDEST_SQLITE)
    return [
        Error(
            f"SQLite {sqlite3.sqlite_version} is too old.",
            hint=f"Use a Python with SQLite {oldest} or newer, or PostgreSQL through DATABASE_URL.",
            id="studio.E001",
        )
    ]


@register(Tags.files)
def data_folder(**_: Any) -> list[CheckMessage]:
    """The database, the uploads and the finished takes all land there."""
    folder = settings.STUDIO_DATA_DIR
    if os.access(folder, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"The data folder {folder} cannot be written to.",
            hint="Give it to the account that runs the studio, or name another with STUDIO_DATA_DIR.",
            id="studio.E002",
        )
    ]


@register(Tags.security)
def secret_files(**_: Any) -> list[CheckMessage]:
    """The keys that sign sessions and encrypt the gateways' keys are nobody else's business."""
    files = [settings.STUDIO_DATA_DIR / name for name in ("secret-key", "provider-key")]
    return [
        Error(f"{file} can be read by others.", hint=f"chmod 600 {file}", id="studio.E003")
        for file in files
        if file.exists() and file.stat().st_mode & 0o077
    ]
