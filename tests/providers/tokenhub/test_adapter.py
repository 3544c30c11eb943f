"""Each call against every kind of answer, on a mocked transport or a loopback socket; money hangs on the kinds."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from studio.providers.answers import (
    CancelAnswer,
    CancelKind,
    Created,
    KeyReport,
    KeyVerdict,
    Proof,
    ProofKind,
    RemoteState,
    RemoteStatus,
    Usage,
)
from studio.providers.errors import BadKey, NotFound, NotSent, ProviderError, Refused, Retryable, Unknown
from studio.providers.http import Connection, make_async_client, make_client
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch
from studio.providers.tokenhub.adapter import TokenHubAdapter
from studio.providers.tokenhub.payload import body
from tests.providers.factories import fixture
from tests.providers.loopback import Play, loopback, unused_port
from tests.providers.tokenhub.makers import make_hub_request

SECRET = "th-marked-secret-0123456789"
ADAPTER = TokenHubAdapter()
BASE = "https://hub.test/api/v1"

Handler = Callable[[httpx.Request], httpx.Response]


def _connection(base_url: str = BASE) -> Connection:
    return Connection("tokenhub", base_url, SECRET, allow_loopback=True)


def _answers(status: int, content: Any, headers: dict[str, str] | None = None) -> Handler:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda request: httpx.Response(status, content=raw, headers=headers)


def _create(handler: Handler) -> Created:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.create(client, _connection(), make_hub_request(), {})


def _status(handler: Handler, poll_url: str = "") -> RemoteStatus:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.status(client, _connection(), "task-1", poll_url)


def _status_async(handler: Handler, poll_url: str = "") -> RemoteStatus:
    async def run() -> RemoteStatus:
        async with make_async_client(httpx.MockTransport(handler)) as client:
            return await ADAPTER.status_async(client, _connection(), "task-1", poll_url)

    return asyncio.run(run())


def _check(handler: Handler) -> KeyReport:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.check(client, _connection())


def _error(message: str = "no", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


each_read = pytest.mark.parametrize("read", [_status, _status_async])


def test_create_posts_the_body_and_reads_the_task() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        content = fixture("created_seed_002", "tokenhub")
        return httpx.Response(200, content=content, headers={"X-Request-ID": "req_1"})

    created = _create(handler)

    assert created == Created("xxxxxx-task-id", "", RemoteStatus(RemoteState.WAITING, "queued"), "req_1")
    assert [(item.method, str(item.url)) for item in seen] == [("POST", f"{BASE}/videos/generations")]
    assert json.loads(seen[0].content) == body(make_hub_request(), {})
    assert seen[0].headers["Authorization"] == f"Bearer {SECRET}"


CREATE_ERRORS: list[tuple[int, Any, type[ProviderError]]] = [
    (400, _error(), Refused),
    (400, b"<html>", Refused),
    (401, _error(), BadKey),
    (401, b"", BadKey),
    (402, _error(), Refused),
    (403, _error("Invalid API key"), BadKey),
    (403, _error(code="invalid_api_key"), BadKey),
    (403, {"error": "The key has no right"}, BadKey),
    (403, _error("The prompt was refused by moderation"), Refused),
    (403, _error("A monkey is not allowed"), Refused),
    (403, b"<html>", Refused),
    (404, _error(), Refused),
    (408, b"", Unknown),
    (409, _error(), Unknown),
    (409, b"<html>", Unknown),
    (413, _error(), Refused),
    (415, _error(), Refused),
    (422, _error(), Refused),
    (425, b"", Unknown),
    (429, _error(), Retryable),
    (429, b"<html>", Retryable),
    (499, b"", Unknown),
    (500, _error(), Unknown),
    (502, b"<html>", Unknown),
    (503, _error(), Unknown),
    (504, b"", Unknown),
    (200, b'{"id":', Unknown),
    (200, b"", Unknown),
    (200, b"[]", Unknown),
    (200, {"status": "queued"}, Unknown),
    (200, {"id": "../../admin"}, Unknown),
    (302, b"", Unknown),
    (307, b"", Refused),
]


@pytest.mark.parametrize(("status", "content", "kind"), CREATE_ERRORS)
def test_create_error_has_the_kind_that_money_needs(status: int, content: Any, kind: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as caught:
        _create(_answers(status, content))

    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.meaning


def test_refusal_quotes_the_gateway_and_says_what_to_do() -> None:
    with pytest.raises(Refused) as caught:
        _create(_answers(402, _error("Insufficient credits", code="insufficient_quota")))

    assert caught.value.text == (
        "The account at the gateway has too little balance for this take; nothing was started. "
        "The gateway said: “Insufficient credits” Ask an admin to top up the account."
    )


def test_pause_is_read_from_the_header() -> None:
    with pytest.raises(Retryable) as caught:
        _create(_answers(429, b"", {"Retry-After": "12"}))

    assert caught.value.retry_after == 12.0


def test_create_without_a_connection_is_not_sent() -> None:
    with make_client() as client, pytest.raises(NotSent):
        ADAPTER.create(client, _connection(f"http://127.0.0.1:{unused_port()}/api/v1"), make_hub_request(), {})


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_create_that_is_cut_is_unknown_and_sent_once(play: Play) -> None:
    with loopback(play) as server, make_client() as client, pytest.raises(Unknown):
        ADAPTER.create(client, _connection(f"{server.base_url}/api/v1"), make_hub_request(), {})

    assert len(server.requests) == 1


@each_read
def test_status_reads_a_finished_task(read: Callable[..., RemoteStatus]) -> None:
    found = read(_answers(200, fixture("succeeded_seed_003", "tokenhub")))

    assert (found.state, found.video_url) == (RemoteState.SUCCEEDED, "https://xxx.volces.com/output-video.mp4")
    assert found.usage == Usage(seconds=Decimal(5))


@each_read
def test_status_asks_on_its_fixed_path(read: Callable[..., RemoteStatus]) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url)))
        return httpx.Response(200, json={"status": "running"})

    read(handler, "https://evil.test/a")

    assert seen == [("GET", f"{BASE}/videos/generations/task-1")]


@each_read
@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (400, b"", Retryable),
        (401, _error(), BadKey),
        (403, _error(), BadKey),
        (404, _error(), NotFound),
        (410, b"", NotFound),
        (429, b"", Retryable),
        (500, b"", Retryable),
        (302, b"", Retryable),
        (200, b"<html>", Retryable),
        (200, b"[]", Retryable),
    ],
)
def test_status_error_never_ends_a_paid_task(
    read: Callable[..., RemoteStatus], status: int, content: Any, kind: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        read(_answers(status, content))

    assert type(caught.value) is kind


def test_cancel_is_unsupported_and_asks_nobody() -> None:
    with loopback(Play.ANSWER) as server, make_client() as client:
        answer = ADAPTER.cancel(client, _connection(f"{server.base_url}/api/v1"), "task-1")

    assert answer == CancelAnswer(CancelKind.UNSUPPORTED)
    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "content", "verdict"),
    [
        (401, _error("no such key"), KeyVerdict.REFUSED),
        (401, b"<html>", KeyVerdict.REFUSED),
        (403, b"", KeyVerdict.REFUSED),
        (404, _error("no such task"), KeyVerdict.ACCEPTED),
        (404, b"<html>", KeyVerdict.UNCLEAR),
        (400, _error(), KeyVerdict.UNCLEAR),
        (200, {"status": "failed"}, KeyVerdict.UNCLEAR),
        (429, b"", KeyVerdict.UNCLEAR),
        (500, _error(), KeyVerdict.UNCLEAR),
    ],
)
def test_check_believes_only_what_is_plain(status: int, content: Any, verdict: KeyVerdict) -> None:
    assert _check(_answers(status, content)).verdict == verdict


def test_check_asks_for_a_task_that_cannot_be() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url)))
        return httpx.Response(404, json=_error("no such task"))

    report = _check(handler)

    assert seen == [("GET", f"{BASE}/videos/generations/rushes-key-check")]
    assert report == KeyReport(
        KeyVerdict.ACCEPTED,
        "The key is accepted, as far as can be told: the gateway looked for a task with it and found none. "
        "It has no call that would say more.",
        "no such task",
    )


def test_check_of_a_gateway_that_is_away_is_an_error() -> None:
    with make_client() as client, pytest.raises(Retryable):
        ADAPTER.check(client, _connection(f"http://127.0.0.1:{unused_port()}"))


def test_nothing_proves_what_became_of_a_lost_create() -> None:
    lost = Lost(make_hub_request(), Dispatch(), datetime(2026, 11, 21, tzinfo=UTC))

    with loopback(Play.ANSWER) as server, make_client() as client:
        proof = ADAPTER.prove(client, _connection(server.base_url), lost)

    assert proof == Proof(ProofKind.UNCLEAR)
    assert server.requests == []


@pytest.mark.parametrize("call", [_create, _status, _status_async, _check])
@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 409, 429, 500, 503])
def test_key_repeated_by_the_gateway_is_never_passed_on(call: Callable[[Handler], Any], status: int) -> None:
    said = f"Bearer {SECRET} is not welcome"
    content = {"status": "failed", **_error(said, code=SECRET)}

    try:
        shown = repr(call(_answers(status, content, {"X-Request-ID": SECRET})))
    except ProviderError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        shown = "".join(lines) + repr(vars(error)) + error.text

    assert SECRET not in shown


def test_traceback_of_a_bad_key_does_not_show_it_in_locals() -> None:
    with make_client(httpx.MockTransport(_answers(401, _error()))) as client, pytest.raises(BadKey) as caught:
        ADAPTER.create(client, _connection(), make_hub_request(), {})

    full = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert SECRET not in full
