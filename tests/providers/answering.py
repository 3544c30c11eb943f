"""A gateway that gives one answer to whatever it is asked, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

Handler = Callable[[httpx.Request], httpx.Response]


def saying(status: int, content: Any, headers: dict[str, str] | None = None) -> Handler:
    """Answer everything with these bytes, or with this as JSON."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda request: httpx.Response(status, content=raw, headers=headers)
