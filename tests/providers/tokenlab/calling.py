"""Calls of the adapter, answered by the tests."""

from __future__ import annotations

from typing import Any

from studio.providers.http import Connection
from studio.providers.tokenlab.adapter import TokenLabAdapter

SECRET = "sk-marked-secret-0123456789"


TASK = "ldtask_" + "a" * 32


ADAPTER = TokenLabAdapter()


def connection_to(base_url: str = "https://api.gateway.test") -> Connection:
    return Connection("tokenlab", base_url, SECRET, allow_loopback=True)


def error_body(code: str, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "code": code, **more}}
