"""Whether there is a key to render with, and what is wrong with those there are. No secret is shown, nor its hint."""

from __future__ import annotations

from studio.models import ProviderKey
from studio.models.encryption import UnreadableSecret
from studio.services.health.findings import Finding, ok, problem, warning
from studio.services.key_rows import gateway_name

KEYS_ROOM = "in the keys room"


def present() -> list[Finding]:
    """One line for each key; one query."""
    keys = list(ProviderKey.objects.present())
    if not keys:
        advice = "Add one with `manage.py addkey` or in the keys room."
        return [warning("keys", "There is no key, so nothing can be rendered.", advice)]
    return [_look(key) for key in keys]


def _look(key: ProviderKey) -> Finding:
    check = f"key {gateway_name(key.provider)} “{key.label}”"
    if is_unreadable(key):
        return problem(
            check,
            "Its stored secret cannot be read with the present STUDIO_SECRET_KEYS.",
            f"Put the earlier key back, or rotate the secret {KEYS_ROOM}.",
        )
    if key.paused_at is not None:
        if key.paused_by_studio:
            found = "The gateway refused it, so it is paused and its takes wait."
            return problem(check, found, f"Rotate it {KEYS_ROOM}, check it there, and resume it.")
        return warning(check, "It is paused, and its takes wait.", f"Resume it {KEYS_ROOM} when it may be used again.")
    if key.is_local:
        return ok(check, "It leads to this machine.")
    if key.checked_at is None:
        return warning(check, "It was never checked.", f"Press Check key {KEYS_ROOM}: it costs nothing.")
    verdict = key.check_result.get("verdict", "")
    if verdict != "accepted":
        return warning(check, f"Its last check was not good ({verdict or 'unclear'}).", f"Check it again {KEYS_ROOM}.")
    return ok(check, "The gateway accepted it when it was checked last.")


def is_unreadable(key: ProviderKey) -> bool:
    """Whether its stored secret belongs to none of the present encryption keys."""
    try:
        return not key.secret
    except UnreadableSecret:
        return True
