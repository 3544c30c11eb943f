"""The beats of worker machines: alive while they are renewed, gone when they stop or die."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest

from studio.lib.clock import now
from studio.lib.holders import holder_of, this_process
from studio.models import Lease
from studio.services import leases, workers

pytestmark = pytest.mark.django_db


def test_beat_counts_this_supervisor_once_until_it_is_gone() -> None:
    before = len(workers.live())
    workers.beat()
    workers.beat()
    between = [lease.holder for lease in workers.live()]
    workers.gone()

    assert (before, between, len(workers.live())) == (0, [this_process()], 0)


def test_beat_that_is_not_renewed_ends_with_its_time() -> None:
    workers.beat()
    Lease.objects.update(expires_at=now() - timedelta(seconds=1))

    assert len(workers.live()) == 0


def test_beat_of_a_dead_process_of_this_host_ends_with_the_next_revival() -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    leases.acquire(name=workers.name_of(holder_of(dead.pid)), holder=holder_of(dead.pid), seconds=60)
    leases.acquire(name=workers.name_of("elsewhere:1"), holder="elsewhere:1", seconds=60)

    leases.release_dead()

    assert [lease.holder for lease in workers.live()] == ["elsewhere:1"]


def test_name_of_a_long_host_still_fits_and_stays_its_own() -> None:
    long = ["a" * 62 + f"{number}:12345" for number in (1, 2)]

    names = [workers.name_of(holder) for holder in (*long, "studio-1:77")]

    assert [len(name) for name in names[:2]] == [59, 59]
    assert len(set(names)) == 3
    assert names[2] == "worker:studio-1:77"
