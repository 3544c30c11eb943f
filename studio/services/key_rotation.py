"""Replacing a key's secret: from then on all new work uses the new one, and what is under way keeps the old one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.choices import ENDED
from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.masking import hint
from studio.models import Attempt, ProviderKey, RetiredSecret
from studio.models.encryption import UnreadableSecret
from studio.providers import registry
from studio.services import audit, key_waiting
from studio.services.audit import Actor
from studio.services.key_fields import checked_address, checked_management_secret, checked_secret, require_apart
from studio.services.key_rows import subject_of
from studio.services.key_secrets import OPEN_OUTCOMES
from studio.services.keys import GONE

# What was found out with the old secret says nothing of the new one.
UNCHECKED: dict[str, Any] = {"check_asked_at": None, "checked_at": None, "check_result": {}, "live": {}}
FREE: dict[str, Any] = {"paused_at": None, "pause_reason": "", "paused_by_studio": False}

_AT_ADDRESS = english("Now %(hint)s for %(address)s")
_ON_ROUTE = english("Now %(hint)s for %(address)s by %(route)s")


def rotate(
    *,
    key: ProviderKey,
    actor: Actor,
    secret: str,
    base_url: str | None = None,
    route: str | None = None,
    management_secret: str | None = None,
) -> None:
    """Put `secret` in the place of the old one; with it, and only with it, may the address or route change.

    None keeps what there is. A pause by the studio ends, one by a person stays. Raises ValidationError.
    """
    secret = checked_secret(secret)
    wanted = key.base_url if base_url is None else base_url, key.route if route is None else route
    address, chosen = checked_address(key.provider, *wanted)
    require_apart(secret, management_secret or "", words=(key.label, address))
    with transaction.atomic():
        # With its secrets, and held: whatever claims a take for sending waits, and sees the new version then.
        found = ProviderKey.objects.select_for_update(no_key=True).get(pk=key.pk)
        if found.deleted_at is not None:
            raise ValidationError(_(GONE))
        changes = _changes(found, address, chosen, management_secret)
        _keep_for_open_work(found, same_address=address == found.base_url)
        # Assigned to the row, not to the query: the text is encrypted there and stays out of every statement.
        for name, value in (changes | {"secret": secret, "hint": hint(secret)}).items():
            setattr(found, name, value)
        found.save()
        audit.record(
            actor=actor,
            act="key-rotate",
            subject=subject_of(found),
            detail=(_ON_ROUTE if route else _AT_ADDRESS) % {"hint": found.hint, "address": address, "route": chosen},
            key=found,
        )
        if found.paused_at is None:
            key_waiting.send(key=found)
        key_waiting.look_at_running(key=found)
    _copy(found, key)


def _copy(found: ProviderKey, key: ProviderKey) -> None:
    """Row to row: read by name, a secret would be decrypted, and one of them may be unreadable."""
    key.__dict__.update({field.attname: found.__dict__[field.attname] for field in found._meta.concrete_fields})


def _changes(key: ProviderKey, address: str, route: str, management_secret: str | None) -> dict[str, Any]:
    currency = registry.get(key.provider).currency_of(address, route)
    if currency != key.currency and key.monthly_cap is not None:
        raise ValidationError(
            _(
                "The cap of this key is in %(currency)s, and there it would be billed in %(other)s. "
                "Take the cap away first, and set a new one afterwards."
            )
            % {"currency": key.currency, "other": currency}
        )
    changes = {"base_url": address, "route": route, "currency": currency, "version": key.version + 1}
    if management_secret is not None:
        changes["management_secret"] = checked_management_secret(key.provider, management_secret)
    elif address != key.base_url:
        # It was given for the old address, and no secret moves along to another one.
        changes["management_secret"] = ""
    return changes | UNCHECKED | {"rotated_at": now()} | (FREE if key.paused_by_studio else {})


def _keep_for_open_work(key: ProviderKey, *, same_address: bool) -> None:
    open_work = Attempt.objects.filter(key=key, retired=None, outcome__in=OPEN_OUTCOMES)
    ids = list(open_work.exclude(render__state__in=ENDED).values_list("pk", flat=True))
    if same_address and not _is_readable(key):
        # Asked about with the new secret from now on; but a replay with another one would be a second paid task.
        Attempt.objects.filter(pk__in=ids).update(sent_body="")
        return
    if not ids:
        return
    # The token as it lies in the row: what cannot be read now may be readable again later.
    kept = RetiredSecret(key=key, base_url=key.base_url, hint=key.hint)
    kept.__dict__["secret"] = key.__dict__["secret"]
    kept.save()
    Attempt.objects.filter(pk__in=ids).update(retired=kept)


def _is_readable(key: ProviderKey) -> bool:
    try:
        return bool(key.secret)
    except UnreadableSecret:
        return False
