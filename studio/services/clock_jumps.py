"""What a jump of the wall clock does to work under way, and the mending of the one jump that would make it hang.

A clock that jumps *forward* only ends claims and waits early: polls and hints are asked for twice, which is
harmless; a sending whose claim ends is called unconfirmed until its answer is read a moment later, and is never sent
again by itself; a pause that a gateway asked for is cut short, and it says so again; a key's pace lets through one
more minute's worth, once.

A clock that is set *back* would leave everything that was planned by the wrong time waiting for as long as it was
wrong. Each worker's supervisor therefore compares the clock with the monotonic one every few seconds, and brings
what lies in the future back to the present: nothing hangs for longer than those seconds and one sweep. What it cuts
short is as harmless as above."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django_q.models import OrmQ, Schedule

from studio.choices import AT_GATEWAY, LIVE, RenderState
from studio.lib.clock import later, now
from studio.models import Lease, Render, RenderEvent
from studio.services.attempts import SUBMIT_LEASE_SECONDS
from studio.services.polling import POLL_LEASE_SECONDS

log = logging.getLogger(__name__)

# Less delays nothing by more than this, and clocks are moved by less all the time.
NOTICEABLE = timedelta(seconds=10)
# Longer than any lease is taken for, and than the time between two runs of a schedule.
LEASE_SECONDS = 60


class Watch:
    """Remembers what the clock said when, and notices when it has gone back since."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._seen: tuple[float, datetime] | None = None

    def was_set_back(self) -> bool:
        """Whether the clock has lost time since this was asked last; it was not when asked for the first time."""
        before, moment = self._seen, (self._steady(), now())
        self._seen = moment
        if before is None:
            return False
        expected = before[1] + timedelta(seconds=moment[0] - before[0])
        return expected - moment[1] > NOTICEABLE


WATCH = Watch()


def mend_when_set_back() -> bool:
    """To be called every few seconds by a process that lives long; True when there was something to mend."""
    return WATCH.was_set_back() and _mend()


def mend_at_start() -> bool:
    """The same for a process that was not there when it happened: history that lies in the future gives it away."""
    newest = RenderEvent.objects.order_by("-pk").values_list("created_at", flat=True).first()
    return newest is not None and newest - now() > NOTICEABLE and _mend()


def _mend() -> bool:
    moment = now()
    waiting = Render.objects.filter(state__in=LIVE)
    waiting.filter(not_before__gt=moment).update(not_before=None)
    waiting.filter(enqueued_at__gt=moment).update(enqueued_at=None)
    _shorten_claims(moment)
    Lease.objects.filter(expires_at__gt=later(LEASE_SECONDS)).update(expires_at=later(LEASE_SECONDS))
    # Hints that nobody has taken yet look like ones in hand now; one in hand that is taken again does no harm.
    OrmQ.objects.filter(lock__gt=moment).update(lock=moment)
    Schedule.objects.filter(next_run__gt=later(LEASE_SECONDS)).update(next_run=moment)
    log.warning("the clock was set back; what was planned by the earlier time is brought back to the present")
    return True


def _shorten_claims(moment: datetime) -> None:
    """To what they can last at most from now: their holders may be alive and at work."""
    followed = Render.objects.filter(state__in=AT_GATEWAY, next_poll_at__gt=moment)
    followed.filter(claimed_until=None).update(next_poll_at=moment)
    until = later(POLL_LEASE_SECONDS)
    followed.filter(claimed_until__gt=until).update(next_poll_at=until, claimed_until=until)
    until = later(SUBMIT_LEASE_SECONDS)
    sending = Render.objects.filter(state__in=(RenderState.SUBMITTING, RenderState.FETCHING))
    sending.filter(claimed_until__gt=until).update(claimed_until=until)
