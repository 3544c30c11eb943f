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
from studio.providers.seedance.adapter import SeedanceAdapter
from studio.providers.seedance.payload import body
from tests.providers.factories import fixture
from tests.providers.loopback import Play, loopback, unused_port
from tests.providers.seedance.makers import make_open_request

SECRET = "sd2_live_marked_secret_0123456789"
ADAPTER = SeedanceAdapter()
BASE = "https://www.open.test"
TASKS = "/api/open/v1/video/generations"
DISPATCH = Dispatch(reference="render-7", webhook_url="https://s.test/w")

Handler = Callable[[httpx.Request], httpx.Response]


def _connection(base_url: str = BASE) -> Connection:
    return Connection("seedance", base_url, SECRET, allow_loopback=True)


def _answers(status: int, content: Any, headers: dict[str, str] | None = None) -> Handler:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda request: httpx.Response(status, content=raw, headers=headers)


def _create(handler: Handler) -> Created:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.create(client, _connection(), make_open_request(), {}, DISPATCH)


def _status(handler: Handler) -> RemoteStatus:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.status(client, _connection(), "req_1", "https://evil.test/a")


def _status_async(handler: Handler) -> RemoteStatus:
    async def run() -> RemoteStatus:
        async with make_async_client(httpx.MockTransport(handler)) as client:
            return await ADAPTER.status_async(client, _connection(), "req_1", "https://evil.test/a")

    return asyncio.run(run())


def _cancel(handler: Handler) -> CancelAnswer:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.cancel(client, _connection(), "req_1")


def _check(handler: Handler) -> KeyReport:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.check(client, _connection())


def _error(code: str = "odd", message: str = "no", **more: Any) -> dict[str, Any]:
    return {"success": False, "error": {"code": code, "message": message}, **more}


each_read = pytest.mark.parametrize("read", [_status, _status_async])


def test_create_posts_the_body_and_reads_task_and_charge() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=fixture("created_seed_004", "seedance"))

    created = _create(handler)

    assert (created.remote_id, created.poll_url, created.status.state) == ("req_1234567890", "", RemoteState.WAITING)
    assert created.charge == Usage(charged=Decimal(40), currency="credits")
    assert [(item.method, str(item.url)) for item in seen] == [("POST", f"{BASE}{TASKS}")]
    assert json.loads(seen[0].content) == body(make_open_request(), {}, DISPATCH)
    assert seen[0].headers["Authorization"] == f"Bearer {SECRET}"


CREATE_ERRORS: list[tuple[int, Any, type[ProviderError]]] = [
    (400, _error(), Refused),
    (400, b"<html>", Refused),
    (401, _error("unauthorized", "Invalid API key"), BadKey),
    (401, b"", BadKey),
    (402, _error(), Refused),
    (403, _error("forbidden", "This key was revoked"), BadKey),
    (403, _error("moderation", "Not this prompt"), Refused),
    (404, _error(), Refused),
    (408, b"", Unknown),
    (409, _error(), Unknown),
    (413, b"", Refused),
    (422, _error(), Refused),
    (429, _error(), Retryable),
    (499, b"", Unknown),
    (500, _error(), Unknown),
    (503, b"<html>", Unknown),
    (200, _error("invalid_prompt", "Too long"), Refused),
    (200, _error("unauthorized", "Invalid API key"), BadKey),
    (200, _error(requestId="req_1"), Unknown),
    (200, _error(requestId="req_1", status="queued"), Unknown),
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
        _create(_answers(status, content))

    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.meaning


@pytest.mark.parametrize("status", [200, 400])
def test_refusal_for_a_reference_out_of_reach_says_the_way_out(status: int) -> None:
    with pytest.raises(Refused) as caught:
        _create(_answers(status, _error("media_unreachable", "mediaUrls[0] could not be downloaded")))

    assert caught.value.meaning == "The gateway refused the request; nothing was started."
    assert caught.value.advice == (
        "The gateway could not open your reference at this studio's address. "
        "It downloads references itself, so they have to be reachable from the internet. "
        "Ask an admin whether this studio's public address can be reached from outside, then render again."
    )


def test_create_without_a_connection_is_not_sent() -> None:
    with make_client() as client, pytest.raises(NotSent):
        ADAPTER.create(client, _connection(f"http://127.0.0.1:{unused_port()}"), make_open_request(), {})


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_create_that_is_cut_is_unknown_and_sent_once(play: Play) -> None:
    with loopback(play) as server, make_client() as client, pytest.raises(Unknown):
        ADAPTER.create(client, _connection(server.base_url), make_open_request(), {})

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
        (401, _error("unauthorized"), BadKey),
        (403, _error(), BadKey),
        (404, _error("not_found"), NotFound),
        (429, b"", Retryable),
        (500, b"", Retryable),
        (302, b"", Retryable),
        (200, b"<html>", Retryable),
        (200, _error(), Retryable),
    ],
)
def test_status_error_never_ends_a_paid_task(
    read: Callable[[Handler], RemoteStatus], status: int, content: Any, kind: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        read(_answers(status, content))

    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("status", "content", "answer"),
    [
        (200, fixture("cancelled_seed_004", "seedance"), CancelAnswer(CancelKind.CANCELLED)),
        (200, {"status": "cancelled"}, CancelAnswer(CancelKind.UNKNOWN)),
        (200, {"success": True, "status": "processing"}, CancelAnswer(CancelKind.UNKNOWN)),
        (200, _error(), CancelAnswer(CancelKind.UNKNOWN, "no")),
        (204, b"", CancelAnswer(CancelKind.UNKNOWN)),
        (400, _error(), CancelAnswer(CancelKind.TOO_LATE, "no")),
        (409, _error(), CancelAnswer(CancelKind.TOO_LATE, "no")),
        (403, _error(), CancelAnswer(CancelKind.UNKNOWN, "no")),
        (404, _error(), CancelAnswer(CancelKind.UNKNOWN, "no")),
        (500, b"", CancelAnswer(CancelKind.UNKNOWN)),
    ],
)
def test_cancel_is_answered_by_what_is_certain(status: int, content: Any, answer: CancelAnswer) -> None:
    assert _cancel(_answers(status, content)) == answer


