"""The wall clock jumps by an hour while everything is under way: nothing is sent twice, and nothing hangs for it.

What each kind of claim and wait does then is written down in `services/clock_jumps.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django_q.models import OrmQ, Schedule
from pytest_django import Settings

from studio.choices import AttemptOutcome, RenderState
from studio.jobs import gateways, track
from studio.jobs.parcels import pack
from studio.jobs.submit import submit
from studio.lib.clock import later, now
from studio.models import Attempt, Lease, Project, ProviderKey, Render
from studio.providers import registry
from studio.providers.answers import Created
from studio.sandbox.server import Sandbox
from studio.services import acceptances, attempts, clock_jumps, key_limits, leases, proofs, queue, recovery, workers
from studio.services.renders import create_renders
from tests.factories import make_attempt, make_followed, make_key, make_project, make_render, make_request

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
FORWARD, BACK = HOUR, -HOUR
both_ways = pytest.mark.parametrize("jump", [FORWARD, BACK], ids=["forward", "back"])


@pytest.fixture
def sandbox(tmp_path: Path, settings: Settings) -> Iterator[Sandbox]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with Sandbox(data_dir=tmp_path / "sandbox", pace=0.1, plain_films=True) as running:
        yield running
    gateways.client.cache_clear()


@pytest.fixture
def project(transactional_db: None) -> Project:
    return make_project()


@pytest.fixture
def key(project: Project, sandbox: Sandbox) -> ProviderKey:
    return make_key(base_url=sandbox.base_url, secret="sk-test-9f2c5d81e07a4b63")


@pytest.fixture(autouse=True)
def watch(monkeypatch: pytest.MonkeyPatch) -> clock_jumps.Watch:
    """Of a supervisor that has looked at the clock a moment ago."""
    watch = clock_jumps.Watch()
    watch.was_set_back()
    monkeypatch.setattr(clock_jumps, "WATCH", watch)
    return watch


@contextmanager
def jumped(jump: timedelta) -> Iterator[None]:
    """The clock has jumped, and a supervisor has shown its next sign of life."""
    with time_machine.travel(now() + jump):
        workers.beat()
        yield


def ask(project: Project, key: ProviderKey) -> Render:
    request = make_request(prompt="A red car", resolution="480p", duration=4, sound=False)
    return create_renders(project=project, asked_by=None, key=key, request=request, takes=1, submission=uuid4())[0]


def begun(project: Project, key: ProviderKey) -> tuple[Render, Attempt, Created]:
    """A take whose task was made a moment ago; its answer is still on its way to the database."""
    render = ask(project, key)
    parcel = pack(Render.objects.get(pk=render.pk))
    assert parcel is not None
    attempt = attempts.begin_attempt(render=Render.objects.get(pk=render.pk), packed=parcel.packed)
    assert attempt is not None
    adapter = registry.get(key.provider).adapter
    return render, attempt, adapter.create(gateways.client(), parcel.connection, parcel.request, parcel.urls)


def state_of(render: Render) -> str:
    return Render.objects.get(pk=render.pk).state


def hints(dotted: str) -> int:
    """How many hints for the job could be taken by a worker now."""
    free = OrmQ.objects.filter(lock__lte=now())
    return sum(row.task["func"] == dotted for row in free)


@both_ways
def test_take_that_is_just_being_sent_is_sent_once_and_followed(
    project: Project, key: ProviderKey, sandbox: Sandbox, jump: timedelta
) -> None:
    render, attempt, created = begun(project, key)

    with jumped(jump):
        recovery.sweep()
        meanwhile = state_of(render)
        # However often a hint is given out again.
        submit(render.pk)
        submit(render.pk)
        acceptances.record_accepted(
            attempt=attempt, remote_id=created.remote_id, poll_url="", answer="", first_poll_seconds=0
        )

    # A claim whose time seems over says that nobody knows: true until the answer is written down.
    assert meanwhile == (RenderState.UNCONFIRMED if jump == FORWARD else RenderState.SUBMITTING)
    assert (state_of(render), len(sandbox.creates)) == (RenderState.WAITING, 1)
    assert render.attempts.count() == 1


@both_ways
def test_take_that_waits_to_be_sent_goes_out_at_once_and_only_once(
    project: Project, key: ProviderKey, sandbox: Sandbox, jump: timedelta
) -> None:
    render = ask(project, key)
    Render.objects.filter(pk=render.pk).update(not_before=later(30), enqueued_at=now(), error_meaning="Asked to wait.")
    OrmQ.objects.all().delete()

    with jumped(jump):
        recovery.sweep()
        asked = hints("studio.jobs.submit.submit")
        for _ in range(3):
            submit(render.pk)

    assert (asked, state_of(render), len(sandbox.creates)) == (1, RenderState.WAITING, 1)


@both_ways
def test_take_at_the_gateway_is_looked_at_at_once(
    project: Project, key: ProviderKey, sandbox: Sandbox, jump: timedelta
) -> None:
    render = ask(project, key)
    submit(render.pk)
    Render.objects.filter(pk=render.pk).update(next_poll_at=later(20))

    with jumped(jump):
        track.track(run_seconds=2)

    # However far the task is by then: it was asked about, and no word of it means that it still waits its turn there.
    found = Render.objects.get(pk=render.pk)
    assert found.polls > 0 or found.state in {RenderState.RUNNING, RenderState.FETCHING}
    assert len(sandbox.creates) == 1


def test_poll_in_hand_of_a_dead_tracker_is_due_again_after_its_own_lease(project: Project) -> None:
    until = later(90)
    render = make_followed(project, next_poll_at=until, claimed_until=until, claimed_by="elsewhere:1")

    with jumped(BACK):
        found = Render.objects.get(pk=render.pk)
        left = (found.next_poll_at or later(9999)) - now()

    assert timedelta(seconds=85) < left <= timedelta(seconds=90)
    assert found.claimed_until == found.next_poll_at


@both_ways
def test_lease_of_a_dead_tracker_ends_within_a_minute_and_another_begins(project: Project, jump: timedelta) -> None:
    leases.acquire(name=queue.TRACK, holder="elsewhere:1", seconds=20)

    with jumped(jump), time_machine.travel(now() + timedelta(seconds=61)):
        queue.ensure_tracker()

        assert hints("studio.jobs.track.track") == 1


@both_ways
def test_lease_of_a_living_tracker_stays_its_own(project: Project, jump: timedelta) -> None:
    leases.acquire(name=queue.TRACK, holder="here:1", seconds=20)

    with jumped(jump):
        renewed = leases.acquire(name=queue.TRACK, holder="here:1", seconds=20)
        other = leases.acquire(name=queue.TRACK, holder="elsewhere:2", seconds=20)

    assert (renewed, other) == (True, False)


@both_ways
def test_hints_and_schedules_are_taken_as_before(project: Project, jump: timedelta) -> None:
    queue.enqueue("studio.jobs.ingest.ingest", 1)
    Schedule.objects.create(name="each minute", func="f", minutes=1, next_run=later(40))

    with jumped(jump):
        taken = hints("studio.jobs.ingest.ingest")
        next_run = Schedule.objects.get().next_run

        assert (taken, next_run <= later(60)) == (1, True)


@both_ways
def test_download_of_a_dead_worker_is_taken_up_again(project: Project, jump: timedelta) -> None:
    long_claim: dict[str, Any] = {"claimed_until": later(25), "claimed_by": "elsewhere:1", "enqueued_at": now()}
    make_render(project, state="fetching", **long_claim)
    patience = timedelta(seconds=attempts.SUBMIT_LEASE_SECONDS + 1)

    with jumped(jump), time_machine.travel(now() + patience):
        recovery.sweep()

        assert hints("studio.jobs.ingest.ingest") == 1


@both_ways
def test_pace_of_a_key_lets_through_one_minutes_worth_more_and_no_more(project: Project, jump: timedelta) -> None:
    key = make_key(per_minute=2)
    rooms = []
    for _ in range(2):
        make_attempt(make_render(project, key))
    before = key_limits.room(key=key).is_free

    with jumped(jump):
        for _ in range(3):
            rooms.append(key_limits.room(key=key).is_free)
            make_attempt(make_render(project, key))

    assert (before, rooms) == (False, [True, True, False])


@both_ways
def test_places_of_a_key_are_counted_without_the_clock(project: Project, jump: timedelta) -> None:
    key = make_key(max_running=1)
    make_followed(project, key)

    with jumped(jump):
        assert not key_limits.room(key=key).is_free


@both_ways
def test_proof_of_an_unanswered_create_is_looked_for_as_before(project: Project, jump: timedelta) -> None:
    request = make_request(provider="ark", model="dreamina-seedance-2-0-fast-260128")
    render = make_render(project, request=request, state="unconfirmed")
    make_attempt(render, outcome=AttemptOutcome.UNKNOWN, answered_at=now(), looks=3, looked_at=now())

    with jumped(jump):
        assert proofs.ask_for_due() == 1


def test_start_after_the_clock_was_set_back_mends_as_well(project: Project) -> None:
    make_followed(project, next_poll_at=later(20))
    Lease.objects.create(name="track", holder="elsewhere:1", expires_at=later(20), beat_at=now())

    with time_machine.travel(now() + BACK):
        recovery.revive()

        assert Render.objects.due(now()).count() == 1


def test_start_at_the_right_time_cuts_no_wait_short(project: Project) -> None:
    waiting = make_render(project, not_before=later(3600))

    recovery.revive()

    assert Render.objects.get(pk=waiting.pk).not_before == waiting.not_before


@pytest.mark.parametrize(
    ("steps", "noticed"),
    [
        ([5, 5, 5], [False, False, False]),
        ([5, 3605, 5], [False, False, False]),
        ([5, -3595, 5], [False, True, False]),
        ([5, -4, 5], [False, False, False]),
        ([5, -5.5, 5], [False, True, False]),
    ],
    ids=["steady", "forward", "back", "a little", "just enough"],
)
def test_watch_notices_a_clock_that_goes_back_and_nothing_else(steps: list[float], noticed: list[bool]) -> None:
    steady = iter(range(0, 100, 5))
    start: Any = now()
    watch = clock_jumps.Watch(steady=lambda: float(next(steady)))
    with time_machine.travel(start, tick=False) as clock:
        watch.was_set_back()
        found = []
        for step in steps:
            clock.shift(step)
            found.append(watch.was_set_back())

    assert found == noticed
