"""The `/api/v3` path: its own body, its idempotency key, and the replay that proves what became of a lost answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from studio.choices import Operation
from studio.providers.answers import CancelKind, Proof, ProofKind, RemoteState
from studio.providers.calls import encoded
from studio.providers.errors import ProviderError, Retryable, Unknown
from studio.providers.http import Connection, make_client
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from studio.providers.tokenlab.adapter import TokenLabAdapter
from studio.providers.tokenlab.payload import body
from tests.providers.factories import fixture, make_request
from tests.providers.loopback import Play, loopback

SECRET = "sk-marked-secret-0123456789"
TASKS = "https://api.gateway.test/api/v3/contents/generations/tasks"
TASK = "cgt-20260102030405-a1b2c"
KEY = "0f8c2c1e-render-7"
DISPATCH = Dispatch(route="v3", idempotency_key=KEY)
ADAPTER = TokenLabAdapter()


class Gateway:
    """Answers in the given order, and the last one for ever."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers = answers
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        status, content = self.answers[min(len(self.seen), len(self.answers) - 1)]
        self.seen.append(request)
        return httpx.Response(status, content=content if isinstance(content, bytes) else json.dumps(content).encode())


def _request(operation: Operation = Operation.TEXT_TO_VIDEO, **over: Any) -> RenderRequest:
    return make_request(operation, **({"model": "seedance-2.0"} | over))


def _connection(base_url: str = "https://api.gateway.test") -> Connection:
    return Connection("tokenlab", base_url, SECRET, route="v3", allow_loopback=True)


def _error(status: int, code: str) -> tuple[int, Any]:
    return status, {"error": {"code": code, "message": "said", "param": ""}}


def _lost(**over: Any) -> Lost:
    request = _request()
    values: dict[str, Any] = {
        "request": request,
        "dispatch": DISPATCH,
        "sent_at": datetime.now(UTC) - timedelta(minutes=1),
        "body": encoded(body(request, {}, DISPATCH)),
    }
    return Lost(**(values | over))


def _prove(gateway: Gateway, **over: Any) -> Proof:
    with make_client(httpx.MockTransport(gateway)) as client:
        return ADAPTER.prove(client, _connection(), _lost(**over))


def test_body_has_the_shape_and_the_name_of_that_path() -> None:
    request = _request(Operation.IMAGE_TO_VIDEO)

    assert body(request, {0: "https://s.test/0"}, DISPATCH) == {
        "model": "doubao-seedance-2.0",
        "content": [
            {"type": "text", "text": request.prompt},
            {"type": "image_url", "image_url": {"url": "https://s.test/0"}, "role": "first_frame"},
        ],
        "ratio": "16:9",
        "resolution": "720p",
        "duration": 5,
        "generate_audio": True,
        "watermark": False,
    }


