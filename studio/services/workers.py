"""Which worker machines are alive: every supervisor of workers renews a lease of its own, under its holder's name."""

from __future__ import annotations

import hashlib

from studio.lib.clock import later, now
from studio.lib.holders import this_process
from studio.models import Lease
from studio.services import clock_jumps, leases

PREFIX = leases.WORKERS
RENEW_SECONDS = 5.0
# Long enough for a supervisor that waits for a busy database; a dead one counts for so long at most.
ALIVE_SECONDS = 60.0
# As much as a lease's name holds beside the prefix.
_LONGEST = 52


def name_of(holder: str) -> str:
    """The lease of one supervisor; a host's name may be longer than a lease's."""
    fits = len(holder) <= _LONGEST
    return PREFIX + (holder if fits else hashlib.sha256(holder.encode()).hexdigest()[:_LONGEST])


def beat() -> None:
    """Say that this process, a supervisor of workers, is alive; to be repeated every RENEW_SECONDS."""
    clock_jumps.mend_when_set_back()
    holder = this_process()
    values = {"holder": holder, "beat_at": now(), "expires_at": later(ALIVE_SECONDS)}
    Lease.objects.update_or_create(name=name_of(holder), defaults=values)


def gone() -> None:
    """Say that this supervisor has stopped; those that died without a word are cleared away as well."""
    holder = this_process()
    Lease.objects.filter(name=name_of(holder)).delete()
    Lease.objects.filter(name__startswith=PREFIX, expires_at__lte=now()).delete()


def live() -> list[Lease]:
    """The leases of the supervisors that have shown themselves of late, the one that did so last first."""
    return list(leases.live(PREFIX).order_by("-beat_at"))
