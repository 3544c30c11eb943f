"""What Ark's error codes mean for a person and what to do about them, and which are about the key. Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.lib.english import english
from studio.providers import traps
from studio.providers.reading import text
from studio.providers.refusals import ErrorDocument, Words

CHANGE_REQUEST = english("Change what the gateway names and render again.")
REWORD = english("Say it differently and render again.")

# By the beginning of the code, since many have an ending after a dot; the longer ones stand first.
_MEANINGS = {
    "MissingParameter": english("The gateway misses something in the request; nothing was started."),
    "InvalidParameter": english("The gateway refused the request as it stands; nothing was started."),
    "InputTextSensitiveContentDetected": english("The gateway's moderation refused the prompt; nothing was started."),
    "InputImageSensitiveContentDetected": english(
        "The gateway's moderation refused a reference image; nothing was started."
    ),
    "InputVideoSensitiveContentDetected": english(
        "The gateway's moderation refused a reference video; nothing was started."
    ),
    "InputAudioSensitiveContentDetected": english(
        "The gateway's moderation refused a reference audio file; nothing was started."
    ),
    "SensitiveContentDetected": english("The gateway's moderation refused the request; nothing was started."),
    "OutputVideoSensitiveContentDetected": english("The gateway's moderation refused the finished picture."),
    "OutputAudioSensitiveContentDetected": english("The gateway's moderation refused the finished sound."),
    "AuthenticationError": english("The gateway does not accept the key."),
    "AccountOverdueError": english("The account at the gateway has a bill to pay first; nothing was started."),
    "AccessDenied": english("The key has no right to do this."),
    "InvalidEndpointOrModel": english(
        "The gateway does not know this model, or has not opened it for the key; nothing was started."
    ),
    "InvalidEndpoint": english("The gateway has closed this model or does not know it; nothing was started."),
    "RateLimitExceeded": english("The gateway asks for a pause: too many requests with this key."),
    "QuotaExceeded": english("The account's quota at the gateway is used up; nothing was started."),
}
_BY_STATUS = {
    401: english("The gateway does not accept the key."),
    403: english("The gateway does not allow this; nothing was started."),
    404: english("The gateway does not know what was asked for; nothing was started."),
    413: english("The request is too large for the gateway; nothing was started."),
    429: english("The gateway asks for a pause: too many requests with this key."),
}
_CHANCE = english("Moderation of finished work is partly chance: render again, or change the prompt.")
_ADVICE = {
    "InputTextSensitiveContentDetected": REWORD,
    "InputImageSensitiveContentDetected": english("Use another image and render again."),
    "InputVideoSensitiveContentDetected": english("Use another video and render again."),
    "InputAudioSensitiveContentDetected": english("Use another audio file and render again."),
    "SensitiveContentDetected": english("Change the prompt or the references and render again."),
    "OutputVideoSensitiveContentDetected": _CHANCE,
    "OutputAudioSensitiveContentDetected": traps.advice(traps.Trap.SOUND_REFUSED),
    "AccountOverdueError": english("Ask an admin to settle the account at the gateway."),
    "InvalidEndpoint": english("Choose another model, or ask an admin to open this one at the gateway."),
    "QuotaExceeded": english("Wait for takes in the gateway's queue to end, or ask an admin to raise the quota."),
}


def meaning_for(code: str, status: int) -> str:
    known = _by_beginning(_MEANINGS, code)
    return known or _BY_STATUS.get(status, english("The gateway refused the request; nothing was started."))


def advice_for(code: str, status: int, hints: Mapping[str, Any]) -> str:
    """A known trap has its own way out, which helps more than the general one."""
    trap = traps.trap_of(code, text(hints.get("message")))
    if trap is not None:
        return f"{traps.meaning(trap)} {traps.advice(trap)}"
    return _by_beginning(_ADVICE, code) or CHANGE_REQUEST


def is_temporary(found: ErrorDocument) -> bool:
    """A quota is no pause: it does not come back by waiting a moment."""
    return found.status == 429 and not found.code.startswith("QuotaExceeded")


def is_about_the_key(found: ErrorDocument) -> bool:
    return found.status == 401 or (found.status == 403 and found.code.startswith("AccessDenied"))


def knows(code: str) -> bool:
    return bool(_by_beginning(_MEANINGS, code))


def _by_beginning(words: Mapping[str, str], code: str) -> str:
    return next((said for beginning, said in words.items() if code.startswith(beginning)), "")


WORDS = Words(meaning_for, advice_for, is_temporary, is_about_the_key)
