"""What TokenLab's error codes mean for a person and what to do about them. Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.lib.english import english
from studio.providers import traps
from studio.providers.wording import listed

TOP_UP = english("Ask an admin to top up the account.")
CHANGE_REQUEST = english("Change what the gateway names and render again.")

_MEANINGS = {
    "invalid_request_error": english("The gateway refused the request as it stands; nothing was started."),
    "model_not_found": english("The gateway does not know this model; nothing was started."),
    "context_length_exceeded": english("The prompt is too long for this model; nothing was started."),
    "insufficient_balance": english(
        "The account at the gateway has too little money for this take; nothing was started."
    ),
    "quota_exceeded": english("The account's quota at the gateway is used up; nothing was started."),
    "invalid_api_key": english("The gateway does not accept the key."),
    "expired_api_key": english("The key has expired."),
    "unauthorized": english("The gateway does not accept the key."),
    "permission_error": english("The key has no right to do this."),
    "model_not_allowed": english("The key may not use this model; nothing was started."),
    "task_not_owned": english("The task belongs to another key."),
    "payload_too_large": english("The request is too large for the gateway; nothing was started."),
    "rate_limit_exceeded": english("The gateway asks for a pause: too many requests with this key."),
    "seedance_material_preparing": english("The gateway is still preparing a reference."),
    "delivery_tier_unavailable": english("The gateway has no capacity of the wanted kind right now."),
}
_BY_STATUS = {
    401: english("The gateway does not accept the key."),
    402: english("The account at the gateway has too little money for this take; nothing was started."),
    403: english("The gateway does not allow this; nothing was started."),
    404: english("The gateway does not know what was asked for; nothing was started."),
    413: english("The request is too large for the gateway; nothing was started."),
    429: english("The gateway asks for a pause: too many requests with this key."),
}
_HINTS = {
    "allowed_resolutions": english("Resolutions allowed"),
    "allowed_durations": english("Lengths allowed, in seconds"),
    "allowed_aspect_ratios": english("Ratios allowed"),
    "supported_operations": english("Operations offered"),
    "suggestions": english("Suggested instead"),
}


def meaning_for(code: str, status: int) -> str:
    default = english("The gateway refused the request; nothing was started.")
    return _MEANINGS.get(code) or _BY_STATUS.get(status, default)


def advice_for(code: str, status: int, hints: Mapping[str, Any]) -> str:
    """The gateway's own hints first, as they are newer than any record of ours."""
    if status == 402:
        return f"{TOP_UP}{_money(hints)}"
    if code == "model_not_allowed":
        return english("Choose another model, or ask an admin to allow this one for the key.")
    trap = traps.trap_of(code, str(hints.get("message", "")))
    if trap is not None:
        return f"{traps.meaning(trap)} {traps.advice(trap)}"
    told = [f"{label}: {_values(hints[name])}." for name, label in _HINTS.items() if _values(hints.get(name))]
    if isinstance(hints.get("prompt_max_characters"), int):
        told.append(english("The prompt may have %(number)s characters.", number=hints["prompt_max_characters"]))
    if isinstance(hints.get("hint"), str):
        told.append(hints["hint"])
    return " ".join(told) or CHANGE_REQUEST


def _money(hints: Mapping[str, Any]) -> str:
    parts = []
    for name, label in (
        ("balance_usd", english("Balance %(sum)s")),
        ("estimated_cost_usd", english("needed about %(sum)s")),
    ):
        if isinstance(hints.get(name), int | float | str):
            parts.append(label % {"sum": f"${hints[name]}"})
    return f" {', '.join(parts)}." if parts else ""


def _values(found: Any) -> str:
    if not isinstance(found, list):
        return ""
    return listed([str(item)[:60] for item in found[:20] if isinstance(item, str | int)], "or")
