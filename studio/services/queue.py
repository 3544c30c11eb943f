"""The one way onto the job queue. Rows there are hints: losing or repeating one must never matter."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from studio.lib.clock import later, now
from studio.lib.holders import is_gone
from studio.models import Lease
from studio.services import leases
from studio.services.broker import private_key

MAIN: str = settings.Q_CLUSTER["name"]
# Whatever reads or makes files; it may take minutes, and nothing that is to be sent waits behind it.
MEDIA = "media"
TRACK = "track"
CLUSTERS = (MAIN, MEDIA, TRACK)
# The cluster of each module of jobs that is not the main one's.
_ELSEWHERE = {
    "studio.jobs.ingest": MEDIA,
    "studio.jobs.posters": MEDIA,
    "studio.jobs.previews": MEDIA,
    "studio.jobs.clear_references": MEDIA,
    "studio.jobs.exports": MEDIA,
    "studio.jobs.bulk": MEDIA,
    "studio.jobs.clear_deleted": MEDIA,
    "studio.jobs.search": MEDIA,
    "studio.jobs.track": TRACK,
}
# Of each slot's tracker: which start counts. Its token stands in the lease of the slot's name and this ending, and
# every earlier one still on its way is void.
_START = "-start"
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


def take_back(*, clusters: Iterable[str] = CLUSTERS) -> int:
    """Let every hint that was handed out be taken again at once; one that is still being worked on does no harm."""
    return int(OrmQ.objects.filter(key__in=clusters, lock__gt=now()).update(lock=now()))


def ask_beat(*, cluster: str, number: int) -> None:
    """Ask the cluster whose processes are of the group `number` on this host, and no other, to show that it works."""
    enqueue("studio.jobs.schedule.beat", cluster, cluster=private_key(cluster, number))


def owes_beat(cluster: str, number: int) -> bool:
    """Whether a beat that was asked of it is still to be done, and to be written down as done."""
    return bool(OrmQ.objects.filter(key=private_key(cluster, number)).exists())


def forget_beats(*, older_than: timedelta = timedelta(hours=1)) -> None:
    """Clear away what was asked of clusters that are gone."""
    private = OrmQ.objects.exclude(key__in=CLUSTERS).filter(key__contains=":")
    dead = [key for key in set(private.values_list("key", flat=True)) if is_gone(key.partition(":")[2])]
    private.filter(Q(key__in=dead) | Q(lock__lt=now() - older_than)).delete()


def start_tracker(*, slot: str = TRACK, cluster: str = TRACK) -> None:
    """Ask for a run of the tracker in `slot`, of any worker or of those that read the queue of `cluster` alone."""
    token = uuid.uuid4().hex
    Lease.objects.update_or_create(
        name=slot + _START, defaults={"holder": token, "expires_at": later(START_SECONDS), "beat_at": now()}
    )
    enqueue("studio.jobs.track.track", token, cluster=cluster)


def slot_of(token: str) -> str | None:
    """Which tracker a start is for; None for one whose place a later start has taken. Without a token: the first."""
    if not token:
        return TRACK
    started = Lease.objects.filter(name__startswith=TRACK, name__endswith=_START, holder=token).first()
    return None if started is None else started.name.removesuffix(_START)


def tracker_slots() -> list[str]:
    """The leases that trackers may hold: one for each live supervisor of workers, and one in any case."""
    return _slots(leases.live(leases.WORKERS).count())


def is_tracker(lease: str) -> bool:
    """Whether `lease` is the name of one that a tracker at work holds."""
    return lease.startswith(TRACK) and not lease.endswith(_START)


def trackers() -> list[str]:
    """Who holds them now."""
    held = leases.live(TRACK).exclude(name__endswith=_START).values_list("holder", flat=True)
    return [holder for holder in held if not is_gone(holder)]


def ensure_tracker() -> None:
    """Start each tracker that does not run, was not asked for a moment ago, and has no start waiting to be taken."""
    wanted = Q(name__startswith=TRACK) | Q(name__startswith=leases.WORKERS)
    live = set(Lease.objects.filter(wanted, expires_at__gt=now()).values_list("name", flat=True))
    slots = _slots(sum(name.startswith(leases.WORKERS) for name in live))
    missing = [slot for slot in slots if not {slot, slot + _START} & live]
    if missing and not waiting(TRACK):
        for slot in missing:
            start_tracker(slot=slot)


def _slots(supervisors: int) -> list[str]:
    return [TRACK, *(f"{TRACK}-{number}" for number in range(2, supervisors + 1))]


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
