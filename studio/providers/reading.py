"""Reads single values out of a gateway's JSON, whatever they turn out to be. No gateway's dialect lives here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from studio.lib.english import english

# An id becomes part of a path, so it may hold nothing that would lead elsewhere.
FOLLOWABLE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~=+@-]{0,254}")
# No database keeps all of these, and none of them says anything; line breaks and tabs stay.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Unreadable(ValueError):
    """A create answer without an id: there may be a task, but nothing to find it by."""


def plain(text: str) -> str:
    """The gateway's words without what cannot be stored."""
    return _UNSTORABLE.sub("", text)


def text(value: Any) -> str:
    """A string or a whole number as text; nothing for anything else."""
    if isinstance(value, bool):
        return ""
    return plain(str(value)) if isinstance(value, str | int) else ""


def followable_id(*candidates: Any) -> str:
    """The first id that may stand in a path; raises Unreadable."""
    found = next((text(each) for each in candidates if text(each)), "")
    if not FOLLOWABLE_ID.fullmatch(found):
        raise Unreadable(english("The answer holds no task id that could be followed."))
    return found


def error(value: Any) -> tuple[str, str]:
    """Code and message of an `error` that may be a string, an object, null or missing."""
    if isinstance(value, Mapping):
        return text(value.get("code")), text(value.get("message")) or text(value.get("code"))
    return "", text(value)


def urls_in(place: Any) -> Iterator[str]:
    """Web addresses in a string, in an object's `url` or `video_url`, or in a list of either."""
    if isinstance(place, str) and place.lower().startswith(("https://", "http://")):
        yield plain(place)
    elif isinstance(place, Mapping):
        yield from urls_in(place.get("url"))
        yield from urls_in(place.get("video_url"))
    elif isinstance(place, list):
        for item in place:
            yield from urls_in(item)


def progress(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= 100 else None


def amount(value: Any) -> Decimal | None:
    """A number that is not negative, sent as a number or as a string; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not re.fullmatch(r"\d{1,12}(\.\d{1,12})?", str(value).strip()):
        return None
    return Decimal(str(value).strip())
