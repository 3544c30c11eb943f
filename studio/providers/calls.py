"""The data that goes through the HTTP seam: a key at a gateway, one call, one whole answer. No sending here."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from studio.lib.english import english
from studio.providers import addresses

LONGEST_WAIT_SECONDS = 3600.0

_SENDABLE_SECRET = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Connection:
    """One key at one gateway. The secret leaves it only in a header to the base URL's own origin."""

    provider: str
    base_url: str
    secret: str = field(repr=False)
    route: str = field(default="", kw_only=True)
    allow_loopback: bool = False

    def __post_init__(self) -> None:
        checked = addresses.checked_base_url(self.base_url, allow_loopback=self.allow_loopback)
        object.__setattr__(self, "base_url", checked)
        if not _SENDABLE_SECRET.fullmatch(self.secret):
            raise ValueError(english("The key is empty or holds characters that cannot be sent. Enter it again."))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A connection holds a key, so it is never stored or queued.")


@dataclass(frozen=True, slots=True)
class Call:
    """`path` is one of our own below the base URL; `address` one that the gateway gave us, and wins."""

    method: str
    path: str = ""
    payload: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    # The exact bytes to send, for a replay; else they are made of `payload`.
    content: bytes | None = None

    @property
    def body(self) -> bytes | None:
        return self.content if self.payload is None else encoded(self.payload)

    @property
    def is_read(self) -> bool:
        return self.method == "GET"


def encoded(payload: Mapping[str, Any]) -> bytes:
    """A JSON body as it is sent: the same document always gives the same bytes."""
    return json.dumps(payload, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, read to its end. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The JSON object in the body, else ValueError."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            raise ValueError("The answer is not readable JSON.") from None
        if not isinstance(document, dict):
            raise ValueError("The answer is not a JSON object.")
        return document

    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def retry_after(self, now: float | None = None) -> float | None:
        """Seconds to wait, from `Retry-After` (seconds or a date) or else `X-RateLimit-Reset` (Unix time)."""
        now = time.time() if now is None else now
        wait = _seconds_or_date(self.headers.get("retry-after", ""), now)
        if wait is None:
            reset = _number(self.headers.get("x-ratelimit-reset", ""))
            wait = None if reset is None else reset - now
        return None if wait is None else min(max(wait, 0.0), LONGEST_WAIT_SECONDS)


def _seconds_or_date(text: str, now: float) -> float | None:
    number = _number(text)
    if number is not None or not text:
        return number
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,12}(\.\d+)?", text.strip()) else None
