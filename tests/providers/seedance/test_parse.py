from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from studio.providers.answers import NO_USAGE, Claim, Created, RemoteState, RemoteStatus, Usage
from studio.providers.reading import Unreadable
from studio.providers.seedance import parse
from tests.providers.factories import fixture

VIDEO = "https://pub.test/open-api-results/a.mp4"


def test_created_example_is_read_with_its_charge() -> None:
    charge = Usage(charged=Decimal(40), currency="credits")

    created = parse.created(json.loads(fixture("created_seed_004", "seedance")))

    status = RemoteStatus(RemoteState.WAITING, "queued", usage=charge)
    assert created == Created("req_1234567890", "", status, charge=charge)


def test_succeeded_example_is_read() -> None:
    assert parse.status(json.loads(fixture("succeeded_seed_004", "seedance"))) == RemoteStatus(
        RemoteState.SUCCEEDED,
        "succeeded",
        video_url="https://pub-your-bucket.r2.dev/open-api-results/req_1234567890.mp4",
    )


def test_cancelled_example_is_read() -> None:
    assert parse.status(json.loads(fixture("cancelled_seed_004", "seedance"))) == RemoteStatus(
        RemoteState.CANCELLED, "cancelled", cancelled=True
    )


def test_created_needs_only_an_id() -> None:
    assert parse.created({"requestId": "req_1"}) == Created("req_1", "", RemoteStatus(RemoteState.WAITING))


@pytest.mark.parametrize("remote_id", [None, "", True, {}, "..", "../a", "a/b", "a b", "a" * 256])
def test_created_without_an_id_that_can_be_followed_is_unreadable(remote_id: Any) -> None:
    with pytest.raises(Unreadable):
        parse.created({"success": True, "requestId": remote_id, "status": "queued"})


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", RemoteState.WAITING),
        ("processing", RemoteState.RUNNING),
        ("succeeded", RemoteState.SUCCEEDED),
        ("failed", RemoteState.FAILED),
        ("cancelled", RemoteState.CANCELLED),
        ("canceled", RemoteState.CANCELLED),
        ("expired", RemoteState.EXPIRED),
        ("running", RemoteState.UNKNOWN_WORD),
        ("", RemoteState.UNKNOWN_WORD),
        (None, RemoteState.UNKNOWN_WORD),
    ],
)
def test_status_words_are_mapped_exactly(word: Any, state: RemoteState) -> None:
    read = parse.status({"status": word, "output": {"type": "video", "url": VIDEO}})

    assert (read.state, read.cancelled) == (state, state == RemoteState.CANCELLED)


@pytest.mark.parametrize("output", [None, {}, {"url": None}, {"url": "ftp://a.test/v"}, []])
def test_succeeded_without_a_video_is_a_failure(output: Any) -> None:
    read = parse.status({"status": "succeeded", "output": output})

    assert (read.state, read.error_code, read.error_text) == (RemoteState.FAILED, "no_video_url", "")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (None, "", ""),
        ("Content policy violation", "", "Content policy violation"),
        ({"code": "policy", "message": "Not allowed"}, "policy", "Not allowed"),
    ],
)
def test_error_may_have_any_shape(error: Any, code: str, text: str) -> None:
    read = parse.status({"success": False, "status": "failed", "error": error})

    assert (read.state, read.error_code, read.error_text) == (RemoteState.FAILED, code, text)


def test_failure_to_answer_is_none_of_the_task() -> None:
    with pytest.raises(Unreadable):
        parse.status({"success": False, "error": {"code": "internal", "message": "later"}})


@pytest.mark.parametrize(
    ("value", "usage"),
    [
        (40, Usage(charged=Decimal(40), currency="credits")),
        ("12.8", Usage(charged=Decimal("12.8"), currency="credits")),
        (0, Usage(charged=Decimal(0), currency="credits")),
        (-1, NO_USAGE),
        (None, NO_USAGE),
        ("many", NO_USAGE),
        (True, NO_USAGE),
    ],
)
def test_charge_is_read_also_from_a_status(value: Any, usage: Usage) -> None:
    assert parse.status({"status": "processing", "creditsCharged": value}).usage == usage


@pytest.mark.parametrize(
    ("document", "claim"),
    [
        ({"requestId": "req_1", "status": "succeeded"}, Claim("req_1")),
        ({"requestId": "req_1", "metadata": {"renderId": "rushes-7-1"}}, Claim("req_1", "rushes-7-1")),
        ({"requestId": "req_1", "metadata": {"renderId": ["rushes-7-1"]}}, Claim("req_1")),
        ({"requestId": "req_1", "metadata": "rushes-7-1"}, Claim("req_1")),
    ],
)
def test_claim_is_the_id_and_our_metadata(document: dict[str, Any], claim: Claim) -> None:
    assert parse.claim(document) == claim


@pytest.mark.parametrize("remote_id", [None, "", "../keys", "a b", "x" * 256, ["req_1"], {"id": "req_1"}, True, "\x00"])
def test_call_without_an_id_that_can_be_followed_claims_nothing(remote_id: Any) -> None:
    assert parse.claim({"requestId": remote_id}) is None
