"""What `doctor` asks of the web server, and with --online of the world, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from studio.jobs import outside
from studio.services.health.findings import ok, warning
from tests.factories import make_key

pytestmark = pytest.mark.django_db


class Elsewhere(BaseHTTPRequestHandler):
    """Answers everything with the given date, and remembers what it was sent."""

    date: ClassVar[str] = ""
    seen: ClassVar[list[dict[str, str]]] = []
    megabytes: ClassVar[int] = 0
    given: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response_only(404)
        if self.date:
            self.send_header("Date", self.date)
        self.end_headers()
        try:
            for number in range(self.megabytes):
                self.wfile.write(b"x" * 1024**2)
                self.given.append(number)
        except OSError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[str]:
    """A gateway that has nothing but a clock."""
    Elsewhere.seen.clear()
    Elsewhere.given.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])  # noqa: S104 — nothing listens because of it
def test_web_server_that_answers_is_in_order(settings: Settings, live_server: LiveServer, host: str) -> None:
    settings.STUDIO_HOST, settings.STUDIO_PORT = host, urlsplit(live_server.url).port

    assert outside.web_server().level == "ok"


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1:9"), ("0.0.0.0", "127.0.0.1:9"), ("::", "[::1]:9")],  # noqa: S104
)
def test_web_server_that_is_down_is_a_warning(settings: Settings, host: str, address: str) -> None:
    settings.STUDIO_HOST, settings.STUDIO_PORT = host, 9

    assert outside.web_server() == warning(
        "web server",
        f"It does not answer on {address} (ConnectError).",
        "Start it with `manage.py up`; a machine that only runs workers needs none.",
    )


def test_web_server_whose_port_something_else_has_is_a_warning(settings: Settings, gateway: str) -> None:
    settings.STUDIO_HOST, settings.STUDIO_PORT = "127.0.0.1", urlsplit(gateway).port

    found = outside.web_server()

    there = gateway.removeprefix("http://")
    assert (found.level, found.found) == ("warning", f"Something else answers on {there}, with HTTP 404.")


def test_public_address_that_leads_here_is_in_order(settings: Settings, live_server: LiveServer) -> None:
    settings.STUDIO_PUBLIC_URL = live_server.url

    assert outside.public_address() == ok("public address from here", "The studio answers there.")


def test_public_address_that_leads_nowhere_is_a_problem(settings: Settings) -> None:
    settings.STUDIO_PUBLIC_URL = "http://127.0.0.1:9"

    found = outside.public_address()

    assert (found.level, found.found) == ("problem", "It does not answer (ConnectError).")


def test_public_address_that_leads_elsewhere_is_a_problem(settings: Settings, gateway: str) -> None:
    settings.STUDIO_PUBLIC_URL = gateway

    found = outside.public_address()

    assert (found.level, found.found) == ("problem", "Something else answers there, with HTTP 404.")


@pytest.mark.parametrize(
    ("date", "level", "words"),
    [
        ("Sat, 01 Jan 2000 00:00:00 GMT", "problem", "behind this machine's."),
        ("", "ok", "It answers, and tells no time."),
        ("yesterday", "ok", "It answers, and tells no time."),
    ],
)
def test_clock_of_a_gateway_is_read_from_its_answer(
    gateway: str, monkeypatch: pytest.MonkeyPatch, date: str, level: str, words: str
) -> None:
    monkeypatch.setattr(Elsewhere, "date", date)
    make_key(base_url=gateway)

    (found,) = outside.gateway_clocks()

    assert (found.check, found.level, found.found.endswith(words)) == ("clock of 127.0.0.1", level, True)


def test_gateways_are_asked_once_each_and_without_a_key(gateway: str) -> None:
    secrets = [make_key(base_url=f"{gateway}{path}").secret for path in ("", "/api/v1", "/api/v3")]

    list(outside.gateway_clocks())

    assert len(Elsewhere.seen) == 1
    assert "authorization" not in Elsewhere.seen[0]
    assert [secret in str(Elsewhere.seen) for secret in secrets] == [False] * 3


def test_gateway_that_does_not_answer_is_a_warning() -> None:
    make_key(base_url="http://127.0.0.1:9")

    (found,) = outside.gateway_clocks()

    assert (found.level, found.found) == ("warning", "It does not answer (ConnectError).")


def test_answers_without_an_end_are_not_read_to_it(
    gateway: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Elsewhere, "megabytes", 100)
    settings.STUDIO_PUBLIC_URL = gateway
    make_key(base_url=gateway)

    found = [outside.public_address(), *outside.gateway_clocks()]

    assert [each.level for each in found] == ["problem", "ok"]
    assert len(Elsewhere.given) < 100
