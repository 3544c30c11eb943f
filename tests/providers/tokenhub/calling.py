"""Calls of the adapter, answered by the tests."""

from __future__ import annotations

from typing import Any

import httpx

from studio.providers.answers import (
    KeyReport,
)
from studio.providers.http import Connection, make_client
from studio.providers.tokenhub.adapter import TokenHubAdapter
from tests.providers.answering import Handler

SECRET = "th-marked-secret-0123456789"


ADAPTER = TokenHubAdapter()


BASE = "https://hub.test/api/v1"


def connection_to(base_url: str = BASE) -> Connection:
    return Connection("tokenhub", base_url, SECRET, allow_loopback=True)


def check_with(handler: Handler) -> KeyReport:
    with make_client(httpx.MockTransport(handler)) as client:
        return ADAPTER.check(client, connection_to())


def error_body(message: str = "no", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}
