"""A gateway that is away for an hour: what runs there, what is fetched from there, and what was to be sent there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine

from studio.choices import AT_GATEWAY, AttemptOutcome, RenderState, Standing
from studio.jobs import gateways, track
from studio.lib.clock import now
from studio.models import ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services import renders
from tests.factories import make_user
from tests.faults.working import reasons, turn, work_to
from tests.jobs.conftest import Ask

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=3)


class Outage:
    """A sandbox that can be stopped, and started again where and as it was."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running = Sandbox(data_dir=folder, pace=0.1, plain_films=True).start()
        self.port = urlsplit(self.running.base_url).port or 0

    def begin(self) -> None:
        self.running.stop()

    def end(self) -> None:
        self.running = Sandbox(data_dir=self.folder, pace=0.1, port=self.port, plain_films=True).start()


@pytest.fixture
def outage(tmp_path: Path) -> Iterator[Outage]:
    outage = Outage(tmp_path / "sandbox")
    yield outage
    outage.running.stop()
    gateways.client.cache_clear()


@pytest.fixture
def sandbox(outage: Outage) -> Sandbox:
    """The gateway of the shared key and takes is one that can be stopped."""
    return outage.running


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(track, "FLUSH_SECONDS", 0.02)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=True) as clock:
        yield clock


def pass_an_hour(clock: time_machine.Traveller, *takes: Render) -> None:
    """The studio goes on trying, a job at a time, until an hour has gone by."""
    end = now() + HOUR
    while now() < end:
        turn(takes)
        clock.shift(MINUTES)


def test_takes_at_the_gateway_and_on_their_way_home_outlive_an_hour_without_it(
    transactional_db: None, ask: Ask, outage: Outage, clock: time_machine.Traveller
) -> None:
    fetched = ask("It is done [fault:cut-download]")
    work_to(RenderState.FETCHING, fetched, between=lambda: clock.shift(timedelta(seconds=5)))
    running = ask("It has only begun [fault:slow]")
    turn([running])
    outage.begin()

    pass_an_hour(clock, fetched, running)

    assert (fetched.state, fetched.standing) == (RenderState.FETCHING, Standing.RESERVED)
    assert (running.state in AT_GATEWAY, running.standing) == (True, Standing.RESERVED)
    assert (fetched.has_ended, running.has_ended) == (False, False)
    told = "The file is not here yet and is fetched again shortly (The connection failed (ConnectError).)"
    assert reasons(fetched)[-1] == told
    assert running.poll_failures > 5
    assert reasons(running)[-1] == "The gateway does not answer"
    silent = "The gateway cannot be asked how it stands. It may well go on there, and it is asked again."
    assert running.error_meaning == silent

    outage.end()
    work_to(RenderState.READY, fetched, running, between=lambda: clock.shift(MINUTES))

    assert {take.standing for take in (fetched, running)} == {Standing.SETTLED}
    assert {take.error_meaning for take in (fetched, running)} == {""}
    assert (len(outage.running.creates), fetched.attempts.count(), running.attempts.count()) == (2, 1, 1)


def test_take_that_cannot_be_sent_ends_free_of_charge_and_may_be_asked_for_again(
    transactional_db: None, ask: Ask, outage: Outage, key: ProviderKey, clock: time_machine.Traveller
) -> None:
    take = ask()
    outage.begin()

    pass_an_hour(clock, take)

    assert (take.state, take.standing) == (RenderState.FAILED, Standing.RELEASED)
    assert (take.attempts.get().outcome, take.amount) == (AttemptOutcome.NOT_SENT, None)
    assert take.error_meaning == "The gateway could not be reached: no connection. Nothing was sent."

    outage.end()
    again = renders.retry(render=take, asked_by=make_user())
    work_to(RenderState.READY, again, between=lambda: clock.shift(MINUTES))

    assert (again.standing, len(outage.running.creates)) == (Standing.SETTLED, 1)
