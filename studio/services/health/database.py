"""Whether the database answers, can be written to, and has the tables that this version expects."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

from django.db import Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from studio.lib.clock import now
from studio.models import Lease
from studio.services.health.findings import MEGABYTE, Finding, ok, problem, size, warning

# A log this long means that it is never folded back into the database: a reader has been open all the while.
LONG_LOG_BYTES = 512 * MEGABYTE
PROBE = "doctor"


def reachable() -> Finding:
    """Whether it answers at all, and which one it is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return away(error)
    return ok("database", f"{_name()} answers.")


def away(error: Exception) -> Finding:
    """What to say of a database that does not answer; its own words may hold addresses and names of accounts."""
    return problem(
        "database",
        f"The database does not answer ({type(error).__name__}).",
        "Start it, look at DATABASE_URL, and see the log for its own words. Nothing works without it.",
    )


def migrations() -> Finding:
    """Whether the tables are those of this version; one query."""
    try:
        applied = set(MigrationRecorder(connection).migration_qs.values_list("app", "name"))
    except Error:
        applied = set()
    if missing := sorted(f"{app} {name}" for app, name in _known() - applied):
        what = "1 migration is" if len(missing) == 1 else f"{len(missing)} migrations are"
        return problem(
            "migrations",
            f"{what} not applied: {_few(missing)}.",
            "Run `manage.py migrate`; `manage.py up` does so at every start.",
        )
    ours = {app for app, _ in _known()}
    if newer := sorted(f"{app} {name}" for app, name in applied - _known() if app in ours):
        return warning(
            "migrations",
            f"The database has been used by a newer version: {_few(newer)}.",
            "Start that version again, or restore the backup that was made before the upgrade.",
        )
    return ok("migrations", "All are applied.")


@cache
def _known() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    return frozenset(loader.disk_migrations)


def writable() -> Finding:
    """A real write, taken back."""
    try:
        with transaction.atomic():
            Lease.objects.update_or_create(name=PROBE, defaults={"beat_at": now(), "expires_at": now()})
            transaction.set_rollback(True)
    except Error as error:
        return problem(
            "database writes",
            f"A row could not be written ({type(error).__name__}).",
            "Look at the rights of the database and its folder, at the space on its disk, and for a program that "
            "holds it locked.",
        )
    return ok("database writes", "A row was written and taken back.")


def journal() -> list[Finding]:
    """Of SQLite: whether readers and writers stay out of each other's way, and how large its files are."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0])
    file = Path(str(connection.settings_dict["NAME"]))
    if mode != "wal":
        return [
            problem(
                "database journal",
                f"SQLite keeps its journal in the mode “{mode}” and not in WAL, so readers block writers.",
                "Put the database on a local disk: WAL does not work on network file systems.",
            )
        ]
    log = _size_of(file.with_name(f"{file.name}-wal"))
    found = f"WAL; {size(_size_of(file))}, and {size(log)} of log."
    if log > LONG_LOG_BYTES:
        advice = "Stop whatever reads the database for long, such as a backup that hangs; then restart the studio."
        return [warning("database journal", found, advice)]
    return [ok("database journal", found)]


def _name() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    version = ".".join(str(part) for part in connection.get_database_version() if part)
    return f"{connection.display_name} {version}"


def _size_of(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
