"""Reads TokenLab's answers into the studio's words. Pure: a JSON object in, frozen data out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from studio.providers import reading
from studio.providers.answers import Created, RemoteState, RemoteStatus

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

_LONGEST_POLL_URL = 500


def created(document: Mapping[str, Any]) -> Created:
    remote_id = reading.followable_id(document.get("id"), document.get("task_id"))
    first = status(document)
    if not first.word:
        first = replace(first, state=RemoteState.WAITING)
    return Created(remote_id, _poll_url(document.get("poll_url")), first)


def _poll_url(value: Any) -> str:
    """An odd one is dropped, since the fixed path on the own host always works."""
    usable = isinstance(value, str) and len(value) <= _LONGEST_POLL_URL and value.isprintable()
    return value if usable else ""


def status(document: Mapping[str, Any]) -> RemoteStatus:
    word = reading.text(document.get("status"))
    state = _STATES.get(word.strip().lower(), RemoteState.UNKNOWN_WORD)
    if state == RemoteState.FAILED and _says_cancelled(document):
        state = RemoteState.CANCELLED
    code, text = reading.error(document.get("error"))
    read = RemoteStatus(
        state=state,
        word=word,
        progress=reading.progress(document.get("progress")),
        video_url=next(_video_urls(document), ""),
        last_frame_url=next(_last_frame_urls(document), ""),
        error_code=code,
        error_text=text,
        billing_id=reading.text(document.get("billing_transaction_id")),
        cancelled=state == RemoteState.CANCELLED,
    )
    return read.without_false_success()


def _says_cancelled(document: Mapping[str, Any]) -> bool:
    word = reading.text(document.get("cancellation_status")).lower()
    return document.get("cancelled") is True or word in ("cancelled", "canceled")


def _video_urls(document: Mapping[str, Any]) -> Iterator[str]:
    """Every documented place, in the order of the contract."""
    places = [document.get("video_url"), document.get("video"), document.get("videos"), document.get("data")]
    for place in places:
        yield from reading.urls_in(place)
    content = document.get("content")
    if isinstance(content, Mapping):
        yield from reading.urls_in(content.get("video_url"))


def _last_frame_urls(document: Mapping[str, Any]) -> Iterator[str]:
    yield from reading.urls_in(document.get("last_frame_url"))
    content = document.get("content")
    if isinstance(content, Mapping):
        yield from reading.urls_in(content.get("last_frame_url"))
