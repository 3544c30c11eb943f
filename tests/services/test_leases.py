"""Leases: one holder at a time, and a dead one's is free."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from datetime import timedelta

import pytest
from django.db import connections

from studio.lib.clock import now
from studio.lib.holders import is_gone, this_process
from studio.models import Lease
from studio.services import leases

pytestmark = pytest.mark.django_db


def dead_process() -> str:
    process = subprocess.Popen(["true"])
    process.wait()
    return f"{socket.gethostname()}:{process.pid}"


def test_acquire_keeps_others_out_until_it_is_given_back() -> None:
    first = [leases.acquire(name="track", holder=holder, seconds=60) for holder in ("a", "b", "a")]
    leases.release(name="track", holder="b")
    still = leases.acquire(name="track", holder="b", seconds=60)
    leases.release(name="track", holder="a")

    assert (first, still) == ([True, False, True], False)
    assert leases.acquire(name="track", holder="b", seconds=60)


def test_acquire_takes_what_has_run_out() -> None:
    leases.acquire(name="track", holder="a", seconds=60)
    Lease.objects.update(expires_at=now() - timedelta(seconds=1))

    assert leases.acquire(name="track", holder="b", seconds=60)


@pytest.mark.django_db(transaction=True)
def test_acquire_by_many_at_once_has_one_winner() -> None:
    start, won = threading.Barrier(8), []

    def race(number: int) -> None:
        start.wait()
        won.append(leases.acquire(name="track", holder=f"elsewhere:{number}", seconds=60))
        connections.close_all()

    threads = [threading.Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(won) == 1


def test_release_dead_frees_only_the_dead_of_this_host() -> None:
    for name, holder in {"dead": dead_process(), "alive": this_process(), "far": "elsewhere:1"}.items():
        leases.acquire(name=name, holder=holder, seconds=60)

    freed = leases.release_dead()

    assert freed == 1
    assert set(Lease.objects.filter(expires_at__gt=now()).values_list("name", flat=True)) == {"alive", "far"}


def test_holder_is_gone_only_when_that_is_certain() -> None:
    host = socket.gethostname()

    known = [is_gone(name) for name in (dead_process(), this_process(), f"{host}:1", "elsewhere:1", "", f"{host}:x")]

    assert known == [True, False, False, False, False, False]
    assert this_process() == f"{host}:{os.getpid()}"


def test_beat_is_written_again_and_again() -> None:
    leases.beat(name="heartbeat:studio")
    Lease.objects.update(beat_at=now() - timedelta(hours=1))

    leases.beat(name="heartbeat:studio")

    assert Lease.objects.get().beat_at > now() - timedelta(seconds=5)
