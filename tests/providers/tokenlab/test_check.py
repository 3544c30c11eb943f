"""Checking a key by harmless reads; only the first of them decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx
import pytest

from studio.providers.answers import KeyReport, KeyVerdict
from studio.providers.errors import Retryable
from studio.providers.http import Connection, make_client
from studio.providers.tokenlab.adapter import TokenLabAdapter
from studio.providers.tokenlab.check import NO_TASK
from tests.providers.factories import fixture
from tests.providers.loopback import Play, loopback, unused_port
from tests.providers.tokenlab.details import make_detail, make_entry

SECRET, TOKEN = "sk-marked-secret-0123456789", "mt-marked-token-0123456789"
PROBE = f"/v1/tasks/{NO_TASK}"
NOT_FOUND = (404, {"error": {"code": "async_task_not_found", "message": "unknown", "type": "not_found_error"}})
MODELS = ("seedance-2.0", "seedance-2.0-fast", "seedance-2.0-mini")

Pages = Mapping[str, tuple[int, Any]]


class Gateway:
    def __init__(self, pages: Pages) -> None:
        self.pages = {PROBE: NOT_FOUND, **pages}
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        status, content = self.pages.get(request.url.path, (500, b""))
        return httpx.Response(status, content=content if isinstance(content, bytes) else json.dumps(content).encode())


def _check(gateway: Gateway, token: str = "") -> KeyReport:
    with make_client(httpx.MockTransport(gateway)) as client:
        return TokenLabAdapter().check(client, Connection("tokenlab", "https://api.gateway.test", SECRET), token)


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (404, "async_task_not_found", KeyVerdict.ACCEPTED),
        (404, "", KeyVerdict.UNCLEAR),
        (401, "invalid_api_key", KeyVerdict.REFUSED),
        (401, "", KeyVerdict.REFUSED),
        (403, "permission_error", KeyVerdict.REFUSED),
        (403, "", KeyVerdict.UNCLEAR),
        (429, "rate_limit_exceeded", KeyVerdict.UNCLEAR),
        (500, "server_error", KeyVerdict.UNCLEAR),
        (200, "", KeyVerdict.UNCLEAR),
    ],
)
def test_verdict_is_what_the_answer_says_for_certain(status: int, code: str, verdict: KeyVerdict) -> None:
    report = _check(Gateway({PROBE: (status, {"error": {"code": code, "message": "no"}})}))

    assert report.verdict == verdict


def test_refused_key_is_asked_nothing_more() -> None:
    gateway = Gateway({PROBE: (401, b"")})

    _check(gateway, TOKEN)

    assert [request.url.path for request in gateway.seen] == [PROBE]


def test_check_reads_only() -> None:
    gateway = Gateway({})

    _check(gateway, TOKEN)

    assert [(request.method, request.url.path) for request in gateway.seen] == [
        ("GET", PROBE),
        ("GET", "/v1/models"),
        ("GET", "/v1/pricing"),
        *[("GET", f"/v1/models/{name}") for name in MODELS],
        ("GET", "/v1/management/balance"),
    ]


def test_failing_extras_leave_their_part_empty() -> None:
    assert _check(Gateway({})) == KeyReport(KeyVerdict.ACCEPTED, "The gateway accepts the key.")


def test_live_facts_are_kept_by_model() -> None:
    pages = {
        "/v1/models": (200, {"object": "list", "data": [make_entry(), "odd"]}),
        "/v1/models/seedance-2.0": (200, make_detail(resolutions=["480p", "720p"])),
        "/v1/models/seedance-2.0-fast": (200, b"<html>"),
        "/v1/pricing": (200, fixture("pricing")),
    }

    report = _check(Gateway(pages))

    assert list(report.live) == ["seedance-2.0"]
    assert report.live["seedance-2.0"]["resolutions"] == ["480p", "720p"]
    assert report.live["seedance-2.0"]["pricing"]["max_price"] == "7.5000"
    assert report.meaning == "The gateway accepts the key."


def test_higher_price_is_said_in_the_report() -> None:
    report = _check(Gateway({"/v1/models": (200, {"data": [make_entry(max_price="8.10")]})}))

    assert report.meaning == (
        "The gateway accepts the key. TokenLab now names up to $8.10 per million tokens for seedance-2.0; estimates "
        "here reckon with at most $7.5000, so they may be too low."
    )


def test_balance_is_read_with_the_management_token_alone() -> None:
    gateway = Gateway({"/v1/management/balance": (200, fixture("balance"))})

    report = _check(gateway, TOKEN)

    assert (report.balance, report.currency) == (Decimal("42.50"), "USD")
    keys = {request.url.path: request.headers["Authorization"] for request in gateway.seen}
    assert keys.pop("/v1/management/balance") == f"Bearer {TOKEN}"
    assert set(keys.values()) == {f"Bearer {SECRET}"}


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ((401, b""), TOKEN),
        ((200, {"balance": 42.5}), TOKEN),
        ((200, b"<html>"), TOKEN),
        ((200, fixture("balance")), "mt-with a blank"),
    ],
)
def test_balance_that_cannot_be_read_is_said(answer: tuple[int, Any], token: str) -> None:
    report = _check(Gateway({"/v1/management/balance": answer}), token)

    assert (report.verdict, report.balance) == (KeyVerdict.ACCEPTED, None)
    assert report.meaning == ("The gateway accepts the key. The balance could not be read with the management token.")


def test_unreachable_gateway_is_an_error() -> None:
    connection = Connection("tokenlab", f"http://127.0.0.1:{unused_port()}", SECRET, allow_loopback=True)

    with make_client() as client, pytest.raises(Retryable):
        TokenLabAdapter().check(client, connection)


def test_extras_that_are_cut_do_not_spoil_the_report() -> None:
    body = json.dumps(NOT_FOUND[1]).encode()
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)

    with loopback(Play.ANSWER, answer) as server, make_client() as client:
        connection = Connection("tokenlab", server.base_url, SECRET, allow_loopback=True)
        report = TokenLabAdapter().check(client, connection, TOKEN)

    assert (report.verdict, report.live, len(server.requests)) == (KeyVerdict.ACCEPTED, {}, 7)


def test_key_that_the_gateway_repeats_is_in_no_part_of_the_report() -> None:
    said = f"no {SECRET} or {SECRET.upper()}"
    formats = {"resolutions": [said], "operation_constraints": [{"operation": SECRET, "allowed_durations": [SECRET]}]}
    detail = {"tokenlab": {"request_format_details": formats}, "pricing": {"unit": "x" * 90 + SECRET}}
    rows = {"data": [{"model": SECRET}, {"model": "seedance-2.0", "unit": SECRET}]}

    report = _check(Gateway({"/v1/models/seedance-2.0": (200, detail), "/v1/pricing": (200, rows)}))

    assert report.live["seedance-2.0"]["resolutions"] == ["no [removed] or [removed]"]
    assert SECRET[:9].casefold() not in repr(report).casefold()
