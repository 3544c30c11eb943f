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
from studio.providers.seedance.payload import body
from tests.providers.answering import Handler, saying
from tests.providers.factories import fixture
from tests.providers.loopback import Play, loopback, unused_port
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


def create_with(handler: Handler) -> Created:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.create(client, connection_to(), make_open_request(), {}, DISPATCH)


def status_with(handler: Handler) -> RemoteStatus:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.status(client, connection_to(), "req_1", "https://evil.test/a")


def status_async_with(handler: Handler) -> RemoteStatus:
    async def run() -> RemoteStatus:
        async with make_async_client(httpx.MockTransport(handler)) as client:
            return await ADAPTER.status_async(client, connection_to(), "req_1", "https://evil.test/a")

    return asyncio.run(run())


each_read = pytest.mark.parametrize("read", [status_with, status_async_with])


def test_create_posts_the_body_and_reads_task_and_charge() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=fixture("created_seed_004", "seedance"))

    created = create_with(handler)

    assert (created.remote_id, created.poll_url, created.status.state) == ("req_1234567890", "", RemoteState.WAITING)
    assert created.charge == Usage(charged=Decimal(40), currency="credits")
    assert [(item.method, str(item.url)) for item in seen] == [("POST", f"{BASE}{TASKS}")]
    assert json.loads(seen[0].content) == body(make_open_request(), {}, DISPATCH)
    assert seen[0].headers["Authorization"] == f"Bearer {SECRET}"


CREATE_ERRORS: list[tuple[int, Any, type[ProviderError]]] = [
    (400, error_body(), Refused),
    (400, b"<html>", Refused),
    (401, error_body("unauthorized", "Invalid API key"), BadKey),
    (401, b"", BadKey),
    (402, error_body(), Refused),
    (403, error_body("forbidden", "This key was revoked"), BadKey),
    (403, error_body("moderation", "Not this prompt"), Refused),
    (404, error_body(), Refused),
    (408, b"", Unknown),
    (409, error_body(), Unknown),
    (413, b"", Refused),
    (422, error_body(), Refused),
    (429, error_body(), Retryable),
    (499, b"", Unknown),
    (500, error_body(), Unknown),
    (503, b"<html>", Unknown),
    (200, error_body("invalid_prompt", "Too long"), Refused),
    (200, error_body("unauthorized", "Invalid API key"), BadKey),
    (200, error_body(requestId="req_1"), Unknown),
    (200, error_body(requestId="req_1", status="queued"), Unknown),
    (200, {"success": False}, Unknown),
    (200, {"success": False, "error": "no"}, Unknown),
    (200, {"success": False, "error": {}}, Unknown),
    (200, {"success": "false", "error": {"code": "odd"}}, Unknown),
    (200, {"success": True, "status": "queued"}, Unknown),
    (200, {"success": True, "requestId": "../../admin"}, Unknown),
    (200, b'{"success":', Unknown),
    (200, b"", Unknown),
    (200, b"[]", Unknown),
    (302, b"", Unknown),
    (308, b"", Refused),
]


@pytest.mark.parametrize(("status", "content", "kind"), CREATE_ERRORS)
def test_create_error_has_the_kind_that_money_needs(status: int, content: Any, kind: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as caught:
        create_with(saying(status, content))

    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.meaning


@pytest.mark.parametrize("status", [200, 400])
def test_refusal_for_a_reference_out_of_reach_says_the_way_out(status: int) -> None:
    with pytest.raises(Refused) as caught:
        create_with(saying(status, error_body("media_unreachable", "mediaUrls[0] could not be downloaded")))

    assert caught.value.meaning == "The gateway refused the request; nothing was started."
    assert caught.value.advice == (
        "The gateway could not open your reference at this studio's address. "
        "It downloads references itself, so they have to be reachable from the internet. "
        "Ask an admin whether this studio's public address can be reached from outside, then render again."
    )


def test_create_without_a_connection_is_not_sent() -> None:
    with make_client() as client, pytest.raises(NotSent):
        ADAPTER.create(client, connection_to(f"http://127.0.0.1:{unused_port()}"), make_open_request(), {})


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_create_that_is_cut_is_unknown_and_sent_once(play: Play) -> None:
    with loopback(play) as server, make_client() as client, pytest.raises(Unknown):
        ADAPTER.create(client, connection_to(server.base_url), make_open_request(), {})

    assert len(server.requests) == 1


@each_read
def test_status_reads_a_finished_task_on_its_fixed_path(read: Callable[[Handler], RemoteStatus]) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url)))
        return httpx.Response(200, content=fixture("succeeded_seed_004", "seedance"))

    found = read(handler)

    assert seen == [("GET", f"{BASE}{TASKS}/req_1")]
    assert found.video_url == "https://pub-your-bucket.r2.dev/open-api-results/req_1234567890.mp4"


@each_read
@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (400, b"", Retryable),
        (401, error_body("unauthorized"), BadKey),
        (403, error_body(), BadKey),
        (404, error_body("not_found"), NotFound),
        (429, b"", Retryable),
        (500, b"", Retryable),
        (302, b"", Retryable),
        (200, b"<html>", Retryable),
        (200, error_body(), Retryable),
    ],
)
def test_status_error_never_ends_a_paid_task(
    read: Callable[[Handler], RemoteStatus], status: int, content: Any, kind: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        read(saying(status, content))

    assert type(caught.value) is kind


@pytest.mark.parametrize("call", [create_with, status_with, status_async_with, cancel_with, check_with])
@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 409, 429, 500, 503])
def test_key_repeated_by_the_gateway_is_never_passed_on(call: Callable[[Handler], Any], status: int) -> None:
    said = f"Bearer {SECRET} is not welcome"
    content = {"status": "failed", "requestId": "req_1", **error_body(SECRET, said)}

    try:
        shown = repr(call(saying(status, content, {"X-Request-ID": SECRET})))
    except ProviderError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        shown = "".join(lines) + repr(vars(error)) + error.text

    assert SECRET not in shown


def test_traceback_of_a_refusal_does_not_show_the_key_in_locals() -> None:
    handler = saying(200, error_body("unauthorized"))

    with make_client(httpx.MockTransport(handler)) as client, pytest.raises(BadKey) as caught:
        ADAPTER.create(client, connection_to(), make_open_request(), {})

    full = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert SECRET not in full
