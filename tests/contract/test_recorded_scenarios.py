"""Every kind of trouble at every gateway and for every operation once more, with its own recorded payloads bent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from studio.choices import Operation
from studio.providers.answers import NO_VIDEO_CODE, CancelKind, RemoteState
from studio.providers.errors import BadKey, NotFound, ProviderError, Refused, Retryable, Unknown
from tests.contract.gateways import PAIR_NAMES, PAIRS, Contract, calling
from tests.contract.recorded import Told, changed, recorded, telling

every_pair = pytest.mark.parametrize(("contract", "operation"), PAIRS, ids=PAIR_NAMES)

# An error as the gateway's documents show one; where they show none, as its neighbours do.
ERROR = b'{"error":{"code":"InvalidParameter","message":"The request is not valid","type":"invalid_request_error"}}'
SEEDANCE_ERROR = b'{"success":false,"error":{"code":"invalid","message":"The request is not valid"}}'
SEEDANCE_UNAUTHORIZED = b'{"success":false,"error":{"code":"unauthorized","message":"Invalid API key"}}'

# The words for one and the same thing at each gateway.
WORDS = {
    "tokenlab": {"waiting": "pending", "running": "processing"},
    "tokenlab-v3": {"waiting": "queued", "running": "running"},
    "tokenhub": {"waiting": "queued", "running": "running"},
    "seedance": {"waiting": "queued", "running": "processing"},
    "ark": {"waiting": "queued", "running": "running"},
}
# Where the film stands in a finished task; taken out, there is none.
FILM = {"tokenlab": "video_url", "tokenlab-v3": "content", "tokenhub": "data", "seedance": "output", "ark": "content"}


@dataclass(frozen=True)
class Create:
    """What is answered to a create, and what must come of it."""

    answer: Callable[[Contract], Told]
    kind: type[ProviderError]


def error_of(contract: Contract) -> bytes:
    return SEEDANCE_ERROR if contract.slug == "seedance" else ERROR


def created(contract: Contract) -> bytes:
    return recorded(contract)[0]


CREATES = {
    "refused": Create(lambda gateway: Told(error_of(gateway), 400), Refused),
    "no money": Create(lambda gateway: Told(error_of(gateway), 402), Refused),
    "bad key": Create(
        lambda gateway: Told(SEEDANCE_UNAUTHORIZED if gateway.slug == "seedance" else ERROR, 401), BadKey
    ),
    "too many": Create(lambda gateway: Told(error_of(gateway), 429), Retryable),
    "too many, with a wait": Create(lambda gateway: Told(error_of(gateway), 429, {"Retry-After": "7"}), Retryable),
    "server error": Create(lambda gateway: Told(error_of(gateway), 500), Unknown),
    "bad gateway": Create(lambda gateway: Told(b"<html>Bad gateway</html>", 502), Unknown),
    "time-out of a proxy": Create(lambda gateway: Told(b"<html>Time-out</html>", 504), Unknown),
    "request time-out": Create(lambda gateway: Told(error_of(gateway), 408), Unknown),
    "cut in the middle": Create(lambda gateway: Told(created(gateway), cut=True), Unknown),
    "half of the JSON": Create(lambda gateway: Told(created(gateway)[:-9]), Unknown),
    "no id": Create(lambda gateway: Told(b'{"status":"queued"}'), Unknown),
    "redirect to another page": Create(lambda gateway: Told(b"", 302, {"Location": "https://example.com/"}), Unknown),
}


@every_pair
@pytest.mark.parametrize("scenario", CREATES)
def test_recorded_create_in_trouble(scenario: str, contract: Contract, operation: Operation) -> None:
    told = CREATES[scenario].answer(contract)
    with telling(told) as (host, asked), calling(contract, host, "https://example.com") as caller:
        request = caller.request(operation, parent="ldtask_parent")

        with pytest.raises(ProviderError) as caught:
            caller.create(request)

    assert (type(caught.value), len(asked)) == (CREATES[scenario].kind, 1)
    assert getattr(caught.value, "retry_after", None) == (7.0 if "Retry-After" in told.headers else None)


@dataclass(frozen=True)
class Reading:
    """What is answered to a look, and the state or the error that it means."""

    answer: Callable[[Contract], Told]
    means: RemoteState | type[ProviderError]


def bent(contract: Contract, word: str, **members: object) -> Told:
    """The finished task with another word for its state."""
    return Told(changed(recorded(contract)[1], status=WORDS[contract.name].get(word, word), **members))


READINGS = {
    "waiting": Reading(lambda gateway: bent(gateway, "waiting", **{FILM[gateway.name]: None}), RemoteState.WAITING),
    "running": Reading(lambda gateway: bent(gateway, "running", **{FILM[gateway.name]: None}), RemoteState.RUNNING),
    "unknown word": Reading(lambda gateway: bent(gateway, "reticulating"), RemoteState.UNKNOWN_WORD),
    "error as text": Reading(lambda gateway: bent(gateway, "failed", error="Moderated"), RemoteState.FAILED),
    "error as object": Reading(
        lambda gateway: bent(gateway, "failed", error={"code": "Moderated", "message": "Moderated"}), RemoteState.FAILED
    ),
    "error missing": Reading(lambda gateway: bent(gateway, "failed", error=None), RemoteState.FAILED),
    "cancelled": Reading(lambda gateway: bent(gateway, "cancelled"), RemoteState.CANCELLED),
    "no film": Reading(
        lambda gateway: Told(changed(recorded(gateway)[1], **{FILM[gateway.name]: None})), RemoteState.FAILED
    ),
    "not known": Reading(lambda gateway: Told(error_of(gateway), 404), NotFound),
    "bad key": Reading(lambda gateway: Told(error_of(gateway), 401), BadKey),
    "too many": Reading(lambda gateway: Told(error_of(gateway), 429, {"Retry-After": "7"}), Retryable),
    "server error": Reading(lambda gateway: Told(error_of(gateway), 500), Retryable),
    "cut in the middle": Reading(lambda gateway: Told(recorded(gateway)[1], cut=True), Retryable),
    "half of the JSON": Reading(lambda gateway: Told(recorded(gateway)[1][:-9]), Retryable),
}


@every_pair
@pytest.mark.parametrize("scenario", READINGS)
def test_recorded_task_in_trouble(scenario: str, contract: Contract, operation: Operation) -> None:
    means = READINGS[scenario].means
    answers = [Told(created(contract)), READINGS[scenario].answer(contract)]
    with telling(*answers) as (host, _), calling(contract, host, "https://example.com") as caller:
        task = caller.create(caller.request(operation, parent="ldtask_parent"))
        try:
            found: RemoteState | type[ProviderError] = (status := caller.status(task)).state
        except ProviderError as error:
            found = type(error)

    assert found == means
    if scenario == "no film":
        assert status.error_code == NO_VIDEO_CODE
    if scenario in ("error as text", "error as object"):
        assert status.error_text == "Moderated"


@every_pair
def test_recorded_task_that_finished_in_between_is_not_cancelled(contract: Contract, operation: Operation) -> None:
    answers = [Told(created(contract)), Told(recorded(contract)[1])]
    with telling(*answers) as (host, asked), calling(contract, host, "https://example.com") as caller:
        task = caller.create(caller.request(operation, parent="ldtask_parent"))
        answer = contract.provider.adapter.cancel(caller.client, caller.connection, task.remote_id)

    assert answer.kind != CancelKind.CANCELLED
    if contract.name in ("ark", "tokenlab-v3"):
        # The same verb erases the record of what is finished: it is not even sent.
        assert "DELETE" not in {each["method"] for each in asked}
