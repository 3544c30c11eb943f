"""The seam on a mocked transport and on real sockets: what is sent once, what a failure means, where a key shows."""

from __future__ import annotations

import asyncio
import pickle
import socket
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from studio.providers import clients, http
from studio.providers.addresses import UnsafeAddress
from studio.providers.errors import NotSent, ProviderError, Refused, Retryable, Unknown
from studio.providers.http import Answer, Call, Connection, make_async_client, make_client, send, send_async
from tests.providers.loopback import Play, loopback, unused_port

SECRET = "sk-marked-secret-0123456789"
READ = Call("GET", "/v1/tasks/a")
CREATE = Call("POST", "/v1/videos/generations", {"prompt": "ä"})


def _connection(base_url: str = "https://api.gateway.test") -> Connection:
    return Connection("tokenlab", base_url, SECRET, allow_loopback=True)


def _mocked(handler: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return make_client(httpx.MockTransport(handler))


def _caught(connection: Connection, call: Call, client: httpx.Client | None = None) -> ProviderError:
    with client or make_client() as opened, pytest.raises(ProviderError) as caught:
        send(opened, connection, call)
    return caught.value


def _caught_async(connection: Connection, call: Call) -> ProviderError:
    async def run() -> None:
        async with make_async_client() as client:
            await send_async(client, connection, call)

    with pytest.raises(ProviderError) as caught:
        asyncio.run(run())
    return caught.value


def test_send_puts_key_and_json_on_the_wire_once() -> None:
    with loopback(Play.ANSWER) as server, make_client() as client:
        answer = send(client, _connection(server.base_url), CREATE)

    assert (answer.status, answer.json()) == (200, {})
    assert len(server.requests) == 1
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/videos/generations HTTP/1.1\r\n")
    assert f"Authorization: Bearer {SECRET}".encode() in head
    assert b"Content-Type: application/json" in head
    assert body == '{"prompt": "ä"}'.encode()


def test_send_async_reads_over_aiohttp() -> None:
    async def run(base_url: str) -> Answer:
        async with make_async_client() as client:
            return await send_async(client, _connection(base_url), READ)

    with loopback(Play.ANSWER) as server:
        answer = asyncio.run(run(server.base_url))

    assert (answer.status, answer.json()) == (200, {})
    assert f"authorization: bearer {SECRET}".encode() in server.requests[0].lower()


def test_send_async_never_creates() -> None:
    async def run() -> None:
        async with make_async_client() as client:
            await send_async(client, _connection(), CREATE)

    with pytest.raises(ValueError, match="Only reads"):
        asyncio.run(run())


def test_refused_connection_sent_nothing() -> None:
    error = _caught(_connection(f"http://127.0.0.1:{unused_port()}"), CREATE)

    assert type(error) is NotSent
    assert error.meaning == "The gateway could not be reached: no connection. Nothing was sent."


def test_name_that_does_not_resolve_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    assert type(_caught(_connection(), CREATE)) is NotSent


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_cut_connection_leaves_a_create_unknown(play: Play) -> None:
    with loopback(play) as server:
        error = _caught(_connection(server.base_url), CREATE)

    assert type(error) is Unknown
    assert error.meaning == "The request was sent, but no answer could be read: the connection broke."
    assert len(server.requests) == 1


def test_silence_leaves_a_create_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "CREATE_READ_SECONDS", 0.2)

    with loopback(Play.SILENT) as server:
        error = _caught(_connection(server.base_url), CREATE)

    assert type(error) is Unknown
    assert error.meaning == "The request was sent, but no answer could be read: no answer in time."


@pytest.mark.parametrize("caught", [_caught, _caught_async])
@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_cut_connection_makes_a_read_retryable(play: Play, caught: Callable[..., ProviderError]) -> None:
    with loopback(play) as server:
        error = caught(_connection(server.base_url), READ)

    assert type(error) is Retryable


@pytest.mark.parametrize("caught", [_caught, _caught_async])
def test_refused_connection_makes_a_read_retryable(caught: Callable[..., ProviderError]) -> None:
    error = caught(_connection(f"http://127.0.0.1:{unused_port()}"), READ)

    assert type(error) is Retryable


@pytest.mark.parametrize("caught", [_caught, _caught_async])
def test_silence_makes_a_read_retryable(monkeypatch: pytest.MonkeyPatch, caught: Callable[..., ProviderError]) -> None:
    monkeypatch.setattr(http, "TIMEOUT", httpx.Timeout(0.2))

    with loopback(Play.SILENT) as server:
        error = caught(_connection(server.base_url), READ)

    assert type(error) is Retryable
    assert error.meaning == "The gateway could not be asked: no answer in time. It is asked again."


