"""What only one gateway, or some of them, can do to a client."""

from __future__ import annotations

import time
from decimal import Decimal

import httpx
import pytest

from studio.choices import Operation
from studio.providers.answers import CancelKind, RemoteState
from studio.providers.errors import Refused
from studio.sandbox.server import Sandbox
from tests.contract.conftest import Call
from tests.contract.gateways import CONTRACTS, PAIR_NAMES, PAIRS, Caller, Contract

BY_NAME = {contract.name: contract for contract in CONTRACTS}
CANCELLING = [pair for pair in PAIRS if pair[0].slug != "tokenhub"]
of_each_operation = pytest.mark.parametrize(("contract", "operation"), PAIRS, ids=PAIR_NAMES)


def operations_of(name: str) -> list[Operation]:
    return [operation for contract, operation in PAIRS if contract.name == name]


@of_each_operation
def test_link_that_has_expired_for_good_is_still_a_success_of_the_task(
    contract: Contract, operation: Operation, call: Call
) -> None:
    caller = call(contract)

    status = caller.ended(caller.create(caller.request(operation, "A calm sea [fault:expired-link]")))

    assert (status.state, httpx.get(status.video_url).status_code) == (RemoteState.SUCCEEDED, 403)


@pytest.mark.parametrize(("contract", "operation"), CANCELLING, ids=[f"{one.name}-{two}" for one, two in CANCELLING])
def test_cancel_that_loses_the_race_never_counts_as_cancelled(
    contract: Contract, operation: Operation, call: Call
) -> None:
    caller = call(contract)
    created = caller.create(caller.request(operation, "A calm sea [fault:cancel-race]"))

    answer = contract.provider.adapter.cancel(caller.client, caller.connection, created.remote_id)

    assert answer.kind != CancelKind.CANCELLED


@pytest.mark.parametrize("operation", operations_of("seedance"))
@pytest.mark.usefixtures("unhurried")
def test_open_api_cancels_while_it_works(operation: Operation, call: Call) -> None:
    caller = call(BY_NAME["seedance"])
    created = caller.create(caller.request(operation))
    _wait_for(caller, created.remote_id, RemoteState.RUNNING)

    answer = caller.contract.provider.adapter.cancel(caller.client, caller.connection, created.remote_id)

    assert (answer.kind, caller.ended(created).state) == (CancelKind.CANCELLED, RemoteState.CANCELLED)


@pytest.mark.parametrize("operation", operations_of("tokenlab"))
@pytest.mark.parametrize("fault", ["error-string", "error-object"])
def test_tokenlab_says_an_error_in_two_ways(fault: str, operation: Operation, call: Call) -> None:
    caller = call(BY_NAME["tokenlab"])

    status = caller.ended(caller.create(caller.request(operation, f"A calm sea [fault:{fault}]")))

    assert (status.state, status.error_text) == (RemoteState.FAILED, "The video could not be generated")


@pytest.mark.parametrize("operation", operations_of("tokenlab"))
@pytest.mark.parametrize("fault", ["url-nested", "url-list", "url-data", "url-content"])
def test_tokenlab_names_the_film_in_five_places(fault: str, operation: Operation, call: Call) -> None:
    caller = call(BY_NAME["tokenlab"])

    status = caller.ended(caller.create(caller.request(operation, f"A calm sea [fault:{fault}]")))

    assert httpx.get(status.video_url).status_code == 200


@pytest.mark.parametrize("model", ["seedance-2.0-fast", "seedance-2.0-mini"])
def test_tokenlab_refusal_of_a_resolution_names_the_allowed_ones(model: str, call: Call) -> None:
    """Our record would never let it out; the gateway's own list is what a person is told if it changes."""
    caller = call(BY_NAME["tokenlab"])
    request = caller.request(Operation.TEXT_TO_VIDEO, model=model, resolution="4k")

    with pytest.raises(Refused) as caught:
        caller.create(request)

    assert "Resolutions allowed: 480p or 720p." in caught.value.advice


@pytest.mark.parametrize("operation", operations_of("tokenlab-v3"))
def test_tokenlab_v3_answers_the_same_key_with_the_same_task(
    operation: Operation, call: Call, quick_sandbox: Sandbox
) -> None:
    caller = call(BY_NAME["tokenlab-v3"])
    request, dispatch = caller.request(operation), caller.dispatch()
    before = len(quick_sandbox.creates)

    first, second = (caller.create(request, dispatch) for _ in range(2))

    assert (first.remote_id, len(quick_sandbox.creates) - before) == (second.remote_id, 1)


@pytest.mark.parametrize("operation", operations_of("tokenhub"))
def test_tokenhub_fails_without_a_reason(operation: Operation, call: Call) -> None:
    caller = call(BY_NAME["tokenhub"])

    status = caller.ended(caller.create(caller.request(operation, "A calm sea [fault:error-missing]")))

    assert (status.state, status.error_code, status.error_text) == (RemoteState.FAILED, "", "")


@pytest.mark.parametrize("operation", operations_of("tokenhub"))
def test_tokenhub_counts_other_seconds_than_the_file_has(operation: Operation, call: Call) -> None:
    caller = call(BY_NAME["tokenhub"])
    provider = caller.contract.provider
    request = caller.request(operation, "A calm sea [fault:wrong-duration]")

    status = caller.ended(caller.create(request))

    assert status.usage.seconds == Decimal(3)
    own = provider.settle(request, Decimal(2), 480, 480, status.usage).amount
    by_file = provider.settle(request, Decimal(2), 480, 480, type(status.usage)()).amount
    assert own is not None
    assert by_file is not None
    # What the gateway counts is what it charges: $0.12 more for its second more.
    assert own - by_file == Decimal("0.12")


@pytest.mark.parametrize("operation", operations_of("ark"))
def test_ark_asked_to_cancel_what_is_finished_keeps_its_record(operation: Operation, call: Call) -> None:
    caller = call(BY_NAME["ark"])
    created = caller.create(caller.request(operation))
    caller.ended(created)

    answer = caller.contract.provider.adapter.cancel(caller.client, caller.connection, created.remote_id)

    assert (answer.kind, caller.status(created).state) == (CancelKind.TOO_LATE, RemoteState.SUCCEEDED)


def _wait_for(caller: Caller, remote_id: str, state: RemoteState) -> None:
    give_up = time.monotonic() + 10
    adapter = caller.contract.provider.adapter
    while adapter.status(caller.client, caller.connection, remote_id).state != state:
        assert time.monotonic() < give_up
        time.sleep(0.01)
