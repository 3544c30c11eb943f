"""Checks of single values that any gateway may use: each says what is wrong with a value, or nothing."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Check = Callable[[object], str]


def json_object(raw: bytes) -> dict[str, Any]:
    """The body of a request; a ValueError says what is wrong with it."""
    try:
        body = json.loads(raw)
    except ValueError as problem:
        raise ValueError("The request body is not valid JSON") from problem
    if not isinstance(body, dict):
        raise ValueError("The request body must be a JSON object")
    return body


def text(value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else "Must be a non-empty string"


def boolean(value: object) -> str:
    return "" if isinstance(value, bool) else "Must be true or false"


def whole_number(low: int, high: int) -> Check:
    def check(value: object) -> str:
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if fits else f"Must be an integer between {low} and {high}"

    return check


def number(low: float, high: float) -> Check:
    def check(value: object) -> str:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
        return "" if fits else f"Must be a number between {low:g} and {high:g}"

    return check


def one_of(*allowed: str) -> Check:
    def check(value: object) -> str:
        return "" if value in allowed else f"Must be one of {', '.join(allowed)}"

    return check


def list_of(check: Check, most: int) -> Check:
    """A list of one to `most` entries."""

    def check_all(value: object) -> str:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            return f"Must be a list of 1 to {most} entries"
        return next((f"Entry {n}: {wrong}" for n, one in enumerate(value, 1) if (wrong := check(one))), "")

    return check_all


def public_url(value: object) -> str:
    """Loopback passes although the real gateways forbid it: the sandbox and the studio share a machine."""
    if not isinstance(value, str):
        return "Must be a string"
    try:
        url = urlsplit(value)
        host, _ = url.hostname, url.port
    except ValueError:
        return "Must be a valid URL"
    if url.scheme not in ("http", "https") or not host:
        return "Must be a public http or https URL"
    if url.username or url.password:
        return "Must not contain credentials"
    return "Must not have a fragment" if url.fragment else _address_trouble(host)


def _address_trouble(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    return "" if address.is_loopback or address.is_global else "Must not point to a private address"


def is_loopback_url(value: str) -> bool:
    host = urlsplit(value).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