@pytest.mark.parametrize("caught", [_caught, _caught_async])
def test_name_that_leads_inside_is_not_connected(
    monkeypatch: pytest.MonkeyPatch, caught: Callable[..., ProviderError]
) -> None:
    """A public name whose DNS answer is this machine: the peer is vetted before the key is sent."""
    with loopback(Play.ANSWER) as server:
        port = server.base_url.rpartition(":")[2]
        real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **kw: real("127.0.0.1", *args, **kw))
        error = caught(_connection(f"https://gateway.test:{port}"), READ)
        monkeypatch.undo()

    assert error.code == "address_not_allowed"
    assert SECRET.encode() not in b"".join(server.requests)


def test_forbidden_address_refuses_a_create(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_may_connect", lambda host, peer: False)

    with loopback(Play.ANSWER, b"") as server, make_client() as client:
        listener_url = server.base_url
        with pytest.raises(Refused, match="not public"):
            send(client, _connection(listener_url), CREATE)

    assert b"".join(server.requests) == b""


@pytest.mark.parametrize(
    ("call", "kind", "status"),
    [
        *[(READ, Retryable, status) for status in (301, 302, 303, 307, 308)],
        *[(CREATE, Refused, status) for status in (301, 307, 308)],
        *[(CREATE, Unknown, status) for status in (300, 302, 303, 304)],
    ],
)
def test_redirect_is_never_followed(status: int, call: Call, kind: type[ProviderError]) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(status, headers={"Location": "https://evil.test/"})

    error = _caught(_connection(), call, _mocked(handler))

    assert type(error) is kind
    assert (error.code, error.status) == ("redirect", status)
    assert seen == ["api.gateway.test"]


def test_cookies_of_one_key_do_not_travel_with_another() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append("cookie" in request.headers)
        return httpx.Response(200, headers={"Set-Cookie": "session=1"}, json={})

    with _mocked(handler) as client:
        send(client, _connection(), READ)
        send(client, _connection(), READ)

    assert seen == [False, False]


def test_address_of_another_host_is_refused_before_sending() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing may be sent")

    with _mocked(handler) as client, pytest.raises(UnsafeAddress):
        send(client, _connection(), Call("GET", address="https://evil.test/v1/tasks/a"))


@pytest.mark.parametrize(("call", "kind"), [(CREATE, Unknown), (READ, Retryable)])
def test_endless_answer_is_cut_off(call: Call, kind: type[ProviderError]) -> None:
    error = _caught(_connection(), call, _mocked(lambda request: httpx.Response(200, content=b"x" * 5_000_000)))

    assert type(error) is kind
    assert "far larger" in error.meaning


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"null", b'"text"', b"\xff", b"[" * 100_000])
def test_answer_that_is_no_json_object_raises(body: bytes) -> None:
    with pytest.raises(ValueError, match="The answer is not"):
        Answer(200, {}, body).json()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "-7"}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:17:10 GMT"}, 30.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "99999999"}, 3600.0),
        ({"x-ratelimit-reset": "1012"}, 12.0),
        ({"x-ratelimit-reset": "900"}, 0.0),
        ({"retry-after": "7", "x-ratelimit-reset": "1012"}, 7.0),
    ],
)
def test_retry_after_reads_seconds_dates_and_resets(headers: dict[str, str], seconds: float | None) -> None:
    assert Answer(429, headers, b"").retry_after(now=1000.0) == seconds


@pytest.mark.parametrize("secret", ["", "sk-with space", "sk-\n", "sk-ä"])
def test_key_that_cannot_be_sent_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent") as caught:
        Connection("tokenlab", "https://api.gateway.test", secret)

    assert "sk-" not in str(caught.value)


def test_connection_never_shows_or_stores_its_key() -> None:
    connection = _connection()

    assert SECRET not in repr(connection)
    assert SECRET not in str(connection)
    with pytest.raises(TypeError, match="never stored"):
        pickle.dumps(connection)


@pytest.mark.parametrize("play", [Play.CUT_AFTER_REQUEST, Play.CUT_IN_BODY])
def test_traceback_with_locals_never_shows_the_key(play: Play) -> None:
    with loopback(play) as server:
        error = _caught(_connection(server.base_url), CREATE)

    full = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert SECRET not in full
    assert (error.__cause__, error.__context__) == (None, None)
