"""Reads TokenLab's answers into the studio's words. Pure: a JSON object in, frozen data out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from studio.lib.masking import mask
from studio.providers.answers import NO_VIDEO_CODE, Created, RemoteState, RemoteStatus

# The last four are not this endpoint's own words, but its vendor's client takes them as ends too.
_STATES = {
    "pending": RemoteState.WAITING,
    "processing": RemoteState.RUNNING,
    "completed": RemoteState.SUCCEEDED,
    "failed": RemoteState.FAILED,
    "succeeded": RemoteState.SUCCEEDED,
    "cancelled": RemoteState.CANCELLED,
    "canceled": RemoteState.CANCELLED,
    "expired": RemoteState.EXPIRED,
}

# An id becomes part of a path, so it may hold nothing that would lead elsewhere.
_FOLLOWABLE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~=+@-]{0,254}")
_LONGEST_POLL_URL = 500
# No database keeps all of these, and none of them says anything; line breaks and tabs stay.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Unreadable(ValueError):
    """A create answer without an id: there may be a task, but nothing to find it by."""


def created(document: Mapping[str, Any]) -> Created:
    remote_id = _text(document.get("id")) or _text(document.get("task_id"))
    if not _FOLLOWABLE_ID.fullmatch(remote_id):
        raise Unreadable("The answer holds no task id that could be followed.")
    first = status(document)
    if not first.word:
        first = replace(first, state=RemoteState.WAITING)
    return Created(remote_id, _poll_url(document.get("poll_url")), first)


def _poll_url(value: Any) -> str:
    """An odd one is dropped, since the fixed path on the own host always works."""
    usable = isinstance(value, str) and len(value) <= _LONGEST_POLL_URL and value.isprintable()
    return value if usable else ""


def status(document: Mapping[str, Any]) -> RemoteStatus:
    word = _text(document.get("status"))
    state = _STATES.get(word.strip().lower(), RemoteState.UNKNOWN_WORD)
    if state == RemoteState.FAILED and _says_cancelled(document):
        state = RemoteState.CANCELLED
    code, text = _error(document.get("error"))
    read = RemoteStatus(
        state=state,
        word=word,
        progress=_progress(document.get("progress")),
        video_url=next(_video_urls(document), ""),
        last_frame_url=next(_last_frame_urls(document), ""),
        error_code=code,
        error_text=mask(text),
        billing_id=_text(document.get("billing_transaction_id")),
        cancelled=state == RemoteState.CANCELLED,
    )
    return _with_consequences(read)


def _with_consequences(read: RemoteStatus) -> RemoteStatus:
    if read.state == RemoteState.SUCCEEDED and not read.video_url:
        return replace(read, state=RemoteState.FAILED, error_code=NO_VIDEO_CODE, error_text="")
    return read


def _says_cancelled(document: Mapping[str, Any]) -> bool:
    word = _text(document.get("cancellation_status")).lower()
    return document.get("cancelled") is True or word in ("cancelled", "canceled")


def _error(value: Any) -> tuple[str, str]:
    """Declared as a string or an object, and seen as null or missing."""
    if isinstance(value, Mapping):
        return _text(value.get("code")), _text(value.get("message")) or _text(value.get("code"))
    return "", _text(value)


def _video_urls(document: Mapping[str, Any]) -> Iterator[str]:
    """Every documented place, in the order of the contract."""
    places = [document.get("video_url"), document.get("video"), document.get("videos"), document.get("data")]
    for place in places:
        yield from _urls_in(place)
    content = document.get("content")
    if isinstance(content, Mapping):
        yield from _urls_in(content.get("video_url"))


def _last_frame_urls(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _urls_in(document.get("last_frame_url"))
    content = document.get("content")
    if isinstance(content, Mapping):
        yield from _urls_in(content.get("last_frame_url"))


def _urls_in(place: Any) -> Iterator[str]:
    """The shape of list items is not documented, so both likely names are tried."""
    if isinstance(place, str) and place.lower().startswith(("https://", "http://")):
        yield plain(place)
    elif isinstance(place, Mapping):
        yield from _urls_in(place.get("url"))
        yield from _urls_in(place.get("video_url"))
    elif isinstance(place, list):
        for item in place:
            yield from _urls_in(item)


def _progress(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= 100 else None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    return plain(str(value)) if isinstance(value, str | int) else ""


def plain(text: str) -> str:
    """The gateway's words without what cannot be stored."""
    return _UNSTORABLE.sub("", text)
