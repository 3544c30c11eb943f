"""Checks at every start that settings alone cannot make: the machine below has to be able to carry the studio."""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from studio.lib.secret_files import is_open_to_others

SQLITE = "studio.lib.sqlite"
OLDEST_SQLITE = (3, 35, 0)


@register(Tags.compatibility)
def sqlite_version(**_: Any) -> list[CheckMessage]:
    """Claims are one UPDATE … RETURNING, and write-backs one UPDATE … FROM."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine != SQLITE or sqlite3.sqlite_version_info >= OLDEST_SQLITE:
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
        if is_open_to_others(file)
    ]


@register(Tags.compatibility)
def queue_times(**_: Any) -> list[CheckMessage]:
    """A hint is locked for `retry` when it is taken: with less than the work and its writing down may last, it is done
    twice."""
    main = settings.Q_CLUSTER
    clusters = {main["name"]: main} | {name: {**main, **own} for name, own in main["ALT_CLUSTERS"].items()}
    return [
        Error(
            f"The job cluster “{name}” hands its work out again after {conf['retry']} s, while it may still be at it.",
            hint=f"retry in Q_CLUSTER has to be more than {longest} s with this timeout.",
            id="studio.E004",
        )
        for name, conf in clusters.items()
        if conf["retry"] <= (longest := 2 * conf["timeout"])
    ]


@register(Tags.compatibility)
def sqlite_transactions(**_: Any) -> list[CheckMessage]:
    """A deferred transaction fails at once, whatever its time-out, when another has written since it began to read."""
    database = settings.DATABASES["default"]
    mode = database.get("OPTIONS", {}).get("transaction_mode", "DEFERRED")
    if database["ENGINE"] != SQLITE or mode == "IMMEDIATE":
        return []
    return [
        Error(
            f"SQLite with {mode} transactions loses writes under load (“database is locked”).",
            hint='Keep "transaction_mode": "IMMEDIATE" in the OPTIONS of the database.',
            id="studio.E005",
        )
    ]
