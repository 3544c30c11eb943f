"""Which addresses may be connected to, decided at the moment of connecting."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import httpcore
import pytest

from studio.lib.addresses import is_loopback_host, is_public
from studio.media.addresses import VettedBackend
from studio.media.download_errors import DownloadRefused


def answering(*addresses: str) -> Any:
    """A resolver that knows one answer, and counts how often it is asked."""
    calls: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        calls.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    resolve.calls = calls  # type: ignore[attr-defined]
    return resolve


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:192.168.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "fe80::1",
        "fd00:ec2::254",
        "ff02::1",
        "fec0::1",
        "::808:808",
        "64:ff9b:1::808:808",
        "192.88.99.1",
    ],
)
def test_other_addresses_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("localhost", True), ("LOCALHOST.", True), ("127.9.9.9", True), ("[::1]", True), ("localhost.evil.com", False)],
)
def test_loopback_is_known_by_its_spelling(host: str, is_local: bool) -> None:
    assert is_loopback_host(host) is is_local


@pytest.mark.parametrize("allow_loopback", [True, False])
@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.1", "169.254.169.254"])
def test_public_name_that_leads_inside_is_refused(allow_loopback: bool, inside: str) -> None:
    backend = VettedBackend(allow_loopback, answering(inside))

    with pytest.raises(DownloadRefused):
        backend.connect_tcp("media.example.com", 443)


def test_name_is_resolved_once_and_the_vetted_address_is_used() -> None:
    resolve = answering("127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        stream = VettedBackend(True, resolve).connect_tcp("localhost", port, timeout=5)

        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        assert resolve.calls == ["localhost"]
        stream.close()


def test_name_nobody_knows_is_a_failed_connection() -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(httpcore.ConnectError):
        VettedBackend(False, resolve).connect_tcp("nowhere.example.com", 443)


def test_local_socket_is_refused() -> None:
    with pytest.raises(DownloadRefused):
        VettedBackend(True).connect_unix_socket("/run/x")
