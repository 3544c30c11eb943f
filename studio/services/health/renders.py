"""Takes that have been in one state for much longer than they should, and those that wait for a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Q, QuerySet

from studio.choices import AT_GATEWAY, RenderState, Standing
from studio.lib.clock import now
from studio.models import Render
from studio.services.attempts import SUBMIT_LEASE_SECONDS
from studio.services.health.findings import Finding, Level, ok, span, takes

UNTAKEN = timedelta(minutes=10)
UNSETTLED = timedelta(seconds=SUBMIT_LEASE_SECONDS) + timedelta(minutes=3)
LATE = timedelta(minutes=2)
LONG_RENDERING = timedelta(days=1)
LONG_FETCHING = timedelta(minutes=30)
LOOK_AT_WORKER = "Look at the lines about the worker and the queues first; then at the worker's log for this take."


@dataclass(frozen=True)
class Watch:
    """One thing that should not last: which takes are in it, since when by their own columns, and what it means."""

    check: str
    level: Level
    words: str
    advice: str
    renders: Callable[[datetime], QuerySet[Render]]
    since: str = "state_at"


def _untaken(moment: datetime) -> QuerySet[Render]:
    """Queued without being told why; those that wait for a key or a free place are told."""
    may_go = Q(not_before=None) | Q(not_before__lte=moment - UNTAKEN)
    told = {"error_meaning": "", "key__paused_at": None}
    return Render.objects.filter(may_go, state=RenderState.QUEUED, state_at__lte=moment - UNTAKEN, **told)


def late(moment: datetime, by: timedelta = LATE) -> QuerySet[Render]:
    """At a gateway, and asked about later than was planned."""
    return Render.objects.filter(state__in=AT_GATEWAY, next_poll_at__lte=moment - by)


def _in_state(*states: RenderState, longer_than: timedelta) -> Callable[[datetime], QuerySet[Render]]:
    return lambda moment: Render.objects.filter(state__in=states, state_at__lte=moment - longer_than)


WATCHES = (
    Watch("queued takes", Level.PROBLEM, "queued without a reason, the oldest for {}", LOOK_AT_WORKER, _untaken),
    Watch(
        "takes being sent",
        Level.PROBLEM,
        "being sent, the oldest for {}: nobody holds them any more",
        f"{LOOK_AT_WORKER} The sweep calls them unconfirmed; none is ever sent again by itself.",
        _in_state(RenderState.SUBMITTING, longer_than=UNSETTLED),
    ),
    Watch(
        "looks at the gateways",
        Level.PROBLEM,
        "not asked about when planned, the oldest {} late",
        f"{LOOK_AT_WORKER} The tracker asks; it is revived within a minute by any worker.",
        late,
        since="next_poll_at",
    ),
    Watch(
        "takes at the gateways",
        Level.WARNING,
        "at a gateway for a long time, the oldest for {}",
        "See on the take's page what the gateway says; it is given up on after three days.",
        _in_state(*AT_GATEWAY, longer_than=LONG_RENDERING),
    ),
    Watch(
        "downloads",
        Level.WARNING,
        "rendered but not fetched, the oldest for {}",
        "See on the take's page why. Links live a day or less, so do not wait long; the disk may be full.",
        _in_state(RenderState.FETCHING, longer_than=LONG_FETCHING),
    ),
    Watch(
        "unconfirmed takes",
        Level.WARNING,
        "sent without an answer, the oldest {} ago",
        "Look for them in the gateway's own list, then settle each on its page: it was not made, or this is its id.",
        _in_state(RenderState.UNCONFIRMED, longer_than=timedelta(0)),
    ),
    Watch(
        "possibly charged takes",
        Level.WARNING,
        "ended without a file and without a word about their money, the oldest {} ago",
        "Compare with the gateway's bill, then say on each page whether it was charged.",
        lambda moment: Render.objects.filter(standing=Standing.POSSIBLY).exclude(state=RenderState.UNCONFIRMED),
    ),
)


def stuck() -> list[Finding]:
    """One line for each thing that should not last; one query each."""
    return [_look(watch) for watch in WATCHES]


def _look(watch: Watch) -> Finding:
    moment = now()
    found = watch.renders(moment).order_by().aggregate(number=Count("pk"), since=Min(F(watch.since)), first=Min("pk"))
    if not found["number"]:
        return ok(watch.check, "None that should not be.")
    words = watch.words.format(span(moment - found["since"]))
    return Finding(watch.check, watch.level, f"{takes(found['number'])} {words} (take {found['first']}).", watch.advice)
