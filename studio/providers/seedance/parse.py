"""Reads the Open API's answers into the studio's words. Pure: a JSON object in, frozen data out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.lib.english import english
from studio.providers import reading
from studio.providers.answers import NO_USAGE, Claim, Created, RemoteState, RemoteStatus, Usage
from studio.providers.seedance.prices import CREDITS

# The last two are not this gateway's words; should they come through from upstream, they are ends.
_STATES = {
    "queued": RemoteState.WAITING,
    "processing": RemoteState.RUNNING,
    "succeeded": RemoteState.SUCCEEDED,
    "failed": RemoteState.FAILED,
    "cancelled": RemoteState.CANCELLED,
    "canceled": RemoteState.CANCELLED,
    "expired": RemoteState.EXPIRED,
}


def created(document: Mapping[str, Any]) -> Created:
    remote_id = reading.followable_id(document.get("requestId"))
    first = _status(document)
    if not first.word:
        first = replace(first, state=RemoteState.WAITING)
    return Created(remote_id, "", first, charge=first.usage)


def status(document: Mapping[str, Any]) -> RemoteStatus:
    """An answer that says only that something went wrong is none about the task."""
    if document.get("success") is False and not reading.text(document.get("status")):
        raise reading.Unreadable(english("The answer says nothing of the task."))
    return _status(document)


def claim(document: Mapping[str, Any]) -> Claim | None:
    """What a webhook names, by the field of every documented answer; its own body is nowhere described."""
    metadata = document.get("metadata")
    reference = reading.text(metadata.get("renderId")) if isinstance(metadata, Mapping) else ""
    try:
        return Claim(reading.followable_id(document.get("requestId")), reference)
    except reading.Unreadable:
        return None


def _status(document: Mapping[str, Any]) -> RemoteStatus:
    word = reading.text(document.get("status"))
    state = _STATES.get(word.strip().lower(), RemoteState.UNKNOWN_WORD)
    code, text = reading.error(document.get("error"))
    read = RemoteStatus(
        state=state,
        word=word,
        video_url=next(reading.urls_in(document.get("output")), ""),
        error_code=code,
        error_text=text,
        cancelled=state == RemoteState.CANCELLED,
        usage=_charge(document),
    )
    return read.without_false_success()


def _charge(document: Mapping[str, Any]) -> Usage:
    charged = reading.amount(document.get("creditsCharged"))
    return NO_USAGE if charged is None else Usage(charged=charged, currency=CREDITS)
