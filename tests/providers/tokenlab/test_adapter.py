"""Each call against every answer that the gateway documents, on a mocked transport; money hangs on the kinds."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from studio.choices import Operation
from studio.providers.answers import Created, RemoteState, RemoteStatus
from studio.providers.errors import BadKey, NotFound, NotSent, ProviderError, Refused, Retryable, Unknown
from studio.providers.http import make_async_client, make_client
from studio.providers.tokenlab.payload import body
from tests.providers.answering import Handler, saying
from tests.providers.factories import fixture, make_request
from tests.providers.loopback import Play, loopback, unused_port
from tests.providers.tokenlab.calling import ADAPTER, SECRET, TASK, connection_to, error_body


def create_with(handler: Handler) -> Created:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.create(client, connection_to(), make_request(), {})


def status_with(handler: Handler, poll_url: str = "") -> RemoteStatus:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.status(client, connection_to(), TASK, poll_url)


def status_async_with(handler: Handler, poll_url: str = "") -> RemoteStatus:
    async def run() -> RemoteStatus:
        async with make_async_client(httpx.MockTransport(handler)) as client:
            return await ADAPTER.status_async(client, connection_to(), TASK, poll_url)

    return asyncio.run(run())


def test_create_posts_the_body_and_reads_the_task() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=fixture("created"), headers={"X-Request-ID": "req_1"})

    created = create_with(handler)

    assert created == Created(TASK, f"/v1/tasks/{TASK}", RemoteStatus(RemoteState.WAITING, "pending"), "req_1")
    assert len(seen) == 1
    assert (seen[0].method, str(seen[0].url)) == ("POST", "https://api.gateway.test/v1/videos/generations")
    assert json.loads(seen[0].content) == body(make_request(), {})
    assert seen[0].headers["Authorization"] == f"Bearer {SECRET}"


def test_create_that_has_ended_at_once_is_read() -> None:
    answer = {"id": "a1", "status": "completed", "video_url": "https://v.test/a.mp4"}

    created = create_with(saying(201, answer, {"X-Billing-Transaction-ID": "b1"}))

    assert (created.status.state, created.status.billing_id) == (RemoteState.SUCCEEDED, "b1")


CREATE_ERRORS: list[tuple[int, Any, type[ProviderError]]] = [
    (400, error_body("invalid_request_error"), Refused),
    (400, error_body("model_not_found"), Refused),
    (400, b"<html>", Refused),
    (401, error_body("invalid_api_key"), BadKey),
    (401, b"", BadKey),
    (402, error_body("insufficient_balance"), Refused),
    (403, error_body("permission_error"), BadKey),
    (403, error_body("model_not_allowed"), Refused),
    (403, b"<html>", Refused),
    (404, error_body("not_found_error"), Refused),
    (408, b"", Unknown),
    (409, error_body("seedance_material_preparing"), Retryable),
    (409, error_body("something_else"), Unknown),
    (413, error_body("payload_too_large"), Refused),
    (422, error_body("invalid_request_error"), Refused),
    (429, error_body("rate_limit_exceeded"), Retryable),
    (499, b"", Unknown),
    (500, error_body("server_error"), Unknown),
    (502, error_body("upstream_error"), Unknown),
    (503, error_body("all_channels_failed"), Unknown),
    (503, error_body("all_channels_failed", retryable=True), Unknown),
    (503, error_body("delivery_tier_unavailable"), Unknown),
    (503, error_body("delivery_tier_unavailable", retryable=True), Retryable),
    (503, error_body("delivery_tier_unavailable", retryable="true"), Unknown),
    (504, error_body("timeout_error"), Unknown),
    (200, b'{"id":', Unknown),
    (200, b"", Unknown),
    (200, b"[]", Unknown),
    (200, {"status": "pending"}, Unknown),
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


def test_error_example_is_quoted_with_what_to_do() -> None:
    with pytest.raises(Refused) as caught:
        create_with(saying(400, fixture("error_invalid_request")))

    assert caught.value.said == "model: Model is required"
    assert caught.value.code == "invalid_request_error"
    assert caught.value.text == (
        "The gateway refused the request as it stands; nothing was started. "
        "The gateway said: “model: Model is required” Change what the gateway names and render again."
    )


@pytest.mark.parametrize(
    ("status", "content", "advice"),
    [
        (
            400,
            error_body("invalid_request_error", allowed_resolutions=["480p", "720p"], allowed_durations=["5", "10"]),
            "Resolutions allowed: 480p or 720p. Lengths allowed, in seconds: 5 or 10.",
        ),
        (400, error_body("invalid_request_error", hint="Send a URL."), "Send a URL."),
        (400, error_body("invalid_request_error", prompt_max_characters=2000), "The prompt may have 2000 characters."),
        (
            402,
            error_body("insufficient_balance", balance_usd=0.42, estimated_cost_usd="0.59"),
            "Ask an admin to top up the account. Balance $0.42, needed about $0.59.",
        ),
        (403, error_body("model_not_allowed"), "Choose another model, or ask an admin to allow this one for the key."),
        (401, error_body("expired_api_key"), "Ask an admin to check this key."),
    ],
)
def test_advice_passes_on_what_the_gateway_hints_at(status: int, content: Any, advice: str) -> None:
    with pytest.raises(ProviderError) as caught:
        create_with(saying(status, content))

    assert caught.value.advice == advice


@pytest.mark.parametrize(
    ("headers", "content", "seconds"),
    [
        ({"Retry-After": "12"}, error_body("rate_limit_exceeded", retry_after=3), 12.0),
        ({}, error_body("rate_limit_exceeded", retry_after=3), 3.0),
        ({}, error_body("rate_limit_exceeded"), None),
        ({}, b"", None),
    ],
)
def test_pause_is_read_from_header_or_body(headers: dict[str, str], content: Any, seconds: float | None) -> None:
    with pytest.raises(Retryable) as caught:
        create_with(saying(429, content, headers))

    assert caught.value.retry_after == seconds


def test_create_without_a_connection_is_not_sent() -> None:
    with make_client() as client, pytest.raises(NotSent):
        ADAPTER.create(client, connection_to(f"http://127.0.0.1:{unused_port()}"), make_request(), {})


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_create_that_is_cut_is_unknown_and_sent_once(play: Play) -> None:
    with loopback(play) as server, make_client() as client, pytest.raises(Unknown):
        ADAPTER.create(client, connection_to(server.base_url), make_request(), {})

    assert len(server.requests) == 1


@pytest.mark.parametrize("read", [status_with, status_async_with])
def test_status_reads_a_completed_task(read: Callable[..., RemoteStatus]) -> None:
    found = read(saying(200, fixture("completed")))

    assert (found.state, found.billing_id) == (RemoteState.SUCCEEDED, "cmo164zyc0s48jpgegi80vqv4")


@pytest.mark.parametrize("read", [status_with, status_async_with])
@pytest.mark.parametrize(
    ("poll_url", "asked"),
    [
        ("", f"https://api.gateway.test/v1/tasks/{TASK}"),
        ("/v1/tasks/other?x=1", "https://api.gateway.test/v1/tasks/other?x=1"),
        ("https://api.gateway.test/v1/tasks/other", "https://api.gateway.test/v1/tasks/other"),
        ("https://evil.test/v1/tasks/a", f"https://api.gateway.test/v1/tasks/{TASK}"),
        ("//evil.test/a", f"https://api.gateway.test/v1/tasks/{TASK}"),
        ("/\\evil.test/a", f"https://api.gateway.test/v1/tasks/{TASK}"),
        ("http://api.gateway.test/v1/tasks/a", f"https://api.gateway.test/v1/tasks/{TASK}"),
    ],
)
def test_status_follows_poll_url_on_the_own_host_only(
    read: Callable[..., RemoteStatus], poll_url: str, asked: str
) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={"status": "processing"})

    read(handler, poll_url)

    assert seen == [asked]


@pytest.mark.parametrize("read", [status_with, status_async_with])
@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (400, b"", Retryable),
        (401, error_body("invalid_api_key"), BadKey),
        (403, error_body("task_not_owned"), BadKey),
        (404, error_body("async_task_not_found"), NotFound),
        (410, b"", NotFound),
        (408, b"", Retryable),
        (429, b"", Retryable),
        (500, b"", Retryable),
        (503, b"<html>", Retryable),
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


@pytest.mark.parametrize("call", [create_with, status_with, status_async_with])
@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 409, 429, 500, 503])
def test_key_repeated_by_the_gateway_is_never_passed_on(call: Callable[[Handler], Any], status: int) -> None:
    said = f"Bearer {SECRET} is not welcome"
    content = {"status": "failed", **error_body(SECRET, said, hint=said, suggestions=[SECRET])}

    try:
        shown = repr(call(saying(status, content)))
    except ProviderError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        shown = "".join(lines) + repr(vars(error)) + error.text

    assert SECRET not in shown


def test_traceback_of_a_bad_key_does_not_show_it_in_locals() -> None:
    handler = saying(401, error_body("invalid_api_key"))

    with make_client(httpx.MockTransport(handler)) as client, pytest.raises(BadKey) as caught:
        ADAPTER.create(client, connection_to(), make_request(Operation.TEXT_TO_VIDEO), {})

    full = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert SECRET not in full
