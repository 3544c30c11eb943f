"""Gateway keys: adding, naming, pausing, limiting and deleting them.

Replacing a secret is `key_rotation`, what a key may do now `key_limits`, its check `key_checks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from studio.choices import LIVE, RenderState
from studio.lib.clock import now
from studio.lib.masking import hint, holds, mask
from studio.models import Project, ProviderKey, Render, RetiredSecret
from studio.providers import registry
from studio.providers.addresses import UnsafeAddress, checked_base_url
from studio.providers.provider import Provider
from studio.services import audit, happenings, key_waiting
from studio.services.audit import STUDIO, Actor
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
GONE = "This key was deleted meanwhile."


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
        _note(actor, "key-add", key, f"{key.hint} for {key.base_url}")
    return key


def checked_label(label: str) -> str:
    """The name without spaces around it; raises ValidationError."""
    label = label.strip()
    if not 0 < len(label) <= 80:
        raise ValidationError("Give the key a label of 1 to 80 characters.")
    # Everybody reads the label. Keys have digits; “mt-everest” is a name.
    if mask(label) != label and any(character.isdigit() for character in label):
        raise ValidationError("That looks like a key, and everybody reads the label. Give the key a plain name.")
    return label


def checked_secret(secret: str) -> str:
    """The secret as it can be sent; raises ValidationError in words that do not repeat it."""
    secret = secret.strip()
    if len(secret) < 8 or any(character.isspace() for character in secret):
        raise ValidationError("That is not a key: it is too short, or has spaces in it.")
    if not secret.isascii() or not secret.isprintable():
        raise ValidationError("That is not a key: it has characters in it that no key has.")
    return secret


def require_apart(*secrets: str, words: Sequence[str]) -> None:
    """What everybody may read holds none of the secrets; raises ValidationError in words that do not repeat them."""
    if any(holds(word, secret) for word in words for secret in secrets):
        raise ValidationError("The label or the base URL holds the key itself. A key belongs into its own field only.")


def checked_management_secret(provider: str, secret: str) -> str:
    """The token for reading a balance, where the gateway has one; raises ValidationError."""
    if not secret.strip():
        return ""
    if not registry.get(provider).has_balance_token:
        raise ValidationError(f"{registry.get(provider).name} has no token for reading the balance. Leave it empty.")
    return checked_secret(secret)


def checked_address(provider: str, base_url: str, route: str) -> tuple[str, str]:
    """The base URL (the gateway's own by default) and route as they are stored; raises ValidationError."""
    if provider not in registry.PROVIDERS:
        raise ValidationError(f"There is no gateway “{provider}”. Known: {', '.join(registry.PROVIDERS)}.")
    gateway = registry.get(provider)
    routes = {each.value: each for each in gateway.routes}
    route = route or _route_of_host(gateway, base_url or gateway.base_url)
    if route and route not in routes:
        known = f"Known: {', '.join(routes)}." if routes else "It has only one: leave it empty."
        raise ValidationError(f"{gateway.name} has no route “{route}”. {known}")
    own = (routes[route].base_url if route else "") or gateway.base_url
    try:
        checked = checked_base_url(base_url or own, allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)
    except UnsafeAddress as error:
        raise ValidationError(str(error)) from None
    return checked, route


def _route_of_host(gateway: Provider, base_url: str) -> str:
    """The route that is known by its host; elsewhere none is named, and the gateway's first or any will do."""
    host = urlsplit(base_url).hostname
    return next((each.value for each in gateway.routes if urlsplit(each.base_url).hostname == host), "")


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
        _note(actor, "key-rename", found, f"Now “{mask(label)}”")
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
    reason = mask(f"{meaning} The gateway said: “{said}”" if said else meaning)
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
        counted = [
            f"{number} {'take' if number == 1 else 'takes'} {words}"
            for number, words in ((live, "still under way"), (unconfirmed, "unconfirmed"))
            if number
        ]
        raise ValidationError(
            f"There is work with this key: {' and '.join(counted)}. "
            "Pause it instead, and delete it when that has ended and is settled."
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
        names = ", ".join(sorted(project.name for project in projects)) or "every project"
        told = [
            "no cap" if monthly_cap is None else f"{monthly_cap:f} {found.currency} a month",
            "no limit at once" if max_running is None else f"{max_running} at once",
            "no limit a minute" if per_minute is None else f"{per_minute} a minute",
        ]
        _note(actor, "key-limits", found, f"{', '.join(told)}; {names}")
    _read_again(key)


def _require_sensible(monthly_cap: Decimal | None, max_running: int | None, per_minute: int | None) -> None:
    # A cap of nothing is one: it stops spending. No place at all would only make takes wait for ever.
    if monthly_cap is not None and not 0 <= monthly_cap < Decimal(10) ** 12:
        raise ValidationError("The monthly cap is a sum of 0 or more.")
    for number in (max_running, per_minute):
        if number is not None and not 1 <= number <= 10_000:
            raise ValidationError("A limit is a number from 1 to 10000; leave it empty for none, or pause the key.")


def paused_by_studio() -> list[ProviderKey]:
    """The keys that a gateway refused and nobody has seen to yet, without their secrets."""
    return list(ProviderKey.objects.present().filter(paused_by_studio=True).defer(*SECRETS))


def _present(key: ProviderKey) -> ProviderKey:
    found = lock(key_id=key.pk)
    if found.deleted_at is not None:
        raise ValidationError(GONE)
    return found


def _read_again(key: ProviderKey) -> None:
    key.refresh_from_db(fields=["paused_at", "pause_reason", "paused_by_studio", "monthly_cap", "max_running"])
    key.refresh_from_db(fields=["per_minute", "label"])


def _require_free_label(provider: str, label: str) -> None:
    if ProviderKey.objects.present().filter(provider=provider, label=label).exists():
        raise _taken(provider, label)


def _taken(provider: str, label: str) -> ValidationError:
    return ValidationError(f"There already is a key for {gateway_name(provider)} with the label “{label}”.")


def _note(actor: Actor, act: str, key: ProviderKey, detail: str = "") -> None:
    audit.record(actor=actor, act=act, subject=subject_of(key), detail=detail, key=key)
