"""Gateway keys: adding, naming, pausing, limiting and deleting them.

Replacing a secret is `key_rotation`, what a key may do now `key_limits`, its check `key_checks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.choices import LIVE, RenderState
from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.masking import hint, mask
from studio.models import Project, ProviderKey, Render, RetiredSecret
from studio.providers import registry
from studio.services import audit, happenings, key_waiting
from studio.services.audit import STUDIO, Actor
from studio.services.key_fields import (
    checked_address,
    checked_label,
    checked_management_secret,
    checked_secret,
    require_apart,
)
from studio.services.key_limits import lock
from studio.services.key_rows import KeyRow, gateway_name, key_list, subject_of

__all__ = [
    "KeyRow",
    "add_key",
    "delete",
    "key_list",
    "pause",
    "pause_refused",
    "paused_by_studio",
    "rename",
    "resume",
    "set_limits",
]

SECRETS = ("secret", "management_secret")
GONE = english("This key was deleted meanwhile.")


def add_key(
    *,
    provider: str,
    label: str,
    base_url: str,
    secret: str,
    actor: Actor = Actor.shell(),  # noqa: B008  (frozen)
    route: str = "",
    management_secret: str = "",
) -> ProviderKey:
    """Store a key, its secrets encrypted; an empty `base_url` is the gateway's own. Raises ValidationError."""
    label, secret = checked_label(label), checked_secret(secret)
    management_secret = checked_management_secret(provider, management_secret)
    address, route = checked_address(provider, base_url, route)
    require_apart(secret, management_secret, words=(label, address))
    with transaction.atomic():
        _require_free_label(provider, label)
        try:
            with transaction.atomic():
                key = ProviderKey.objects.create(
                    provider=provider,
                    label=label,
                    base_url=address,
                    route=route,
                    secret=secret,
                    hint=hint(secret),
                    management_secret=management_secret,
                    currency=registry.get(provider).currency_of(address, route),
                    created_by=actor.user,
                )
        except IntegrityError:
            raise _taken(provider, label) from None
        _note(actor, "key-add", key, english("%(hint)s for %(address)s", hint=key.hint, address=key.base_url))
    return key


def rename(*, key: ProviderKey, label: str, actor: Actor) -> None:
    """Give the key another name. Raises ValidationError."""
    label = checked_label(label)
    with transaction.atomic():
        found = _present(key)
        if label == found.label:
            return
        _require_free_label(found.provider, label)
        try:
            with transaction.atomic():
                ProviderKey.objects.filter(pk=key.pk).update(label=label)
        except IntegrityError:
            raise _taken(found.provider, label) from None
        _note(actor, "key-rename", found, english("Now “%(theirs)s”", theirs=mask(label)))
    key.label = label


def pause(*, key: ProviderKey, actor: Actor, reason: str = "") -> None:
    """Send nothing more with it; what waits is told so, what runs is followed. Raises ValidationError."""
    reason = mask(reason.strip())[:300]
    with transaction.atomic():
        found = _present(key)
        # A person's pause takes the place of the studio's own, and not the other way round.
        ProviderKey.objects.filter(pk=key.pk).update(
            paused_at=found.paused_at or now(), pause_reason=reason, paused_by_studio=False
        )
        _note(actor, "key-pause", found, reason)
        _read_again(key)
        key_waiting.hold(key=key)


def pause_refused(*, key: ProviderKey, said: str, meaning: str) -> None:
    """The gateway refused the key: nothing more is sent with it until an admin acts. Paused already, it stays so."""
    reason = mask(english("%(meaning)s The gateway said: “%(said)s”", meaning=meaning, said=said) if said else meaning)
    with transaction.atomic():
        found = lock(key_id=key.pk)
        if found.paused_at is None and found.deleted_at is None:
            ProviderKey.objects.filter(pk=key.pk).update(
                paused_at=now(), pause_reason=reason[:300], paused_by_studio=True
            )
            _note(STUDIO, "key-pause", found, reason)
            paused = lock(key_id=key.pk)
            key_waiting.hold(key=paused)
            happenings.key_paused(key=paused)


def resume(*, key: ProviderKey, actor: Actor) -> None:
    """Render with it again; what waited goes on at once. Raises ValidationError."""
    with transaction.atomic():
        found = _present(key)
        if found.paused_at is None:
            return
        ProviderKey.objects.filter(pk=key.pk).update(paused_at=None, pause_reason="", paused_by_studio=False)
        _note(actor, "key-resume", found)
        _read_again(key)
        key_waiting.send(key=key)
        key_waiting.look_at_running(key=key)


