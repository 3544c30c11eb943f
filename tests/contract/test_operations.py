"""Every gateway, every operation: sent, followed, finished, and what cannot be said to a gateway is not offered."""

from __future__ import annotations

import httpx
import pytest

from studio.choices import Operation
from studio.providers.answers import RemoteState
from studio.providers.checks import problems
from tests.contract.conftest import Call
from tests.contract.gateways import CONTRACTS, IMPOSSIBLE, PAIR_NAMES, PAIRS, Contract
from tests.providers.factories import make_request


@pytest.mark.parametrize(("contract", "operation"), PAIRS, ids=PAIR_NAMES)
def test_operation_ends_in_a_film(contract: Contract, operation: Operation, call_drawing: Call) -> None:
    caller = call_drawing(contract)
    request = caller.request(operation)
    assert problems(contract.capability(caller.base_url), request) == []

    created = caller.create(request)
    status = caller.ended(created)

    assert (status.state, status.error_text) == (RemoteState.SUCCEEDED, "")
    film = httpx.get(status.video_url)
    assert (film.status_code, film.headers["content-type"], film.content[4:8]) == (200, "video/mp4", b"ftyp")


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
@pytest.mark.parametrize("operation", list(Operation))
def test_operation_is_offered_unless_it_is_listed_as_impossible(contract: Contract, operation: Operation) -> None:
    capability = contract.capability(f"http://127.0.0.1:1{contract.path}")

    is_offered = operation in capability.operations

    assert is_offered == ((contract.name, operation) not in IMPOSSIBLE)


@pytest.mark.parametrize(("name", "operation"), sorted(IMPOSSIBLE))
def test_impossible_operation_is_refused_before_sending_with_its_reason(name: str, operation: Operation) -> None:
    contract = next(each for each in CONTRACTS if each.name == name)
    capability = contract.capability(f"http://127.0.0.1:1{contract.path}")
    request = make_request(operation, provider=contract.slug, model=contract.model)

    found = problems(capability, request)

    assert [problem.field for problem in found] == ["operation"]
    assert capability.not_offered[operation] != ""
