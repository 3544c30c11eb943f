"""What adapters do with a whole answer, whatever its dialect: sort errors, read it, and take the key out.

Sends nothing and knows no gateway; the reading itself comes in as a function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from studio.lib.english import english
from studio.lib.masking import mask
from studio.providers import refusals
from studio.providers.answers import Created, KeyReport, KeyVerdict, RemoteStatus
from studio.providers.calls import Answer, Connection
from studio.providers.refusals import Words

Document = Mapping[str, Any]
Found = TypeVar("Found")


def created(answer: Answer, connection: Connection, read: Callable[[Document], Created], words: Words) -> Created:
    """The task of a create, or the error that says what became of it."""
    if not 200 <= answer.status < 300:
        raise refusals.create_error(answer, connection.secret, words)
    found = _read(answer, read)
    if found is None:
        raise refusals.unreadable_create(answer, connection.secret)
    return replace(
        found,
        status=without_secret(found.status, connection.secret),
        request_id=mask(answer.headers.get("x-request-id", ""), connection.secret)[: refusals.LONGEST_WORD],
    )


def status(
    answer: Answer, connection: Connection, read: Callable[[Document], RemoteStatus], words: Words
) -> RemoteStatus:
    """Where the task stands, or the error that says why it could not be told."""
    if not 200 <= answer.status < 300:
        raise refusals.read_error(answer, connection.secret, words)
    found = _read(answer, read)
    if found is None:
        raise refusals.unreadable_read(answer)
    return without_secret(found, connection.secret)


def without_secret(read: RemoteStatus, secret: str) -> RemoteStatus:
    """The same with the key taken out, should the gateway have repeated it, and no longer than can be kept."""
    return replace(
        read,
        word=mask(read.word, secret)[: refusals.LONGEST_WORD],
        error_code=mask(read.error_code, secret)[: refusals.LONGEST_WORD],
        error_text=mask(read.error_text, secret)[: refusals.LONGEST_SAID],
    )


def key_report(
    answer: Answer, connection: Connection, *, refusing: Collection[int], missing: Collection[int]
) -> KeyReport:
    """What asking for a task that cannot exist shows of the key: a refusal, or a plain “there is no such task”."""
    said = refusals.read_document(answer, connection.secret).said
    if answer.status in refusing:
        return KeyReport(KeyVerdict.REFUSED, english("The gateway does not accept the key."), said)
    if answer.status in missing and _read(answer, dict) is not None:
        meaning = english(
            "The key is accepted, as far as can be told: the gateway looked for a task with it and found none."
        )
        return KeyReport(
            KeyVerdict.ACCEPTED, english("%(meaning)s It has no call that would say more.", meaning=meaning), said
        )
    meaning = english(
        "The gateway's answer (HTTP %(status)s) does not tell whether it accepts the key.", status=answer.status
    )
    return KeyReport(KeyVerdict.UNCLEAR, meaning, said)


def _read(answer: Answer, read: Callable[[Document], Found]) -> Found | None:
    """None for what is not readable; raised from here, an error would lead into frames that hold the answer."""
    try:
        return read(answer.json())
    except ValueError:
        return None
