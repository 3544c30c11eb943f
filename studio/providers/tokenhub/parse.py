"""Reads TokenHub's answers into the studio's words. Pure: a JSON object in, frozen data out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.providers import reading
from studio.providers.answers import NO_USAGE, Created, RemoteState, RemoteStatus, Usage

# The last three exist upstream only; should they come through, they are ends.
_STATES = {
    "queued": RemoteState.WAITING,
    "running": RemoteState.RUNNING,
    "succeeded": RemoteState.SUCCEEDED,
    "failed": RemoteState.FAILED,
    "cancelled": RemoteState.CANCELLED,
    "canceled": RemoteState.CANCELLED,
    "expired": RemoteState.EXPIRED,
}


def created(document: Mapping[str, Any]) -> Created:
    remote_id = reading.followable_id(document.get("id"))
    first = status(document)
    if not first.word:
        first = replace(first, state=RemoteState.WAITING)
    return Created(remote_id, "", first)


def status(document: Mapping[str, Any]) -> RemoteStatus:
    word = reading.text(document.get("status"))
    state = _STATES.get(word.strip().lower(), RemoteState.UNKNOWN_WORD)
    code, text = reading.error(document.get("error"))
    read = RemoteStatus(
        state=state,
        word=word,
        video_url=next(reading.urls_in(document.get("data")), ""),
        error_code=code,
        error_text=text,
        cancelled=state == RemoteState.CANCELLED,
        usage=_usage(document.get("usage")),
    )
    return read.without_false_success()


def _usage(value: Any) -> Usage:
    """A length of nothing is no length: the file's own is used then."""
    seconds = reading.amount(value.get("video_duration")) if isinstance(value, Mapping) else None
    return Usage(seconds=seconds) if seconds else NO_USAGE
