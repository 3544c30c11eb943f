"""One run after the other: how the tracker starts, gives way, takes over and outlives trouble."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django_q.models import OrmQ

from studio.jobs import gateways, polls, track
from studio.lib.clock import later, now
from studio.models import Lease, Project, Render
from studio.services import leases, polling, queue, recovery
from studio.services.broker import private_key
from tests.factories import make_followed, make_key
from tests.jobs.conftest import Ask
from tests.jobs.tracking.gateway import RUNNING, WAITING, answering, state_of, tracker_rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_track_leaves_at_once_when_another_tracker_is_at_work(project: Project) -> None:
    leases.acquire(name="track", holder="elsewhere:1", seconds=60)
    with answering(lambda path: (200, {}, WAITING)) as gateway:
        make_followed(project, make_key(base_url=gateway.base_url))

        track.track(run_seconds=5)

    assert (gateway.seen, tracker_rows()) == ([], 0)


def test_track_whose_start_was_replaced_by_a_later_one_is_void(project: Project) -> None:
    queue.start_tracker()
    queue.start_tracker()
    with answering(lambda path: (200, {}, WAITING)) as gateway:
        make_followed(project, make_key(base_url=gateway.base_url))

        track.track("an earlier token", run_seconds=5)

    assert gateway.seen == []


def test_track_starts_itself_again_once_and_rows_do_not_pile_up(project: Project) -> None:
    for _ in range(5):
        queue.ensure_tracker()
        token = Lease.objects.get(name="track-start").holder
        # The worker takes the row, and deletes it when the run is over.
        taken = list(OrmQ.objects.filter(key__startswith="track").values_list("pk", flat=True))
        OrmQ.objects.filter(pk__in=taken).update(lock=later(300))
        queue.ensure_tracker()

        track.track(token, run_seconds=0.05)

        queue.ensure_tracker()
        OrmQ.objects.filter(pk__in=taken).delete()
        queue.ensure_tracker()
        # Its own cluster is asked, as any other may be busy with a tracker of its own.
        assert list(OrmQ.objects.values_list("key", flat=True)) == [private_key("track", os.getpgrp())]


def test_tracker_asked_for_by_everybody_has_one_row(project: Project) -> None:
    for _ in range(20):
        queue.ensure_tracker()
    Lease.objects.update(expires_at=now())
    for _ in range(20):
        queue.ensure_tracker()

    assert tracker_rows() == 1


def test_tracker_whose_row_died_with_its_worker_is_started_again(project: Project) -> None:
    queue.start_tracker()
    OrmQ.objects.update(lock=later(300))
    Lease.objects.update(expires_at=now())

    queue.ensure_tracker()

    assert tracker_rows() == 2


def test_track_gives_way_when_its_lease_is_lost(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "SWEEP_SECONDS", 0.05)

    def take() -> None:
        Lease.objects.filter(name="track").update(holder="other:1")
        connections.close_all()

    threading.Timer(0.3, take).start()
    started = time.monotonic()

    track.track(run_seconds=20)

    assert time.monotonic() - started < 5
    assert (Lease.objects.get(name="track").holder, tracker_rows()) == ("other:1", 0)


def test_track_takes_over_what_a_dead_tracker_had_claimed(project: Project) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))
        polling.claim_due(limit=10)

        track.track(run_seconds=0.3)

    assert gateway.times(render) > 0
    assert state_of(render) == "running"


def test_track_survives_a_database_that_is_away_for_a_moment(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "TROUBLE_SECONDS", 0.05)
    claim, failures = polling.claim_due, iter([OperationalError("database is locked")] * 2)

    def sometimes(**values: Any) -> list[polling.Due]:
        for failure in failures:
            raise failure
        return claim(**values)

    monkeypatch.setattr(polling, "claim_due", sometimes)
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))

        track.track(run_seconds=0.5)

    assert state_of(render) == "running"


def test_track_goes_on_when_one_poll_breaks(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        key = make_key(base_url=gateway.base_url)
        broken, fine = make_followed(project, key), make_followed(project, key)
        poll = polls.poll

        async def sometimes(client: Any, due: polling.Due, connections: Any) -> Any:
            if due.render_id == broken.pk:
                raise ZeroDivisionError
            return await poll(client, due, connections)

        monkeypatch.setattr(track, "poll", sometimes)
        track.track(run_seconds=0.4)

    assert (state_of(broken), state_of(fine)) == ("waiting", "running")


def test_sweep_by_the_tracker_sends_what_was_forgotten(transactional_db: None, ask: Ask) -> None:
    render = ask()
    OrmQ.objects.all().delete()
    Render.objects.filter(pk=render.pk).update(enqueued_at=now() - timedelta(minutes=2))

    track.track(run_seconds=0.1)

    assert OrmQ.objects.filter(key="studio").count() == 1
    assert recovery.sweep()["submits"] == 0
    assert gateways.client is not None
