"""Which of TokenLab's error answers mean "later", and which are about the key. The sorting itself is shared."""

from __future__ import annotations

from studio.providers.refusals import ErrorDocument, Words
from studio.providers.tokenlab.advice import advice_for, meaning_for

_KEY_RIGHTS = ("permission_error", "unauthorized", "invalid_api_key", "expired_api_key")


def _is_temporary(found: ErrorDocument) -> bool:
    """The three answers that are documented as "nothing was made, come back later"."""
    if found.status == 503:
        return found.code == "delivery_tier_unavailable" and found.hints.get("retryable") is True
    return found.status == 429 or (found.status == 409 and found.code == "seedance_material_preparing")


def _is_about_the_key(found: ErrorDocument) -> bool:
    return found.status == 401 or (found.status == 403 and found.code in _KEY_RIGHTS)


WORDS = Words(meaning_for, advice_for, _is_temporary, _is_about_the_key)
