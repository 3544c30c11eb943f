"""Calling an address that the caller named: one JSON body, nothing of ours beside it, no redirect followed."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def post_json(url: str, body: dict[str, Any], seconds: float) -> bool:
    """Whether it was taken; a redirect is neither followed nor a yes."""
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.netloc, timeout=seconds)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    headers = {"Content-Type": "application/json", "User-Agent": "rushes-sandbox"}
    try:
        connection.request("POST", target, json.dumps(body, ensure_ascii=False).encode("utf-8"), headers)
        return 200 <= connection.getresponse().status < 300
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
