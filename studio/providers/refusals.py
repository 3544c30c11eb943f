"""Turns error answers into the four kinds: once for creates, where money may hang on it, once for reads.

What a gateway's own codes mean comes in as `Words`; the sorting is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studio.lib.english import english
from studio.lib.masking import mask
from studio.providers.calls import LONGEST_WAIT_SECONDS, Answer
from studio.providers.errors import BadKey, NotFound, ProviderError, Refused, Retryable, Unknown
from studio.providers.failures import MAY_BE_CHARGED
from studio.providers.reading import plain

ASK_ADMIN = english("Ask an admin to check this key.")
LONGEST_SAID = 1000
LONGEST_WORD = 100
# Client errors that a gateway or a proxy before it may give after the work has begun.
_AMBIGUOUS_CLIENT_ERRORS = (408, 409, 425, 499)


@dataclass(frozen=True, slots=True)
class ErrorDocument:
    """The envelope of an error answer, as far as it could be read. `said` is masked already."""

    status: int
    code: str
    said: str
    hints: Mapping[str, Any]
    retry_after: float | None

    @property
    def words(self) -> dict[str, Any]:
        return {"said": self.said, "status": self.status, "code": self.code}


def read_document(answer: Answer, secret: str) -> ErrorDocument:
    """An answer that is no JSON, such as a proxy's page, has a status and nothing to quote."""
    try:
        document = answer.json()
    except ValueError:
        document = {}
    error = document.get("error")
    hints = error if isinstance(error, dict) else {}
    said = hints.get("message") if hints else error
    code = hints.get("code") or hints.get("type") or ""
    return ErrorDocument(
        status=answer.status,
        code=mask(plain(str(code)), secret)[:100],
        said=mask(plain(said) if isinstance(said, str) else "", secret)[:LONGEST_SAID],
        hints=hints,
        retry_after=_wait(answer, hints),
    )


def _is_rate_limit(found: ErrorDocument) -> bool:
    return found.status == 429


def _is_unauthorized(found: ErrorDocument) -> bool:
    return found.status == 401


@dataclass(frozen=True, slots=True)
class Words:
    """A gateway's codes in a person's words, and which of its answers are documented as "nothing was made, come back
    later" (`is_temporary`) or as being about the key (`is_about_the_key`)."""

    meaning: Callable[[str, int], str]
    advice: Callable[[str, int, Mapping[str, Any]], str]
    is_temporary: Callable[[ErrorDocument], bool] = _is_rate_limit
    is_about_the_key: Callable[[ErrorDocument], bool] = _is_unauthorized


def create_error(answer: Answer, secret: str, words: Words) -> ProviderError:
    """Only an answer that certainly created nothing is a refusal; every doubt is Unknown."""
    found = read_document(answer, secret)
    if words.is_temporary(found):
        return Retryable(words.meaning(found.code, found.status), retry_after=found.retry_after, **found.words)
    if found.status in _AMBIGUOUS_CLIENT_ERRORS or not 400 <= found.status < 500:
        meaning = english(
            "The gateway answered with an error (HTTP %(status)s) that leaves open whether work began.",
            status=found.status,
        )
        return Unknown(meaning, advice=MAY_BE_CHARGED, **found.words)
    if words.is_about_the_key(found):
        return BadKey(words.meaning(found.code, found.status), advice=ASK_ADMIN, **found.words)
    advice = mask(plain(words.advice(found.code, found.status, found.hints)), secret)
    return Refused(words.meaning(found.code, found.status), advice=advice, **found.words)


def read_error(answer: Answer, secret: str, words: Words) -> ProviderError:
    """Reading decides nothing about the work: whatever is not about the key is tried again."""
    found = read_document(answer, secret)
    if found.status in (404, 410):
        meaning = english("The gateway does not know this task (yet), or it belongs to another key.")
        return NotFound(meaning, retry_after=found.retry_after, **found.words)
    if found.status in (401, 403):
        meaning = words.meaning(found.code, found.status)
        return BadKey(meaning, advice=ASK_ADMIN, **found.words)
    meaning = english(
        "The gateway could not tell how the task stands (HTTP %(status)s). It is asked again.", status=found.status
    )
    return Retryable(meaning, retry_after=found.retry_after, **found.words)


def unreadable_create(answer: Answer, secret: str) -> Unknown:
    meaning = english("The gateway accepted the request, but its answer names no task, so the take cannot be followed.")
    # Read as plain text, where some write each slash of an address with a backslash.
    said = mask(plain(answer.text()).replace("\\/", "/"), secret)[:LONGEST_SAID]
    return Unknown(meaning, advice=MAY_BE_CHARGED, said=said, status=answer.status, code="unreadable_answer")


def unreadable_read(answer: Answer) -> Retryable:
    meaning = english("The gateway's answer about the task was not readable. It is asked again.")
    return Retryable(meaning, status=answer.status, code="unreadable_answer")


def _wait(answer: Answer, hints: Mapping[str, Any]) -> float | None:
    by_header = answer.retry_after()
    by_body = hints.get("retry_after")
    if by_header is None and isinstance(by_body, int | float) and not isinstance(by_body, bool):
        return min(max(float(by_body), 0.0), LONGEST_WAIT_SECONDS)
    return by_header
