"""Reads a task in Ark's shape into the studio's words. Pure: a JSON object in, frozen data out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from studio.providers import reading
from studio.providers.answers import NO_USAGE, Created, RemoteState, RemoteStatus, Usage

_STATES = {
    "queued": RemoteState.WAITING,
    "running": RemoteState.RUNNING,
    "succeeded": RemoteState.SUCCEEDED,
    "failed": RemoteState.FAILED,
    "cancelled": RemoteState.CANCELLED,
    "expired": RemoteState.EXPIRED,
}


def created(document: Mapping[str, Any]) -> Created:
    """The answer is an id and nothing else: the task waits until a reading says otherwise."""
    return Created(reading.followable_id(document.get("id")), "", RemoteStatus(RemoteState.WAITING))


def status(document: Mapping[str, Any]) -> RemoteStatus:
    word = reading.text(document.get("status"))
    state = _STATES.get(word.strip().lower(), RemoteState.UNKNOWN_WORD)
    code, text = reading.error(document.get("error"))
    content = _mapping(document.get("content"))
    read = RemoteStatus(
        state=state,
        word=word,
        video_url=next(reading.urls_in(content.get("video_url")), ""),
        last_frame_url=next(reading.urls_in(content.get("last_frame_url")), ""),
        error_code=code,
        error_text=text,
        cancelled=state == RemoteState.CANCELLED,
        usage=_usage(document) if state == RemoteState.SUCCEEDED else NO_USAGE,
    )
    return read.without_false_success()


def _usage(document: Mapping[str, Any]) -> Usage:
    """The length may be sent as a string."""
    counted = reading.amount(_mapping(document.get("usage")).get("completion_tokens"))
    is_whole = counted is not None and counted > 0 and counted == counted.to_integral_value()
    seconds = reading.amount(document.get("duration"))
    return Usage(
        tokens=int(counted) if counted is not None and is_whole else None,
        seconds=seconds if seconds is not None and seconds > Decimal(0) else None,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