def delete(*, key: ProviderKey, actor: Actor) -> None:
    """Wipe its secrets; the row stays for what was made with it. Raises ValidationError while anything needs it."""
    with transaction.atomic():
        found = _present(key)
        _require_idle(found)
        ProviderKey.objects.filter(pk=key.pk).update(
            secret="", management_secret="", deleted_at=now(), paused_by_studio=False, check_result={}, live={}
        )
        RetiredSecret.objects.filter(key=key.pk).delete()
        _note(actor, "key-delete", found, found.hint)


def _require_idle(key: ProviderKey) -> None:
    made = Render.objects.filter(key=key)
    live, unconfirmed = made.filter(state__in=LIVE).count(), made.filter(state=RenderState.UNCONFIRMED).count()
    if live or unconfirmed:
        under_way = ngettext("%(number)s take still under way", "%(number)s takes still under way", live)
        open_ones = ngettext("%(number)s take unconfirmed", "%(number)s takes unconfirmed", unconfirmed)
        counted = [
            words % {"number": number} for number, words in ((live, under_way), (unconfirmed, open_ones)) if number
        ]
        raise ValidationError(
            _(
                "There is work with this key: %(names)s. Pause it instead, and delete it when that has ended "
                "and is settled."
            )
            % {
                "names": counted[0]
                if len(counted) == 1
                else _("%(first)s and %(last)s") % {"first": counted[0], "last": counted[1]}
            }
        )


def set_limits(
    *,
    key: ProviderKey,
    actor: Actor,
    projects: Sequence[Project],
    monthly_cap: Decimal | None,
    max_running: int | None,
    per_minute: int | None,
) -> None:
    """For whom and how much; no project at all means every project. Raises ValidationError."""
    limits = {"monthly_cap": monthly_cap, "max_running": max_running, "per_minute": per_minute}
    _require_sensible(monthly_cap, max_running, per_minute)
    with transaction.atomic():
        found = _present(key)
        ProviderKey.objects.filter(pk=key.pk).update(**limits)
        key.projects.set(projects)
        names = ", ".join(sorted(project.name for project in projects)) or english("every project")
        told = [
            english("no cap")
            if monthly_cap is None
            else english("%(sum)s a month", sum=f"{monthly_cap:f} {found.currency}"),
            english("no limit at once") if max_running is None else english("%(number)s at once", number=max_running),
            english("no limit a minute") if per_minute is None else english("%(number)s a minute", number=per_minute),
        ]
        _note(actor, "key-limits", found, f"{', '.join(told)}; {names}")
    _read_again(key)


def _require_sensible(monthly_cap: Decimal | None, max_running: int | None, per_minute: int | None) -> None:
    # A cap of nothing is one: it stops spending. No place at all would only make takes wait for ever.
    if monthly_cap is not None and not 0 <= monthly_cap < Decimal(10) ** 12:
        raise ValidationError(_("The monthly cap is a sum of 0 or more."))
    for number in (max_running, per_minute):
        if number is not None and not 1 <= number <= 10_000:
            raise ValidationError(_("A limit is a number from 1 to 10000; leave it empty for none, or pause the key."))


def paused_by_studio() -> list[ProviderKey]:
    """The keys that a gateway refused and nobody has seen to yet, without their secrets; each with `waiting`, the
    number of takes that wait for it."""
    queued = Render.objects.filter(key=OuterRef("pk"), state=RenderState.QUEUED).order_by().values("key")
    waiting = Coalesce(Subquery(queued.annotate(number=Count("pk")).values("number")), 0)
    refused = ProviderKey.objects.present().filter(paused_by_studio=True).annotate(waiting=waiting)
    return list(refused.defer(*SECRETS))


def _present(key: ProviderKey) -> ProviderKey:
    found = lock(key_id=key.pk)
    if found.deleted_at is not None:
        raise ValidationError(_(GONE))
    return found


def _read_again(key: ProviderKey) -> None:
    key.refresh_from_db(fields=["paused_at", "pause_reason", "paused_by_studio", "monthly_cap", "max_running"])
    key.refresh_from_db(fields=["per_minute", "label"])


def _require_free_label(provider: str, label: str) -> None:
    if ProviderKey.objects.present().filter(provider=provider, label=label).exists():
        raise _taken(provider, label)


def _taken(provider: str, label: str) -> ValidationError:
    return ValidationError(
        _("There already is a key for %(gateway_name)s with the label “%(label)s”.")
        % {"gateway_name": gateway_name(provider), "label": label}
    )


def _note(actor: Actor, act: str, key: ProviderKey, detail: str = "") -> None:
    audit.record(actor=actor, act=act, subject=subject_of(key), detail=detail, key=key)
