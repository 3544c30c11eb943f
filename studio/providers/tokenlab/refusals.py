"""Which of TokenLab's error answers mean "later", and which are about the key. The sorting itself is shared.

Its own paths and its Ark-shaped ones have codes of their own, which do not overlap, so both are read in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.providers.refusals import ErrorDocument, Words
from studio.providers.tokenlab import advice
from studio.providers.upstream import advice as upstream

_KEY_RIGHTS = ("permission_error", "unauthorized", "invalid_api_key", "expired_api_key")


def _meaning(code: str, status: int) -> str:
    if upstream.knows(code):
        return upstream.meaning_for(code, status)
    return advice.meaning_for(code, status)


def _advice(code: str, status: int, hints: Mapping[str, Any]) -> str:
    if upstream.knows(code):
        return upstream.advice_for(code, status, hints)
    return advice.advice_for(code, status, hints)


def _is_temporary(found: ErrorDocument) -> bool:
    """The three answers that are documented as "nothing was made, come back later"."""
    if found.status == 503:
        return found.code == "delivery_tier_unavailable" and found.hints.get("retryable") is True
    return upstream.is_temporary(found) or (found.status == 409 and found.code == "seedance_material_preparing")


def _is_about_the_key(found: ErrorDocument) -> bool:
    return upstream.is_about_the_key(found) or (found.status == 403 and found.code in _KEY_RIGHTS)


WORDS = Words(_meaning, _advice, _is_temporary, _is_about_the_key)
