"""The one seam to the network: sends one call of one connection once, and sorts what can go wrong.

It knows nothing of any gateway's dialect, repeats nothing and follows nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable

import aiohttp
import httpx

from studio.providers import addresses
from studio.providers.calls import Answer, Call, Connection
from studio.providers.clients import TIMEOUT, ConnectionWatch, ReadingClient, make_async_client, make_client
from studio.providers.failures import AnswerTooLarge, AnswerTooSlow, redirect_error, transport_error

__all__ = ["Answer", "Call", "Connection", "make_async_client", "make_client", "send", "send_async"]

MAX_ANSWER_BYTES = 4 * 1024 * 1024
# A create may wait for the gateway to fetch and prepare references.
CREATE_READ_SECONDS = 120.0
WHOLE_CREATE_SECONDS = 180.0
WHOLE_READ_SECONDS = 60.0


def send(client: httpx.Client, connection: Connection, call: Call) -> Answer:
    """Sends the call exactly once. Any status but a redirect is an Answer; the rest is a ProviderError."""
    request, watch = _built(client, connection, call)
    failure: Exception | None = None
    try:
        answer = _received(client, request, WHOLE_READ_SECONDS if call.is_read else WHOLE_CREATE_SECONDS)
    # Whatever broke, a create that may have left is never taken for one that did not.
    except Exception as error:
        failure = transport_error(error, is_read=call.is_read, has_sent=watch.has_sent)
    # Raised out here, the traceback does not lead into frames that hold the Authorization header.
    if failure is not None:
        raise failure
    return _without_redirect(answer, call)


async def send_async(client: httpx.AsyncClient, connection: Connection, call: Call) -> Answer:
    """The same for reads. aiohttp repeats a GET on a stale connection and blurs what was sent: no creates here."""
    if not call.is_read or not isinstance(client, ReadingClient):
        raise ValueError("Only reads may be sent asynchronously.")
    # Made without the client, whose defaults these headers replace one and all.
    request = httpx.Request(
        "GET",
        _url(connection, call),
        headers=_headers(connection, call),
        extensions={"timeout": TIMEOUT.as_dict()},
    )
    failure: Exception | None = None
    try:
        async with asyncio.timeout(WHOLE_READ_SECONDS):
            answer = await _received_async(client, request)
    except (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError, OSError) as error:
        failure = transport_error(error, is_read=True, has_sent=False)
    if failure is not None:
        raise failure
    return _without_redirect(answer, call)


def _built(client: httpx.Client, connection: Connection, call: Call) -> tuple[httpx.Request, ConnectionWatch]:
    url = _url(connection, call)
    timeout = TIMEOUT.as_dict() if call.is_read else TIMEOUT.as_dict() | {"read": CREATE_READ_SECONDS}
    watch = ConnectionWatch(url.host)
    request = client.build_request(
        call.method,
        url,
        content=call.body,
        headers=_headers(connection, call),
        extensions={"trace": watch, "timeout": timeout},
    )
    return request, watch


def _url(connection: Connection, call: Call) -> httpx.URL:
    if call.address:
        return addresses.followed_url(connection.base_url, call.address)
    return addresses.url_under(connection.base_url, call.path)


def _headers(connection: Connection, call: Call) -> dict[str, str]:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "rushes"}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    return headers | dict(call.headers) | {"Authorization": f"Bearer {connection.secret}"}


def _received(client: httpx.Client, request: httpx.Request, seconds: float) -> Answer:
    deadline = time.monotonic() + seconds
    response = client.send(request, stream=True, follow_redirects=False)
    try:
        body = bytearray()
        for chunk in response.iter_bytes():
            _add(body, chunk)
            if time.monotonic() > deadline:
                raise AnswerTooSlow
        return Answer(response.status_code, _headers_of(response), bytes(body))
    finally:
        response.close()


async def _received_async(client: ReadingClient, request: httpx.Request) -> Answer:
    response = await client.ask(request)
    try:
        body, headers = bytearray(), _headers_of(response)
        async for chunk in _chunks(response, headers):
            _add(body, chunk)
        return Answer(response.status_code, headers, bytes(body))
    finally:
        await response.aclose()


def _chunks(response: httpx.Response, headers: dict[str, str]) -> AsyncIterable[bytes]:
    """An answer as it was asked for, not encoded, needs no decoder."""
    if "content-encoding" not in headers and isinstance(response.stream, httpx.AsyncByteStream):
        return response.stream
    return response.aiter_bytes()


def _add(body: bytearray, chunk: bytes) -> None:
    body += chunk
    if len(body) > MAX_ANSWER_BYTES:
        raise AnswerTooLarge


def _headers_of(response: httpx.Response) -> dict[str, str]:
    """From the bytes, as httpx first tries each set of headers for its encoding; repeated ones are joined."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("utf-8", "replace")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _without_redirect(answer: Answer, call: Call) -> Answer:
    if 300 <= answer.status < 400:
        raise redirect_error(answer.status, is_read=call.is_read)
    return answer