@pytest.mark.parametrize("over", [{"model": "seedance-2.0-fast"}, {"resolution": "4k"}])
def test_body_is_not_written_for_what_the_path_lacks(over: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not offer"):
        body(_request(**over), {}, DISPATCH)


def test_data_url_is_refused_there() -> None:
    with pytest.raises(ValueError, match="public address only"):
        body(_request(Operation.IMAGE_TO_VIDEO), {0: "data:image/png;base64,AA"}, DISPATCH)


def test_create_sends_its_key_and_exactly_the_bytes_that_are_kept() -> None:
    gateway = Gateway((200, fixture("created_v3")))

    with make_client(httpx.MockTransport(gateway)) as client:
        created = ADAPTER.create(client, _connection(), _request(), {}, Dispatch(idempotency_key=KEY))

    assert (created.remote_id, created.status.state) == (TASK, RemoteState.WAITING)
    assert [(request.method, str(request.url)) for request in gateway.seen] == [("POST", TASKS)]
    assert gateway.seen[0].headers["Idempotency-Key"] == KEY
    assert gateway.seen[0].content == encoded(body(_request(), {}, DISPATCH))


@pytest.mark.parametrize("code", ["IdempotencyRequestInProgress", "IdempotencyConflict"])
def test_create_that_meets_its_own_key_is_unknown(code: str) -> None:
    with make_client(httpx.MockTransport(Gateway(_error(409, code)))) as client, pytest.raises(Unknown):
        ADAPTER.create(client, _connection(), _request(), {}, DISPATCH)


def test_status_and_cancel_take_the_same_path() -> None:
    waiting, gone = (200, {"status": "queued"}), (200, {"status": "cancelled"})
    gateway = Gateway(waiting, waiting, (200, b""), gone)

    with make_client(httpx.MockTransport(gateway)) as client:
        read = ADAPTER.status(client, _connection(), TASK, "/v1/tasks/other")
        answer = ADAPTER.cancel(client, _connection(), TASK)

    assert (read.state, answer.kind) == (RemoteState.WAITING, CancelKind.CANCELLED)
    assert [(request.method, str(request.url)) for request in gateway.seen] == [
        ("GET", f"{TASKS}/{TASK}"),
        ("GET", f"{TASKS}/{TASK}"),
        ("DELETE", f"{TASKS}/{TASK}"),
        ("GET", f"{TASKS}/{TASK}"),
    ]


@pytest.mark.parametrize(
    ("answer", "proof"),
    [
        ((200, {"id": TASK}), Proof(ProofKind.FOUND, TASK)),
        ((201, {"id": TASK}), Proof(ProofKind.FOUND, TASK)),
        ((200, b'{"id":'), Proof(ProofKind.UNCLEAR)),
        (
            _error(409, "IdempotencyRequestInProgress"),
            Proof(ProofKind.ABSENT, said="The gateway is still registering the request."),
        ),
        (_error(409, "IdempotencyConflict"), Proof(ProofKind.UNCLEAR, said="said")),
        (_error(400, "InvalidParameter"), Proof(ProofKind.NOT_CREATED, said="said")),
        (_error(400, "IdempotencyKeyExpired"), Proof(ProofKind.UNCLEAR, said="said")),
        (_error(400, "media_download_failed"), Proof(ProofKind.UNCLEAR, said="said")),
        (_error(404, "InvalidEndpointOrModel.NotFound"), Proof(ProofKind.NOT_CREATED, said="said")),
        (_error(413, "payload_too_large"), Proof(ProofKind.NOT_CREATED, said="said")),
        (_error(422, "invalid_request_error"), Proof(ProofKind.NOT_CREATED, said="said")),
        (_error(402, "insufficient_balance"), Proof(ProofKind.UNCLEAR, said="said")),
        (_error(403, "permission_error"), Proof(ProofKind.UNCLEAR, said="said")),
        (_error(401, "AuthenticationError"), Proof(ProofKind.UNCLEAR, said="said")),
        (_error(429, "rate_limit_exceeded"), Proof(ProofKind.UNCLEAR, said="said")),
        (_error(500, "server_error"), Proof(ProofKind.UNCLEAR, said="said")),
        ((413, b"<html>"), Proof(ProofKind.UNCLEAR)),
    ],
)
def test_replay_proves_only_what_is_certain(answer: tuple[int, Any], proof: Proof) -> None:
    gateway = Gateway(answer)

    assert _prove(gateway) == proof
    assert len(gateway.seen) == 1


def test_replay_sends_the_same_bytes_with_the_same_key() -> None:
    gateway = Gateway((200, {"id": TASK}))
    sent = b'{"model": "doubao-seedance-2.0", "content": []}'

    _prove(gateway, body=sent)

    request = gateway.seen[0]
    assert (request.method, str(request.url), request.content) == ("POST", TASKS, sent)
    assert request.headers["Idempotency-Key"] == KEY
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "over",
    [
        {"body": b""},
        {"dispatch": Dispatch(route="v3")},
        {"sent_at": datetime.now(UTC) - timedelta(minutes=31)},
    ],
)
def test_replay_is_not_sent_where_it_could_start_a_second_take(over: dict[str, Any]) -> None:
    gateway = Gateway((200, {"id": TASK}))

    assert _prove(gateway, **over).kind == ProofKind.UNCLEAR
    assert gateway.seen == []


def test_standard_path_never_replays() -> None:
    gateway = Gateway((200, {"id": TASK}))

    with make_client(httpx.MockTransport(gateway)) as client:
        found = ADAPTER.prove(client, Connection("tokenlab", "https://api.gateway.test", SECRET), _lost())

    assert (found.kind, gateway.seen) == (ProofKind.UNCLEAR, [])


def test_replay_that_is_cut_is_an_error_and_sent_once() -> None:
    with loopback(Play.CUT_AFTER_REQUEST) as server, make_client() as client, pytest.raises(ProviderError) as caught:
        ADAPTER.prove(client, _connection(server.base_url), _lost())

    assert not isinstance(caught.value, Retryable)
    assert len(server.requests) == 1
