"""Cancelling, checking a key and proving a task at Seedance."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from studio.providers.answers import (
    CancelAnswer,
    CancelKind,
    KeyVerdict,
    Proof,
    ProofKind,
)
from studio.providers.errors import BadKey, NotFound, ProviderError, Retryable
from studio.providers.http import make_client
from studio.providers.provider import Lost
from tests.providers.answering import Handler, saying
from tests.providers.factories import fixture
from tests.providers.loopback import Play, loopback
from tests.providers.seedance.calling import (
    ADAPTER,
    BASE,
    DISPATCH,
    SECRET,
    TASKS,
    cancel_with,
    check_with,
    connection_to,
    error_body,
)
from tests.providers.seedance.makers import make_open_request


@pytest.mark.parametrize(
    ("status", "content", "answer"),
    [
        (200, fixture("cancelled_seed_004", "seedance"), CancelAnswer(CancelKind.CANCELLED)),
        (200, {"status": "cancelled"}, CancelAnswer(CancelKind.UNKNOWN)),
        (200, {"success": True, "status": "processing"}, CancelAnswer(CancelKind.UNKNOWN)),
        (200, error_body(), CancelAnswer(CancelKind.UNKNOWN, "no")),
        (204, b"", CancelAnswer(CancelKind.UNKNOWN)),
        (400, error_body(), CancelAnswer(CancelKind.TOO_LATE, "no")),
        (409, error_body(), CancelAnswer(CancelKind.TOO_LATE, "no")),
        (403, error_body(), CancelAnswer(CancelKind.UNKNOWN, "no")),
        (404, error_body(), CancelAnswer(CancelKind.UNKNOWN, "no")),
        (500, b"", CancelAnswer(CancelKind.UNKNOWN)),
    ],
)
def test_cancel_is_answered_by_what_is_certain(status: int, content: Any, answer: CancelAnswer) -> None:
    assert cancel_with(saying(status, content)) == answer


def test_cancel_posts_nothing_to_its_path() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url), request.content))
        return httpx.Response(200, content=fixture("cancelled_seed_004", "seedance"))

    cancel_with(handler)

    assert seen == [("POST", f"{BASE}{TASKS}/req_1/cancel", b"")]


def test_cancel_with_a_bad_key_says_so() -> None:
    with pytest.raises(BadKey):
        cancel_with(saying(401, error_body("unauthorized")))


def test_cancel_that_is_cut_is_unknown() -> None:
    with loopback(Play.CUT_AFTER_REQUEST) as server, make_client() as client:
        answer = ADAPTER.cancel(client, connection_to(server.base_url), "req_1")

    assert answer.kind == CancelKind.UNKNOWN


@pytest.mark.parametrize(
    ("status", "content", "verdict"),
    [
        (401, error_body("unauthorized", "Invalid API key"), KeyVerdict.REFUSED),
        (404, error_body("not_found"), KeyVerdict.ACCEPTED),
        (400, error_body(), KeyVerdict.ACCEPTED),
        (404, b"<html>", KeyVerdict.UNCLEAR),
        (403, error_body(), KeyVerdict.UNCLEAR),
        (200, error_body(), KeyVerdict.UNCLEAR),
        (500, b"", KeyVerdict.UNCLEAR),
    ],
)
def test_check_believes_only_what_is_plain(status: int, content: Any, verdict: KeyVerdict) -> None:
    assert check_with(saying(status, content)).verdict == verdict


def test_check_asks_for_a_request_that_cannot_be() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url)))
        return httpx.Response(404, json=error_body())

    check_with(handler)

    assert seen == [("GET", f"{BASE}{TASKS}/req_rushes_key_check")]


def test_nothing_proves_what_became_of_a_lost_create_until_a_call_names_a_task() -> None:
    lost = Lost(make_open_request(), DISPATCH, datetime(2026, 11, 21, tzinfo=UTC))

    with loopback(Play.ANSWER) as server, make_client() as client:
        proof = ADAPTER.prove(client, connection_to(server.base_url), lost)

    assert proof == Proof(ProofKind.UNCLEAR)
    assert server.requests == []


def _prove(handler: Handler) -> Proof:
    lost = Lost(make_open_request(), DISPATCH, datetime(2026, 11, 21, tzinfo=UTC), claimed_id="req_1")
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.prove(client, connection_to(), lost)


def test_proof_is_one_read_of_the_task_that_was_named() -> None:
    request, seen = make_open_request(), []
    told = {"requestId": "req_1", "model": request.model, "prompt": request.prompt, "duration": request.duration}

    def handler(sent: httpx.Request) -> httpx.Response:
        seen.append((sent.method, str(sent.url), sent.headers["Authorization"]))
        return httpx.Response(200, json=told | {"aspectRatio": request.aspect_ratio})

    assert _prove(handler) == Proof(ProofKind.FOUND, "req_1")
    assert seen == [("GET", f"{BASE}{TASKS}/req_1", f"Bearer {SECRET}")]


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (401, BadKey), (500, Retryable), (429, Retryable)])
def test_proof_that_cannot_be_read_is_an_error_and_no_proof(status: int, kind: type[ProviderError]) -> None:
    with pytest.raises(kind):
        _prove(saying(status, error_body()))


@pytest.mark.parametrize("content", [b"", b"[]", b"{ broken", b'"req_1"'])
def test_proof_that_makes_no_sense_is_none(content: bytes) -> None:
    assert _prove(saying(200, content)).kind == ProofKind.UNCLEAR
