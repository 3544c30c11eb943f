"""Whether requests may be sent here: the looks behind /readyz. Strangers read them, so none says a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import Error

from studio.services.health import database, storage, workers
from studio.services.health.findings import Finding, Level


@dataclass(frozen=True)
class Readiness:
    """What was looked at, and the answer that follows from it."""

    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        """True while nothing that was looked at is a problem."""
        return all(finding.level != Level.PROBLEM for finding in self.findings)


def look() -> Readiness:
    """Two queries and a look at the disk; never raises because of what it looks at."""
    try:
        return Readiness((*_by_database(), storage.disk()))
    except Error as error:
        return Readiness((database.away(error), storage.disk()))


def _by_database() -> tuple[Finding, ...]:
    tables = database.migrations()
    if tables.level == Level.PROBLEM:
        # The first of them may be that there is no database; a further question tells.
        return (database.reachable(), tables)
    signs = workers.signs()
    looks: tuple[Callable[[workers.Signs], Finding], ...] = (workers.supervisor, workers.tracker)
    return (tables, *(look(signs) for look in looks))
