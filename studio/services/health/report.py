"""Every look of `manage.py doctor` that needs no network, one after the other, whatever breaks on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from django.db import Error

from studio.services.health import (
    address,
    clocks,
    database,
    keys,
    queues,
    renders,
    secret_files,
    storage,
    workers,
)
from studio.services.health.findings import Finding, Level, problem

Look = Callable[[], Finding | Iterable[Finding]]
WITHOUT_DATABASE: dict[str, Look] = {
    "folders": storage.folders,
    "disk": storage.disk,
    "secret files": secret_files.permissions,
    "encryption key": secret_files.encryption,
    "public address": address.public,
}
WITH_DATABASE: dict[str, Look] = {
    "database writes": database.writable,
    "database journal": database.journal,
    "takes on disk": storage.outputs,
    "worker": lambda: _of_workers(),
    "queues": queues.ages,
    "takes": renders.stuck,
    "database clock": clocks.of_database,
    "recorded times": clocks.of_history,
    "keys": keys.present,
}


def examine() -> list[Finding]:
    """All findings, in the order in which they should be read: what lies below comes first."""
    reachable = database.reachable()
    found = [reachable]
    if reachable.level == Level.OK:
        tables = database.migrations()
        found.append(tables)
        if tables.level != Level.PROBLEM:
            found += take(WITH_DATABASE)
    return [*found, *take(WITHOUT_DATABASE)]


def _of_workers() -> Iterator[Finding]:
    signs = workers.signs()
    yield workers.supervisor(signs)
    yield from workers.beats(signs)
    yield workers.tracker(signs)


def take(looks: Mapping[str, Look]) -> Iterator[Finding]:
    """What each look finds; one that breaks off is a problem itself, under its name."""
    for name, look in looks.items():
        try:
            found = look()
            yield from [found] if isinstance(found, Finding) else list(found)
        except (Error, OSError) as error:
            yield problem(name, f"It could not be looked at ({type(error).__name__}).", "See what stands above.")