def test_cancel_posts_nothing_to_its_path() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url), request.content))
        return httpx.Response(200, content=fixture("cancelled_seed_004", "seedance"))

    _cancel(handler)

    assert seen == [("POST", f"{BASE}{TASKS}/req_1/cancel", b"")]


def test_cancel_with_a_bad_key_says_so() -> None:
    with pytest.raises(BadKey):
        _cancel(_answers(401, _error("unauthorized")))


def test_cancel_that_is_cut_is_unknown() -> None:
    with loopback(Play.CUT_AFTER_REQUEST) as server, make_client() as client:
        answer = ADAPTER.cancel(client, _connection(server.base_url), "req_1")

    assert answer.kind == CancelKind.UNKNOWN


@pytest.mark.parametrize(
    ("status", "content", "verdict"),
    [
        (401, _error("unauthorized", "Invalid API key"), KeyVerdict.REFUSED),
        (404, _error("not_found"), KeyVerdict.ACCEPTED),
        (400, _error(), KeyVerdict.ACCEPTED),
        (404, b"<html>", KeyVerdict.UNCLEAR),
        (403, _error(), KeyVerdict.UNCLEAR),
        (200, _error(), KeyVerdict.UNCLEAR),
        (500, b"", KeyVerdict.UNCLEAR),
    ],
)
def test_check_believes_only_what_is_plain(status: int, content: Any, verdict: KeyVerdict) -> None:
    assert _check(_answers(status, content)).verdict == verdict


def test_check_asks_for_a_request_that_cannot_be() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url)))
        return httpx.Response(404, json=_error())

    _check(handler)

    assert seen == [("GET", f"{BASE}{TASKS}/req_rushes_key_check")]


def test_nothing_proves_what_became_of_a_lost_create_until_a_call_names_a_task() -> None:
    lost = Lost(make_open_request(), DISPATCH, datetime(2026, 11, 21, tzinfo=UTC))

    with loopback(Play.ANSWER) as server, make_client() as client:
        proof = ADAPTER.prove(client, _connection(server.base_url), lost)

    assert proof == Proof(ProofKind.UNCLEAR)
    assert server.requests == []


def _prove(handler: Handler) -> Proof:
    lost = Lost(make_open_request(), DISPATCH, datetime(2026, 11, 21, tzinfo=UTC), claimed_id="req_1")
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.prove(client, _connection(), lost)


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
        _prove(_answers(status, _error()))


@pytest.mark.parametrize("content", [b"", b"[]", b"{ broken", b'"req_1"'])
def test_proof_that_makes_no_sense_is_none(content: bytes) -> None:
    assert _prove(_answers(200, content)).kind == ProofKind.UNCLEAR


@pytest.mark.parametrize("call", [_create, _status, _status_async, _cancel, _check])
@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 409, 429, 500, 503])
def test_key_repeated_by_the_gateway_is_never_passed_on(call: Callable[[Handler], Any], status: int) -> None:
    said = f"Bearer {SECRET} is not welcome"
    content = {"status": "failed", "requestId": "req_1", **_error(SECRET, said)}

    try:
        shown = repr(call(_answers(status, content, {"X-Request-ID": SECRET})))
    except ProviderError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        shown = "".join(lines) + repr(vars(error)) + error.text

    assert SECRET not in shown


def test_traceback_of_a_refusal_does_not_show_the_key_in_locals() -> None:
    handler = _answers(200, _error("unauthorized"))

    with make_client(httpx.MockTransport(handler)) as client, pytest.raises(BadKey) as caught:
        ADAPTER.create(client, _connection(), make_open_request(), {})

    full = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert SECRET not in full
