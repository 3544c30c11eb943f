"""Makes the two HTTP clients of a process: pooled, without proxies, redirects or cookies, and with every
address vetted after resolving and before a byte of a request is sent."""

from __future__ import annotations

import socket
import ssl
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import aiohttp
import certifi
import httpx
from aiohttp.abc import ResolveResult
from httpx_aiohttp import AiohttpTransport

from studio.lib.addresses import is_loopback_host, is_public_address
from studio.lib.english import english

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
KEEP_ALIVE_SECONDS = 60.0
# Stock httpx rescans its pool for every request, so more connections make it slower.
SYNC_CONNECTIONS = 10
ASYNC_CONNECTIONS = 100

TIMEOUT = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)


class ReadingClient(httpx.AsyncClient):
    """For reads without any of what httpx's own `send` goes through for sign-in, cookies, redirects and hooks: with
    thousands of polls a minute that costs more than the rest of the request."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__(
            transport=transport, trust_env=False, follow_redirects=False, timeout=TIMEOUT, cookies=_no_cookies()
        )
        self._straight = transport.handle_async_request

    async def ask(self, request: httpx.Request) -> httpx.Response:
        """The answer to one request, unread; the caller closes it."""
        return await self._straight(request)


class ForbiddenPeer(OSError):
    """A gateway's name led to an address inside this machine or network."""

    def __init__(self) -> None:
        super().__init__(english("the gateway's name leads to an address that is not public"))


def make_client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """For creates, cancels and single reads. One long-lived client per process; a transport is for tests."""
    return httpx.Client(
        transport=transport,
        verify=tls_context(),
        trust_env=False,
        follow_redirects=False,
        timeout=TIMEOUT,
        cookies=_no_cookies(),
        limits=httpx.Limits(
            max_connections=SYNC_CONNECTIONS,
            max_keepalive_connections=SYNC_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
        ),
    )


def make_async_client(
    transport: httpx.AsyncBaseTransport | None = None, *, connections: int = ASYNC_CONNECTIONS
) -> ReadingClient:
    """For many status reads at once, on aiohttp's faster transport. It must be closed in the loop that used it."""
    if transport is None:
        transport = AiohttpTransport(verify=tls_context(), client=lambda: _aiohttp_session(connections))
    return ReadingClient(transport)


@cache
def tls_context() -> ssl.SSLContext:
    """Built once, as it costs more than a request: the system's authorities and the bundled ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class ConnectionWatch:
    """httpx's trace hook for one request: vets the peer on connecting and notes whether anything was sent."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.has_sent = False

    def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._vet(info["return_value"])
        elif event.endswith(".send_request_headers.started"):
            self.has_sent = True

    def _vet(self, stream: Any) -> None:
        peer = stream.get_extra_info("server_addr")
        if not _may_connect(self.host, peer[0]):
            stream.close()
            raise ForbiddenPeer


class VettingResolver(aiohttp.ThreadedResolver):
    """The same rule for aiohttp, which asks its resolver for names only: literal addresses were vetted before."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if not all(_may_connect(host, item["host"]) for item in found):
            raise ForbiddenPeer
        return found


def _may_connect(host: str, peer: str) -> bool:
    return is_loopback_host(peer) if is_loopback_host(host) else is_public_address(peer)


def _aiohttp_session(connections: int) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=connections,
        ssl=tls_context(),
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        resolver=VettingResolver(),
    )
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


def _no_cookies() -> CookieJar:
    """One client serves many keys: a cookie set for one of them must not travel with another."""
    return CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
