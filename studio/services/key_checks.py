"""Checks of keys: asking for one, and keeping what it has shown. The call itself is `jobs/verify_key.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.masking import mask
from studio.models import ProviderKey
from studio.providers import registry
from studio.providers.answers import KeyReport, KeyVerdict
from studio.services import audit, keys
from studio.services.audit import Actor
from studio.services.key_limits import lock
from studio.services.key_rows import require_gateway, subject_of
from studio.services.queue import enqueue

UNREACHABLE = "unreachable"
STATES = {KeyVerdict.ACCEPTED: "good", KeyVerdict.REFUSED: "bad", KeyVerdict.UNCLEAR: "open"}
STILL_PAUSED = english("The gateway accepts the key again. It is still paused: resume it, and what waits goes on.")


def doubt(*, provider: str, secret: str) -> str:
    """What to say of a secret that does not begin as the gateway's keys do; it may be one all the same."""
    gateway = registry.get(provider)
    if secret.strip().startswith(gateway.key_hint.partition("…")[0]):
        return ""
    return english(
        "This does not look like a %(gateway)s key (%(key_hint)s). Use Check key to be sure.",
        gateway=gateway.name,
        key_hint=gateway.key_hint,
    )


def ask(*, key: ProviderKey, actor: Actor) -> None:
    """Have a worker try the key with a harmless call. Raises ValidationError."""
    with transaction.atomic():
        found = lock(key_id=key.pk)
        if found.deleted_at is not None:
            raise ValidationError(_(keys.GONE))
        require_gateway(found)
        ProviderKey.objects.filter(pk=key.pk).update(check_asked_at=now())
        audit.record(actor=actor, act="key-check", subject=subject_of(found), detail=found.hint, key=found)
        enqueue("studio.jobs.verify_key.verify_key", key.pk)


def record_result(*, key: ProviderKey, report: KeyReport, references: Sequence[Mapping[str, str]]) -> bool:
    """Keep what the gateway said of `key`, as it was when it was asked; a refused one is paused.

    False when the key was replaced meanwhile: then this says nothing of the one there is.
    """
    with transaction.atomic():
        found = lock(key_id=key.pk)
        if not _is_same(found, key):
            return False
        lines = [{"state": STATES[report.verdict], "text": _words(report.meaning, report.said)}]
        if report.verdict == KeyVerdict.ACCEPTED and found.paused_by_studio:
            lines.append({"state": "open", "text": STILL_PAUSED})
        result = {
            "verdict": str(report.verdict),
            "lines": [*lines, *map(dict, references)],
            "balance": None if report.balance is None else f"{report.balance:f}",
            "currency": report.currency or found.currency,
        }
        changes: dict[str, Any] = {"check_result": result, "checked_at": now()}
        if report.verdict == KeyVerdict.ACCEPTED:
            changes["live"] = dict(report.live)
        ProviderKey.objects.filter(pk=key.pk).update(**changes)
        if report.verdict == KeyVerdict.REFUSED:
            keys.pause_refused(key=found, said=report.said, meaning=report.meaning)
        return True


def record_unreachable(
    *, key: ProviderKey, meaning: str, said: str = "", references: Sequence[Mapping[str, str]] = ()
) -> bool:
    """The gateway could not be asked, which says nothing about the key; False as above."""
    with transaction.atomic():
        found = lock(key_id=key.pk)
        if not _is_same(found, key):
            return False
        line = {"state": "open", "text": _words(meaning, said)}
        result = {
            "verdict": UNREACHABLE,
            "lines": [line, *map(dict, references)],
            "balance": None,
            "currency": found.currency,
        }
        ProviderKey.objects.filter(pk=key.pk).update(check_result=result, checked_at=now())
        return True


def _is_same(found: ProviderKey, asked: ProviderKey) -> bool:
    return found.deleted_at is None and found.version == asked.version


def _words(meaning: str, said: str) -> str:
    return mask(english("%(meaning)s The gateway said: “%(said)s”", meaning=meaning, said=said) if said else meaning)[
        :1000
    ]
