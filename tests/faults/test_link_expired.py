"""Links that died before the file was fetched: a fresh one is asked for, and a take without any ends truthfully."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from studio.choices import RenderState, Standing
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from tests.contract.gateways import CONTRACTS, Contract
from tests.factories import make_key
from tests.faults.working import reasons, turn, work_to
from tests.jobs.conftest import Ask

pytestmark = pytest.mark.django_db(transaction=True)

DIED = "The file is not here yet and is fetched again shortly (The link no longer works (the server answered 403).)"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=True) as clock:
        yield clock


@pytest.fixture(params=CONTRACTS, ids=lambda contract: contract.name)
def contract(request: pytest.FixtureRequest) -> Contract:
    found: Contract = request.param
    return found


@pytest.fixture
def key(studio_project: Project, sandbox: Sandbox, contract: Contract) -> ProviderKey:
    """A key of each gateway that the sandbox plays."""
    return make_key(
        provider=contract.slug,
        base_url=f"{sandbox.base_url}{contract.path}",
        secret=contract.secret,
        route=contract.route,
    )


def wanted(ask: Ask, contract: Contract, prompt: str) -> Render:
    return ask(prompt, provider=contract.slug, model=contract.model)


def test_fresh_link_is_asked_for_and_used(
    transactional_db: None, ask: Ask, contract: Contract, sandbox: Sandbox, clock: time_machine.Traveller
) -> None:
    take = wanted(ask, contract, "A red car stops. [fault:link-expires-once]")
    work_to(RenderState.FETCHING, take, between=lambda: clock.shift(timedelta(seconds=10)))
    first = take.result_url

    turn([take])
    second = take.result_url
    work_to(RenderState.READY, take, between=lambda: clock.shift(timedelta(seconds=10)))

    assert (reasons(take)[-2:], second != first) == ([DIED, "The take is here"], True)
    assert (take.standing, take.error_meaning) == (Standing.SETTLED, "")
    assert (len(sandbox.creates), take.attempts.count()) == (1, 1)


def test_link_that_died_of_age_ends_the_take_as_expired_and_probably_charged(
    transactional_db: None, ask: Ask, contract: Contract, sandbox: Sandbox, clock: time_machine.Traveller
) -> None:
    take = wanted(ask, contract, "A red car stops.")
    work_to(RenderState.FETCHING, take, between=lambda: clock.shift(timedelta(seconds=10)))
    clock.shift(timedelta(hours=25))

    turn([take])
    tried = (take.state, reasons(take)[-1])
    work_to(RenderState.EXPIRED, take, between=lambda: clock.shift(timedelta(minutes=11)))

    assert tried == (RenderState.FETCHING, DIED)
    assert take.error_meaning == (
        "The link no longer works (the server answered 403). The file could not be fetched for a whole day. "
        "The gateway has rendered it, so it is probably charged."
    )
    assert take.error_advice == "Look for the file in the gateway's own console before asking for the take again."
    assert (len(sandbox.creates), take.attempts.count()) == (1, 1)
