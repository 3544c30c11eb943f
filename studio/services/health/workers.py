"""Signs of life of the workers and the tracker, as they wrote them down themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from studio.lib.clock import now
from studio.models import Lease
from studio.services import queue, workers
from studio.services.health.findings import Finding, ok, problem, span, warning

HEARTBEAT = "heartbeat:"
# A cluster is asked for a beat every 10 seconds.
QUIET = timedelta(minutes=2)
# Longer than any job may take: whoever has not taken a beat by then takes nothing at all.
DEAD = timedelta(minutes=6)
# It renews its lease every few seconds, and runs without a break.
TRACKER_AWAY = timedelta(seconds=90)
START = "Start one with `manage.py qcluster`, or everything with `manage.py up`."
LOG = "Look at the worker's log. It restarts what hangs by itself within a minute; if not, restart it."


@dataclass(frozen=True)
class Signs:
    """When each worker, each cluster and the tracker was last heard of; nothing for what never was."""

    # Of supervisors of workers whose time is not over: the latest sign, and how many they are.
    worker: datetime | None
    live_workers: int
    clusters: dict[str, datetime]
    tracker: datetime | None


def signs() -> Signs:
    """All signs of life there are; one query."""
    wanted = Q(name__startswith=queue.TRACK) | Q(name__startswith=workers.PREFIX) | Q(name__startswith=HEARTBEAT)
    rows = list(Lease.objects.filter(wanted))
    named = {row.name: row.beat_at for row in rows}
    alive = [row.beat_at for row in rows if row.name.startswith(workers.PREFIX) and row.expires_at > now()]
    tracker = max((beat for name, beat in named.items() if queue.is_tracker(name)), default=None)
    clusters = {name: named[HEARTBEAT + name] for name in queue.CLUSTERS if HEARTBEAT + name in named}
    if tracker is not None:
        # Its one worker goes from one run of the tracker into the next, and seldom takes a beat between them.
        clusters[queue.TRACK] = max(tracker, clusters.get(queue.TRACK, tracker))
    return Signs(
        worker=max(alive, default=None),
        live_workers=len(alive),
        clusters=clusters,
        tracker=tracker,
    )


def supervisor(signs: Signs) -> Finding:
    """Whether anybody watches over workers at all."""
    if signs.worker is None:
        return problem("worker", "No worker runs, so nothing is sent, followed or fetched.", START)
    workers_are = "1 worker is" if signs.live_workers == 1 else f"{signs.live_workers} workers are"
    return ok("worker", f"{workers_are} alive, heard of {span(now() - signs.worker)} ago.")


def beats(signs: Signs) -> list[Finding]:
    """Whether each cluster really takes tasks: one line for each."""
    return [_beat(name, signs.clusters.get(name), signs.live_workers) for name in queue.CLUSTERS]


def _beat(name: str, beat: datetime | None, live_workers: int) -> Finding:
    check = f"cluster {name}"
    if beat is None:
        return problem(check, "It has never taken a task.", f"{START} A new one needs half a minute.")
    silence = now() - beat
    found = f"It took its last beat {span(silence)} ago."
    if not live_workers:
        return problem(check, f"No worker runs. {found}", START)
    if silence < QUIET:
        return ok(check, found)
    if silence < DEAD:
        return warning(check, f"{found} All its processes are busy with long work, or it hangs.", LOG)
    return problem(check, found, LOG)


def tracker(signs: Signs) -> Finding:
    """Whether somebody asks the gateways how their tasks stand."""
    if signs.tracker is None:
        return problem("tracker", "It has never run.", START)
    silence = now() - signs.tracker
    found = f"It was heard of {span(silence)} ago."
    if silence < TRACKER_AWAY:
        return ok("tracker", found)
    return problem("tracker", f"{found} Nobody follows the tasks at the gateways.", f"{START} {LOG}")
