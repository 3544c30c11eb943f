"""Words and sorting for gateways that publish no error codes: judged by the HTTP status and little else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from studio.lib.english import english
from studio.providers import traps
from studio.providers.reading import text
from studio.providers.refusals import ErrorDocument, Words

CHANGE_REQUEST = english("Change what the gateway names and render again.")

_MEANINGS = {
    401: english("The gateway does not accept the key."),
    402: english("The account at the gateway has too little balance for this take; nothing was started."),
    403: english("The gateway does not allow this; nothing was started."),
    404: english("The gateway does not know what was asked for; nothing was started."),
    413: english("The request is too large for the gateway; nothing was started."),
    429: english("The gateway asks for a pause: too many requests with this key."),
}
_ADVICE = {
    402: english("Ask an admin to top up the account."),
    403: english("Choose another model, or ask an admin what this key may do."),
    404: english("Ask an admin to check the base URL of this key."),
    413: english("Use fewer or smaller references."),
}
_ABOUT_A_KEY = re.compile(r"(?i)(?<![a-z])key(?![a-z])|unauthori[sz]ed|unauthenticated")


def meaning_for(code: str, status: int) -> str:
    return _MEANINGS.get(status, english("The gateway refused the request; nothing was started."))


def advice_for(code: str, status: int, hints: Mapping[str, Any]) -> str:
    """A known trap has its own way out, which helps more than the general one."""
    trap = traps.trap_of(code, text(hints.get("message")))
    if trap is not None:
        return f"{traps.meaning(trap)} {traps.advice(trap)}"
    return _ADVICE.get(status, CHANGE_REQUEST)


def is_about_the_key(found: ErrorDocument) -> bool:
    """A 403 may as well be about the prompt or the model, so it has to speak of the key."""
    return found.status == 401 or (found.status == 403 and bool(_ABOUT_A_KEY.search(f"{found.code} {found.said}")))


WORDS = Words(meaning_for, advice_for, is_about_the_key=is_about_the_key)
