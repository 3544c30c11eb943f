"""Each call against every kind of answer, on a mocked transport or a loopback socket; money hangs on the kinds."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from studio.providers.answers import (
    Created,
    RemoteState,
    RemoteStatus,
    Usage,
)
from studio.providers.errors import BadKey, NotFound, NotSent, ProviderError, Refused, Retryable, Unknown
from studio.providers.http import make_async_client, make_client
from studio.providers.tokenhub.payload import body
from tests.providers.answering import Handler, saying
from tests.providers.factories import fixture
from tests.providers.loopback import Play, loopback, unused_port
from tests.providers.tokenhub.calling import ADAPTER, BASE, SECRET, check_with, connection_to, error_body
from tests.providers.tokenhub.makers import make_hub_request


def create_with(handler: Handler) -> Created:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.create(client, connection_to(), make_hub_request(), {})


def status_with(handler: Handler, poll_url: str = "") -> RemoteStatus:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.status(client, connection_to(), "task-1", poll_url)


def status_async_with(handler: Handler, poll_url: str = "") -> RemoteStatus:
    async def run() -> RemoteStatus:
        async with make_async_client(httpx.MockTransport(handler)) as client:
            return await ADAPTER.status_async(client, connection_to(), "task-1", poll_url)

    return asyncio.run(run())


each_read = pytest.mark.parametrize("read", [status_with, status_async_with])


def test_create_posts_the_body_and_reads_the_task() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        content = fixture("created_seed_002", "tokenhub")
        return httpx.Response(200, content=content, headers={"X-Request-ID": "req_1"})

    created = create_with(handler)

    assert created == Created("xxxxxx-task-id", "", RemoteStatus(RemoteState.WAITING, "queued"), "req_1")
    assert [(item.method, str(item.url)) for item in seen] == [("POST", f"{BASE}/videos/generations")]
    assert json.loads(seen[0].content) == body(make_hub_request(), {})
    assert seen[0].headers["Authorization"] == f"Bearer {SECRET}"


CREATE_ERRORS: list[tuple[int, Any, type[ProviderError]]] = [
    (400, error_body(), Refused),
    (400, b"<html>", Refused),
    (401, error_body(), BadKey),
    (401, b"", BadKey),
    (402, error_body(), Refused),
    (403, error_body("Invalid API key"), BadKey),
    (403, error_body(code="invalid_api_key"), BadKey),
    (403, {"error": "The key has no right"}, BadKey),
    (403, error_body("The prompt was refused by moderation"), Refused),
    (403, error_body("A monkey is not allowed"), Refused),
    (403, b"<html>", Refused),
    (404, error_body(), Refused),
    (408, b"", Unknown),
    (409, error_body(), Unknown),
    (409, b"<html>", Unknown),
    (413, error_body(), Refused),
    (415, error_body(), Refused),
    (422, error_body(), Refused),
    (425, b"", Unknown),
    (429, error_body(), Retryable),
    (429, b"<html>", Retryable),
    (499, b"", Unknown),
    (500, error_body(), Unknown),
    (502, b"<html>", Unknown),
    (503, error_body(), Unknown),
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
        create_with(saying(status, content))

    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.meaning


def test_refusal_quotes_the_gateway_and_says_what_to_do() -> None:
    with pytest.raises(Refused) as caught:
        create_with(saying(402, error_body("Insufficient credits", code="insufficient_quota")))

    assert caught.value.text == (
        "The account at the gateway has too little balance for this take; nothing was started. "
        "The gateway said: “Insufficient credits” Ask an admin to top up the account."
    )


def test_pause_is_read_from_the_header() -> None:
    with pytest.raises(Retryable) as caught:
        create_with(saying(429, b"", {"Retry-After": "12"}))

    assert caught.value.retry_after == 12.0


def test_create_without_a_connection_is_not_sent() -> None:
    with make_client() as client, pytest.raises(NotSent):
        ADAPTER.create(client, connection_to(f"http://127.0.0.1:{unused_port()}/api/v1"), make_hub_request(), {})


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_create_that_is_cut_is_unknown_and_sent_once(play: Play) -> None:
    with loopback(play) as server, make_client() as client, pytest.raises(Unknown):
        ADAPTER.create(client, connection_to(f"{server.base_url}/api/v1"), make_hub_request(), {})

    assert len(server.requests) == 1


@each_read
def test_status_reads_a_finished_task(read: Callable[..., RemoteStatus]) -> None:
    found = read(saying(200, fixture("succeeded_seed_003", "tokenhub")))

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
        (401, error_body(), BadKey),
        (403, error_body(), BadKey),
        (404, error_body(), NotFound),
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
        read(saying(status, content))

    assert type(caught.value) is kind


@pytest.mark.parametrize("call", [create_with, status_with, status_async_with, check_with])
@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 409, 429, 500, 503])
def test_key_repeated_by_the_gateway_is_never_passed_on(call: Callable[[Handler], Any], status: int) -> None:
    said = f"Bearer {SECRET} is not welcome"
    content = {"status": "failed", **error_body(said, code=SECRET)}

    try:
        shown = repr(call(saying(status, content, {"X-Request-ID": SECRET})))
    except ProviderError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        shown = "".join(lines) + repr(vars(error)) + error.text

    assert SECRET not in shown


def test_traceback_of_a_bad_key_does_not_show_it_in_locals() -> None:
    with make_client(httpx.MockTransport(saying(401, error_body()))) as client, pytest.raises(BadKey) as caught:
        ADAPTER.create(client, connection_to(), make_hub_request(), {})

    full = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert SECRET not in full
