"""Cancelling at TokenLab: what is certain, and what is not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from studio.providers.answers import CancelAnswer, CancelKind
from studio.providers.errors import BadKey
from studio.providers.http import make_client
from tests.providers.answering import Handler, saying
from tests.providers.factories import fixture
from tests.providers.loopback import Play, loopback
from tests.providers.tokenlab.calling import ADAPTER, TASK, connection_to, error_body


def cancel_with(handler: Handler) -> CancelAnswer:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.cancel(client, connection_to(), TASK)


@pytest.mark.parametrize(
    ("status", "content", "answer"),
    [
        (200, fixture("cancelled"), CancelAnswer(CancelKind.CANCELLED, "Task cancelled before execution")),
        (200, {"status": "processing"}, CancelAnswer(CancelKind.UNKNOWN)),
        (204, b"", CancelAnswer(CancelKind.UNKNOWN)),
        (400, error_body("unsupported_task_cancel"), CancelAnswer(CancelKind.UNSUPPORTED, "no")),
        (409, error_body("task_not_cancellable"), CancelAnswer(CancelKind.TOO_LATE, "no")),
        (403, error_body("task_not_owned"), CancelAnswer(CancelKind.UNKNOWN, "no")),
        (404, error_body("async_task_not_found"), CancelAnswer(CancelKind.UNKNOWN, "no")),
        (500, b"", CancelAnswer(CancelKind.UNKNOWN)),
    ],
)
def test_cancel_is_answered_by_what_is_certain(status: int, content: Any, answer: CancelAnswer) -> None:
    assert cancel_with(saying(status, content)) == answer


def test_cancel_deletes_the_task_on_its_fixed_path() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path))
        return httpx.Response(200, content=fixture("cancelled"))

    cancel_with(handler)

    assert seen == [("DELETE", f"/v1/tasks/{TASK}")]


def test_cancel_with_a_bad_key_says_so() -> None:
    with pytest.raises(BadKey):
        cancel_with(saying(401, error_body("invalid_api_key")))


def test_cancel_that_is_cut_is_unknown() -> None:
    with loopback(Play.CUT_AFTER_REQUEST) as server, make_client() as client:
        answer = ADAPTER.cancel(client, connection_to(server.base_url), TASK)

    assert answer.kind == CancelKind.UNKNOWN
