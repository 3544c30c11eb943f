"""Takes keys, signed links and bulk data out of text and JSON before anything is kept or shown.

Knows shapes of secrets only; which secrets exist is the caller's knowledge, passed in as `secrets`."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

REMOVED = "[removed]"

# A gateway may echo a key half starred out, so stars and dots count as part of it.
_KEY = re.compile(r"(?<![\w-])(?:sk|mt|th)-[A-Za-z0-9_*.…-]{6,}|(?<!\w)sd2_live_[A-Za-z0-9_*.…-]+")
# Keys of other gateways may begin with anything, so there the beginning is a part of the secret.
_PREFIX = re.compile(r"(?:sk|mt|th)-|sd2_live_")
# With a digit among at least 12 characters, as "basic lighting" is a prompt and no secret.
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+(?=[^\s\"',;]*\d)[^\s\"',;]{12,}")
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=.+-]+)*,[^\s\"'<>)]*")
_URL_USER = re.compile(r"(?i)(https?://)[^\s/@\"'<>]+@")
_URL_QUERY = re.compile(r"(?i)(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]*")
_LINK_TOKEN = re.compile(r"/(r|hooks)/[^\s/\"'<>]+/")
_SECRET_NAMES = re.compile(r"(?i)^(authorization|api[-_]?key|secret|password|access[-_]?token|x-api-key|cookie)$")


def mask(text: str, *secrets: str) -> str:
    """The text without the given secrets, anything shaped like a key, and the signed part of links."""
    if not text:
        return text
    for secret in secrets:
        if secret:
            text = _spelled(secret).sub(REMOVED, text)
    text = _BEARER.sub(rf"\1 {REMOVED}", text)
    text = _KEY.sub(REMOVED, text)
    text = _DATA_URL.sub(_shortened, text)
    text = _URL_USER.sub(r"\1", text)
    text = _URL_QUERY.sub(rf"\1?{REMOVED}", text)
    return _LINK_TOKEN.sub(rf"/\1/{REMOVED}/", text)


def holds(text: str, secret: str) -> bool:
    """Whether the text repeats the secret, in whichever spelling."""
    return bool(secret) and _spelled(secret).search(text) is not None


@lru_cache(maxsize=64)
def _spelled(secret: str) -> re.Pattern[str]:
    """The secret as it is, and as it looks within an address, a page or a JSON document; in any case of letters."""
    in_json = json.dumps(secret)[1:-1]
    ways = {secret, quote(secret, safe=""), quote(secret), escape(secret), in_json, in_json.replace("/", "\\/")}
    return re.compile("|".join(re.escape(way) for way in sorted(ways, key=len, reverse=True)), re.IGNORECASE)


def redact_request(payload: Any, *secrets: str) -> Any:
    """A copy of a JSON value that may be stored: masked strings, no values under names of secrets."""
    if isinstance(payload, dict):
        return {mask(str(key), *secrets): _redacted(str(key), value, secrets) for key, value in payload.items()}
    if isinstance(payload, list | tuple):
        return [redact_request(item, *secrets) for item in payload]
    if isinstance(payload, str):
        return mask(payload, *secrets)
    return payload


def hint(secret: str) -> str:
    """What may be shown of a key: its last four characters, and its prefix if that is one that all keys share."""
    if len(secret) < 12:
        return "…"
    prefix = _PREFIX.match(secret)
    return f"{prefix.group() if prefix else ''}…{secret[-4:]}"


def _redacted(key: str, value: Any, secrets: tuple[str, ...]) -> Any:
    if _SECRET_NAMES.match(key) and isinstance(value, str):
        return REMOVED
    return redact_request(value, *secrets)


def _shortened(match: re.Match[str]) -> str:
    kind = match.group(1) or "text/plain"
    return f"data:{kind},[{len(match.group())} characters]"
