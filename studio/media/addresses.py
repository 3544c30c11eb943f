"""Which addresses a download may go to, checked on the very address the connection is made to.

A name is resolved once, its addresses are vetted, and the connection goes to a vetted address; so a name that answers
differently the second time (DNS rebinding) gains nothing. TLS and the Host header still use the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import httpcore
import httpx

from studio.lib.addresses import Address, is_loopback_host, is_public
from studio.lib.english import english
from studio.media.download_errors import DownloadRefused

Resolve = Callable[..., list[Any]]


class VettedBackend(httpcore.NetworkBackend):
    """Connects to public addresses only; to this machine only when that is allowed and asked for by name."""

    def __init__(self, allow_loopback: bool, resolve: Resolve = socket.getaddrinfo) -> None:
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Tries the vetted addresses in turn; raises DownloadRefused when there is none."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._vetted(host, port):
            try:
                return self._plain.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or DownloadRefused("private_address", english("This link leads into a private network."))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: no download comes from a local socket."""
        raise DownloadRefused("private_address", english("This link leads to a local socket."))

    def _vetted(self, host: str, port: int) -> list[Address]:
        try:
            rows = self._resolve(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        local = self._allow_loopback and is_loopback_host(host)
        # A zone such as %eth0 marks a link-local address, which is never public.
        found = [ipaddress.ip_address(row[4][0].split("%")[0]) for row in rows]
        return [each for each in dict.fromkeys(found) if is_public(each) or (local and each.is_loopback)]


class VettedTransport(httpx.HTTPTransport):
    """httpx's own transport over connections that were vetted."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        super().__init__(verify=tls_context(), trust_env=False)
        # httpx offers no way to pass a network backend, and it is pinned; tests hold that this stays in effect.
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls_context(),
            max_connections=16,
            max_keepalive_connections=4,
            keepalive_expiry=5,
            network_backend=backend,
        )


@cache
def tls_context() -> ssl.SSLContext:
    """One for the process: building it costs a hundred times what a connection does."""
    return httpx.create_ssl_context()
