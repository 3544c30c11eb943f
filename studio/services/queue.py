"""The one way onto the job queue. Rows there are hints: losing or repeating one must never matter."""

from __future__ import annotations

from django.conf import settings
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

MAIN = settings.Q_CLUSTER["name"]
TRACK = "track"


def enqueue(dotted: str, *args: int | str, cluster: str | None = None) -> None:
    """Ask a worker to call `dotted` with `args`.

    The queue lies in the same database, so inside a transaction the hint is committed or lost with the rest.
    """
    # Named always: without a name a task goes to the cluster that asks, and the tracker's would wait behind itself.
    async_task(dotted, *args, cluster=cluster or MAIN, task_name=dotted.rsplit(".", 1)[-1])


def ensure_tracker() -> None:
    """Start the tracker unless a start is already waiting; a second one finds the lease taken and leaves."""
    if not OrmQ.objects.filter(key=TRACK).exists():
        enqueue("studio.jobs.track.track", cluster=TRACK)


def ensure_schedule() -> None:
    """The minute's look after the tracker; every start of a worker makes sure of it."""
    Schedule.objects.get_or_create(
        name="each minute",
        defaults={
            "func": "studio.jobs.schedule.each_minute",
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "repeats": -1,
        },
    )
