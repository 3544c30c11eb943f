"""What TokenHub cannot cancel or prove, and checking a key there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from studio.providers.answers import (
    CancelAnswer,
    CancelKind,
    KeyReport,
    KeyVerdict,
    Proof,
    ProofKind,
)
from studio.providers.errors import Retryable
from studio.providers.http import make_client
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch
from tests.providers.answering import saying
from tests.providers.loopback import Play, loopback, unused_port
from tests.providers.tokenhub.calling import ADAPTER, BASE, check_with, connection_to, error_body
from tests.providers.tokenhub.makers import make_hub_request


def test_cancel_is_unsupported_and_asks_nobody() -> None:
    with loopback(Play.ANSWER) as server, make_client() as client:
        answer = ADAPTER.cancel(client, connection_to(f"{server.base_url}/api/v1"), "task-1")

    assert answer == CancelAnswer(CancelKind.UNSUPPORTED)
    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "content", "verdict"),
    [
        (401, error_body("no such key"), KeyVerdict.REFUSED),
        (401, b"<html>", KeyVerdict.REFUSED),
        (403, b"", KeyVerdict.REFUSED),
        (404, error_body("no such task"), KeyVerdict.ACCEPTED),
        (404, b"<html>", KeyVerdict.UNCLEAR),
        (400, error_body(), KeyVerdict.UNCLEAR),
        (200, {"status": "failed"}, KeyVerdict.UNCLEAR),
        (429, b"", KeyVerdict.UNCLEAR),
        (500, error_body(), KeyVerdict.UNCLEAR),
    ],
)
def test_check_believes_only_what_is_plain(status: int, content: Any, verdict: KeyVerdict) -> None:
    assert check_with(saying(status, content)).verdict == verdict


def test_check_asks_for_a_task_that_cannot_be() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url)))
        return httpx.Response(404, json=error_body("no such task"))

    report = check_with(handler)

    assert seen == [("GET", f"{BASE}/videos/generations/rushes-key-check")]
    assert report == KeyReport(
        KeyVerdict.ACCEPTED,
        "The key is accepted, as far as can be told: the gateway looked for a task with it and found none. "
        "It has no call that would say more.",
        "no such task",
    )


def test_check_of_a_gateway_that_is_away_is_an_error() -> None:
    with make_client() as client, pytest.raises(Retryable):
        ADAPTER.check(client, connection_to(f"http://127.0.0.1:{unused_port()}"))


def test_nothing_proves_what_became_of_a_lost_create() -> None:
    lost = Lost(make_hub_request(), Dispatch(), datetime(2026, 11, 21, tzinfo=UTC))

    with loopback(Play.ANSWER) as server, make_client() as client:
        proof = ADAPTER.prove(client, connection_to(server.base_url), lost)

    assert proof == Proof(ProofKind.UNCLEAR)
    assert server.requests == []
