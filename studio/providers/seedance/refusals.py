"""Errors that this gateway reports with `success: false`, also under HTTP 200. The sorting by HTTP status is shared."""

from __future__ import annotations

from typing import Any

from studio.lib.english import english
from studio.providers import refusals
from studio.providers.calls import Answer
from studio.providers.errors import BadKey, ProviderError, Refused, Unknown
from studio.providers.failures import MAY_BE_CHARGED
from studio.providers.undocumented import WORDS


def false_success(answer: Answer, secret: str) -> ProviderError | None:
    """What a create's 2xx answer with `success: false` means; None for every other answer.

    Only with an error and without a request id is it certain that nothing was taken."""
    document = _document(answer) if 200 <= answer.status < 300 else {}
    if document.get("success") is not False:
        return None
    found = refusals.read_document(answer, secret)
    if document.get("requestId") or not isinstance(document.get("error"), dict) or not (found.code or found.said):
        meaning = english("The gateway said that it did not succeed, but not clearly that nothing was started.")
        return Unknown(meaning, advice=MAY_BE_CHARGED, **found.words)
    if found.code == "unauthorized" or WORDS.is_about_the_key(found):
        return BadKey(WORDS.meaning(found.code, 401), advice=refusals.ASK_ADMIN, **found.words)
    advice = WORDS.advice(found.code, found.status, found.hints)
    return Refused(WORDS.meaning(found.code, found.status), advice=advice, **found.words)


def _document(answer: Answer) -> dict[str, Any]:
    try:
        return answer.json()
    except ValueError:
        return {}
