"""What can come of a task that was accepted, at every gateway and for every operation."""

from __future__ import annotations

import httpx
import pytest

from studio.choices import Operation
from studio.providers.answers import NO_VIDEO_CODE, CancelKind, RemoteState
from studio.providers.errors import NotFound, ProviderError, Retryable
from studio.providers.traps import Trap, trap_of
from studio.sandbox.server import Sandbox
from tests.contract.conftest import Call
from tests.contract.gateways import PAIR_NAMES, PAIRS, Caller, Contract

every_pair = pytest.mark.parametrize(("contract", "operation"), PAIRS, ids=PAIR_NAMES)


@every_pair
@pytest.mark.usefixtures("unhurried")
def test_slow_queue_is_waiting_and_then_a_film(contract: Contract, operation: Operation, call: Call) -> None:
    caller = call(contract)

    readings = caller.readings(caller.create(caller.request(operation, "A calm sea [fault:slow]")))

    assert (readings[0].state, readings[-1].state) == (RemoteState.WAITING, RemoteState.SUCCEEDED)


@every_pair
def test_late_moderation_is_a_failure_in_the_gateways_words(
    contract: Contract, operation: Operation, call: Call
) -> None:
    caller = call(contract)

    status = caller.ended(caller.create(caller.request(operation, "A calm sea [fault:moderation]")))

    assert (status.state, status.video_url) == (RemoteState.FAILED, "")
    assert status.error_text != ""


@every_pair
@pytest.mark.usefixtures("unhurried")
def test_unknown_status_word_is_still_running(contract: Contract, operation: Operation, call: Call) -> None:
    caller = call(contract)

    readings = caller.readings(caller.create(caller.request(operation, "A calm sea [fault:unknown-status]")))

    unknown = [each for each in readings if each.state == RemoteState.UNKNOWN_WORD]
    assert [each.has_ended for each in unknown[:1]] == [False]
    assert readings[-1].state == RemoteState.SUCCEEDED


@every_pair
def test_success_without_a_film_is_no_success(contract: Contract, operation: Operation, call: Call) -> None:
    caller = call(contract)

    status = caller.ended(caller.create(caller.request(operation, "A calm sea [fault:no-url]")))

    assert (status.state, status.error_code) == (RemoteState.FAILED, NO_VIDEO_CODE)


@every_pair
def test_link_that_expired_is_renewed_by_the_next_reading(contract: Contract, operation: Operation, call: Call) -> None:
    caller = call(contract)
    created = caller.create(caller.request(operation, "A calm sea [fault:link-expires-once]"))

    first = httpx.get(caller.ended(created).video_url).status_code
    second = httpx.get(caller.status(created).video_url).status_code

    assert (first, second) == (403, 200)


@every_pair
@pytest.mark.parametrize(
    ("fault", "kind", "times"),
    [
        ("poll-500", Retryable, 3),
        ("poll-404-lag", NotFound, 2),
        ("poll-rate-limit", Retryable, 2),
        ("poll-bad-json", Retryable, 2),
    ],
)
def test_reading_in_trouble_decides_nothing(
    fault: str, kind: type[ProviderError], times: int, contract: Contract, operation: Operation, call: Call
) -> None:
    caller = call(contract)
    created = caller.create(caller.request(operation, f"A calm sea [fault:{fault}]"))

    errors = [_error(caller, created) for _ in range(times)]

    assert errors == [kind] * times
    assert caller.ended(created).state == RemoteState.SUCCEEDED


@every_pair
def test_cancel_that_comes_too_late_never_counts_as_cancelled(
    contract: Contract, operation: Operation, call: Call
) -> None:
    caller = call(contract)
    created = caller.create(caller.request(operation))
    caller.ended(created)

    answer = contract.provider.adapter.cancel(caller.client, caller.connection, created.remote_id)

    assert answer.kind != CancelKind.CANCELLED
    # It is still there to be read: nothing was erased by the asking.
    assert caller.status(created).state == RemoteState.SUCCEEDED


@every_pair
@pytest.mark.usefixtures("unhurried")
def test_cancel_in_the_queue_is_what_the_capability_says(contract: Contract, operation: Operation, call: Call) -> None:
    caller = call(contract)
    created = caller.create(caller.request(operation, "A calm sea [fault:slow]"))

    answer = contract.provider.adapter.cancel(caller.client, caller.connection, created.remote_id)

    can_cancel = contract.capability(caller.base_url).cancel is not None
    assert (answer.kind == CancelKind.CANCELLED) == can_cancel
    assert (caller.ended(created).state == RemoteState.CANCELLED) == can_cancel


@every_pair
def test_sound_refused_by_moderation_is_known_as_such(contract: Contract, operation: Operation, call: Call) -> None:
    caller = call(contract)
    request = caller.request(operation, "A calm sea [fault:sound-moderated]")
    if not request.sound:
        assert contract.slug == "seedance"
        return

    status = caller.ended(caller.create(request))

    assert (status.state, trap_of(status.error_code, status.error_text)) == (RemoteState.FAILED, Trap.SOUND_REFUSED)


@every_pair
def test_key_that_was_revoked_is_told_apart_when_reading(
    contract: Contract, operation: Operation, call: Call, quick_sandbox: Sandbox
) -> None:
    caller = call(contract)
    created = caller.create(caller.request(operation))
    quick_sandbox.set_fault("unauthorized")
    try:
        error = _error(caller, created)
    finally:
        quick_sandbox.set_fault("")

    assert error.__name__ == "BadKey"
    assert caller.ended(created).state == RemoteState.SUCCEEDED


def _error(caller: Caller, created: object) -> type[BaseException]:
    with pytest.raises(ProviderError) as caught:
        caller.status(created)  # type: ignore[arg-type]
    return type(caught.value)
