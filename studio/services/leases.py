"""Leases by conditional update: at most one holder, and a dead one is replaced when its time is over."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from studio.lib.clock import later, now
from studio.lib.holders import is_gone
from studio.models import Lease

# How the names of the leases begin that supervisors of workers hold.
WORKERS = "worker:"


def acquire(*, name: str, holder: str, seconds: float) -> bool:
    """Take or renew the lease `name` for `seconds`; False when another holder has it."""
    moment = now()
    mine_or_free = Q(holder=holder) | Q(expires_at__lte=moment)
    taken = (
        Lease.objects.filter(mine_or_free, name=name).update(holder=holder, expires_at=later(seconds), beat_at=moment)
        == 1
    )
    return taken or _first(name, holder, seconds)


def _first(name: str, holder: str, seconds: float) -> bool:
    if Lease.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, expires_at=later(seconds), beat_at=now())
    except IntegrityError:
        # Somebody else was first in the same moment.
        return False
    return True


def release(*, name: str, holder: str) -> None:
    """Give the lease back early."""
    Lease.objects.filter(name=name, holder=holder).update(expires_at=now())


def release_dead() -> int:
    """Give back what processes of this host held that are gone; how many leases that were."""
    held = Lease.objects.filter(expires_at__gt=now()).exclude(holder="")
    dead = [lease for lease in held if is_gone(lease.holder)]
    for lease in dead:
        release(name=lease.name, holder=lease.holder)
    return len(dead)


def live(prefix: str) -> QuerySet[Lease]:
    """The leases whose names begin with `prefix` and whose time is not over."""
    return Lease.objects.filter(name__startswith=prefix, expires_at__gt=now())


def beat(*, name: str) -> None:
    """Record that `name` is alive now."""
    Lease.objects.update_or_create(name=name, defaults={"beat_at": now(), "expires_at": now(), "holder": ""})
