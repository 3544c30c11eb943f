"""Calls of the adapter, answered by the tests."""

from __future__ import annotations

from typing import Any

import httpx

from studio.providers.answers import (
    CancelAnswer,
    KeyReport,
)
from studio.providers.http import Connection, make_client
from studio.providers.requests import Dispatch
from studio.providers.seedance.adapter import SeedanceAdapter
from tests.providers.answering import Handler

SECRET = "sd2_live_marked_secret_0123456789"


ADAPTER = SeedanceAdapter()


BASE = "https://www.open.test"


TASKS = "/api/open/v1/video/generations"


DISPATCH = Dispatch(reference="render-7", webhook_url="https://s.test/w")


def connection_to(base_url: str = BASE) -> Connection:
    return Connection("seedance", base_url, SECRET, allow_loopback=True)


def cancel_with(handler: Handler) -> CancelAnswer:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.cancel(client, connection_to(), "req_1")


def check_with(handler: Handler) -> KeyReport:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.check(client, connection_to())


def error_body(code: str = "odd", message: str = "no", **more: Any) -> dict[str, Any]:
    return {"success": False, "error": {"code": code, "message": message}, **more}
