"""The one way onto the job queue. Rows there are hints: losing or repeating one must never matter."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.conf import settings
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from studio.lib.clock import later, now
from studio.models import Lease

MAIN: str = settings.Q_CLUSTER["name"]
# Whatever reads or makes files; it may take minutes, and nothing that is to be sent waits behind it.
MEDIA = "media"
TRACK = "track"
CLUSTERS = (MAIN, MEDIA, TRACK)
# The cluster of each module of jobs that is not the main one's.
_ELSEWHERE = {
    "studio.jobs.ingest": MEDIA,
    "studio.jobs.posters": MEDIA,
    "studio.jobs.clear_references": MEDIA,
    "studio.jobs.track": TRACK,
}
# Which start of the tracker counts: its token stands in this lease, and every earlier one still on its way is void.
TRACK_START = "track-start"
START_SECONDS = 20


def enqueue(dotted: str, *args: int | str, cluster: str | None = None) -> None:
    """Ask a worker to call `dotted` with `args`; in the cluster that its module belongs to, unless one is named.

    The queue lies in the same database, so inside a transaction the hint is committed or lost with the rest.
    """
    # Always named: inside the tracker's cluster, django-q2's default is that cluster and its one busy worker.
    async_task(dotted, *args, cluster=cluster or cluster_of(dotted), task_name=dotted.rsplit(".", 1)[-1])


def cluster_of(dotted: str) -> str:
    """The cluster whose workers do the job `dotted`."""
    return _ELSEWHERE.get(dotted.rsplit(".", 1)[0], MAIN)


def waiting(cluster: str = MAIN) -> int:
    """How many hints nobody has taken yet."""
    return int(OrmQ.objects.filter(key=cluster, lock__lte=now()).count())


def take_back(clusters: Iterable[str] = CLUSTERS) -> int:
    """Let every hint that was handed out be taken again at once; one that is still being worked on does no harm."""
    return int(OrmQ.objects.filter(key__in=clusters, lock__gt=now()).update(lock=now()))


def start_tracker() -> None:
    """Ask for a run of the tracker."""
    token = uuid.uuid4().hex
    Lease.objects.update_or_create(
        name=TRACK_START, defaults={"holder": token, "expires_at": later(START_SECONDS), "beat_at": now()}
    )
    enqueue("studio.jobs.track.track", token)


def is_void(token: str) -> bool:
    """Whether a later start of the tracker has taken this one's place."""
    return bool(token) and not Lease.objects.filter(name=TRACK_START, holder=token).exists()


def ensure_tracker() -> None:
    """Start the tracker unless it runs, was asked for a moment ago, or has a start waiting to be taken."""
    if Lease.objects.filter(name__in=[TRACK, TRACK_START], expires_at__gt=now()).exists() or waiting(TRACK):
        return
    start_tracker()


def ensure_schedule() -> None:
    """The minute's look after the tracker; every start of a worker makes sure of it."""
    if not Schedule.objects.filter(name="each minute").exists():
        Schedule.objects.create(
            name="each minute",
            func="studio.jobs.schedule.each_minute",
            schedule_type=Schedule.MINUTES,
            minutes=1,
            repeats=-1,
        )
