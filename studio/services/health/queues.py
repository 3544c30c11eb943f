"""How long the hints of each job queue have been waiting to be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django_q.models import OrmQ

from studio.lib.clock import now
from studio.services import queue
from studio.services.health.findings import Finding, ok, problem, span, warning

SLOW = timedelta(minutes=1)
STANDING_STILL = timedelta(minutes=5)


@dataclass(frozen=True)
class Line:
    """What waits in one queue: how many hints, and since when the oldest of them."""

    count: int
    since: datetime


def waiting() -> dict[str, Line]:
    """What waits in each queue; one query."""
    hints = OrmQ.objects.filter(lock__lte=now()).order_by().values_list("key")
    lines: dict[str, Line] = {}
    for key, count, since in hints.annotate(Count("pk"), Min("lock")):
        # What is asked of one running cluster alone waits under its name and that of its process.
        name = key.partition(":")[0]
        known = lines.get(name, Line(0, since))
        lines[name] = Line(known.count + count, min(known.since, since))
    return lines


def ages() -> list[Finding]:
    """One line for each queue, and one for each that nobody works on any more."""
    lines = waiting()
    found = [_age(name, lines.get(name)) for name in queue.CLUSTERS]
    forgotten = sorted(set(lines) - set(queue.CLUSTERS))
    return found + [
        warning(
            f"queue {name}",
            f"{lines[name].count} hints wait in a queue that no worker takes from.",
            "They came from another version and do no harm: the minute's sweep asks anew for what is left to do.",
        )
        for name in forgotten
    ]


def _age(name: str, line: Line | None) -> Finding:
    check = f"queue {name}"
    if line is None:
        return ok(check, "Nothing waits.")
    age = now() - line.since
    found = f"{line.count} waiting, the oldest for {span(age)}."
    if age < SLOW:
        return ok(check, found)
    advice = "See whether the worker runs and what its log says; more STUDIO_JOB_WORKERS take more at once."
    return problem(check, found, advice) if age >= STANDING_STILL else warning(check, found, advice)
