"""How the tracker treats gateways: a slow one holds up no other, and one that asks for a pause gets it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from itertools import count

import pytest

from studio.jobs import track
from studio.jobs.lanes import Lane
from studio.lib.clock import later, now
from studio.models import Project, Render
from studio.services import leases
from tests.factories import make_followed, make_key
from tests.jobs.tracking.gateway import RUNNING, WAITING, Answer, answering, state_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_track_is_not_held_up_by_a_gateway_that_does_not_answer(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def hang(path: str) -> Answer:
        released.wait(20)
        return 200, {}, WAITING

    with answering(hang) as slow, answering(lambda path: (200, {}, RUNNING)) as quick:
        stuck = make_key(base_url=slow.base_url)
        for _ in range(230):
            make_followed(project, stuck, next_poll_at=now() - timedelta(minutes=5))
        render = make_followed(project, make_key(base_url=quick.base_url))
        started = time.monotonic()

        track.track(run_seconds=1)
        took = time.monotonic() - started
        released.set()

    assert (state_of(render), took < 4) == ("running", True)
    # Nobody has to wait for the leases of what could not be asked.
    assert Render.objects.filter(next_poll_at__gt=later(5)).count() == 0


def test_track_obeys_a_wait_for_all_renders_of_the_key(project: Project) -> None:
    with answering(lambda path: (429, {"Retry-After": "30"}, b"{}")) as gateway:
        key = make_key(base_url=gateway.base_url)
        first = make_followed(project, key)
        track.track(run_seconds=0.3)
        first.refresh_from_db()
        later_ones = [make_followed(project, key) for _ in range(3)]
        asked = len(gateway.seen)

    assert asked == 1
    assert first.next_poll_at is not None
    assert first.next_poll_at > later(20)
    assert [render.state for render in later_ones] == ["waiting"] * 3


def test_track_closes_the_lane_for_what_is_due_meanwhile(project: Project) -> None:
    with answering(lambda path: (429, {"Retry-After": "30"}, b"{}")) as gateway:
        key, number = make_key(base_url=gateway.base_url), count()
        for render in [make_followed(project, key) for _ in range(5)]:
            Render.objects.filter(pk=render.pk).update(next_poll_at=later(0.5 * next(number)))

        track.track(run_seconds=2.5)

    assert len(gateway.seen) == 1


def test_track_tells_other_trackers_of_a_wait_by_what_is_due_next(project: Project) -> None:
    with answering(lambda path: (429, {"Retry-After": "30"}, b"{}")) as gateway:
        key, other = make_key(base_url=gateway.base_url), make_key()
        make_followed(project, key)
        soon = make_followed(project, key, next_poll_at=later(2))
        late = make_followed(project, key, next_poll_at=later(60))
        elsewhere = make_followed(project, other, next_poll_at=later(2))
        # Being asked about by somebody else at this moment.
        asked = make_followed(project, key, next_poll_at=later(2), claimed_until=later(60), claimed_by="elsewhere:1")
        leases.acquire(name="track-2", holder="elsewhere:1", seconds=60)

        track.track(run_seconds=0.3)

    waits = [wait_of(render) for render in (soon, late, elsewhere, asked)]
    assert [25 < wait < 31 for wait in waits] == [True, False, False, False]
    assert waits[1] > 50


def test_track_asks_a_gateway_no_more_at_once_when_there_are_two_trackers() -> None:
    lane = Lane(poll=None, has_room=lambda: None)  # type: ignore[arg-type]  # nothing is polled here

    lane.share_with(1)

    assert lane.room == 50


def wait_of(render: Render) -> float:
    render.refresh_from_db()
    assert render.next_poll_at is not None
    return (render.next_poll_at - now()).total_seconds()
