"""What can go wrong with a create, at every gateway and for every operation: which of the four errors it becomes.

The money hangs on this: only an answer that certainly made nothing may be a refusal."""

from __future__ import annotations

import pytest

from studio.choices import Operation
from studio.providers.errors import BadKey, ProviderError, Refused, Retryable, Unknown
from studio.sandbox.server import Sandbox
from tests.contract.conftest import Call
from tests.contract.gateways import PAIR_NAMES, PAIRS, Contract

# What the sandbox plays, the error that must come of it, and how many tasks the gateway has made by then.
SCENARIOS: dict[str, tuple[type[ProviderError], int]] = {
    "refuse": (Refused, 0),
    "unauthorized": (BadKey, 0),
    "insufficient-balance": (Refused, 0),
    "rate-limit": (Retryable, 0),
    "rate-limit-bare": (Retryable, 0),
    "server-error-before": (Unknown, 0),
    "server-error-after": (Unknown, 1),
    "lost-answer": (Unknown, 1),
    "cut-body": (Unknown, 1),
    "bad-json": (Unknown, 1),
}


@pytest.mark.parametrize(("contract", "operation"), PAIRS, ids=PAIR_NAMES)
@pytest.mark.parametrize("fault", SCENARIOS)
def test_create_in_trouble(
    fault: str, contract: Contract, operation: Operation, call: Call, quick_sandbox: Sandbox
) -> None:
    kind, made = SCENARIOS[fault]
    caller = call(contract)
    request = caller.request(operation, f"A calm sea [fault:{fault}]")
    before = len(quick_sandbox.creates)

    with pytest.raises(ProviderError) as caught:
        caller.create(request)

    assert (type(caught.value), len(quick_sandbox.creates) - before) == (kind, made)
    assert contract.secret not in caught.value.text
    assert caught.value.meaning != ""


@pytest.mark.parametrize(("contract", "operation"), PAIRS, ids=PAIR_NAMES)
def test_create_that_is_to_come_later_says_when(contract: Contract, operation: Operation, call: Call) -> None:
    caller = call(contract)
    request = caller.request(operation, "A calm sea [fault:rate-limit]")

    with pytest.raises(Retryable) as caught:
        caller.create(request)

    assert caught.value.retry_after == 1.0


WITH_FILES = [pair for pair in PAIRS if pair[1] not in (Operation.TEXT_TO_VIDEO, Operation.VIDEO_EXTENSION)]


@pytest.mark.parametrize(("contract", "operation"), WITH_FILES, ids=[f"{one.name}-{two}" for one, two in WITH_FILES])
def test_create_with_a_reference_that_the_gateway_cannot_fetch_is_refused_in_an_artists_words(
    contract: Contract, operation: Operation, call: Call
) -> None:
    caller = call(contract)
    request = caller.request(operation, "A calm sea [fault:cannot-fetch]")

    with pytest.raises(Refused) as caught:
        caller.create(request)

    assert "could not open" in caught.value.text
