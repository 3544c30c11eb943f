"""The door for a request from the shell: the cheapest that can do it, within the gateway and key that were named."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from studio.choices import Operation
from studio.models import Project, ProviderKey
from studio.providers import registry
from studio.providers.merging import merged
from studio.services import budgets
from studio.services.doors import Door, Offer, choose, doors, keys_of, offers_of
from studio.services.requests import build_request
from studio.services.shell import ShellInput, shell_choice


def shell_door(
    *,
    project: Project,
    provider: str,
    label: str,
    model: str,
    operation: Operation,
    prompt: str,
    settings: Sequence[str],
    inputs: ShellInput,
    takes: int,
) -> tuple[Door, str]:
    """The door and why it is this one, even where it cannot do the request: asking for it then says what is wrong.

    Raises ValidationError when nothing of that name is here.
    """
    keys = _keys(project, provider, label)
    offers = _offers(keys, model, is_narrowed=bool(provider or label))
    request = build_request(
        shell_choice(
            capability=merged([offer.capability for offer in offers]),
            operation=operation,
            prompt=prompt,
            settings=settings,
            inputs=inputs,
        )
    )
    limits = budgets.limits_of(budgets.binding(project_id=project.pk, person_id=None))
    ranked = doors(offers=offers, request=request, source_take=inputs.source_take, takes=takes, budgets=limits)
    door, reason = choose(ranked, keys[0] if label else None)
    if door is None:
        raise ValidationError(f"The key “{label}” does not offer “{model}”.")
    return door, reason


def _keys(project: Project, provider: str, label: str) -> list[ProviderKey]:
    usable = [key for key in keys_of(project) if key.paused_at is None and provider in {"", key.provider}]
    keys = [key for key in usable if label in {"", key.label}]
    if not keys:
        which = f"with the label “{label}” " if label else ""
        gateway = f"{provider} " if provider else ""
        raise ValidationError(f"There is no usable {gateway}key {which}here. An admin adds one with manage.py addkey.")
    if label and len(keys) > 1:
        raise ValidationError(f"Several gateways have a key “{label}”: say which with --provider.")
    return keys


def _offers(keys: Sequence[ProviderKey], model: str, *, is_narrowed: bool) -> list[Offer]:
    wanted = registry.studio_model_of(model)
    every = offers_of(keys)
    offers = [offer for offer in every if offer.capability.studio_model == wanted]
    if not offers:
        names = {offer.capability.studio_model: offer.capability.name for offer in every}
        known = ", ".join(names.values()) or "none"
        if is_narrowed:
            raise ValidationError(f"{_who_lacks(keys[0].provider, wanted)} “{model}”; it has {known}.")
        raise ValidationError(f"There is no model “{model}” here. Known: {known}.")
    return offers


def _who_lacks(provider: str, wanted: str) -> str:
    """The gateway, or merely its keys here, where a key's way in keeps it from what the gateway has."""
    gateway = registry.get(provider)
    has_it = any(item.studio_model == wanted for item in gateway.capabilities)
    return f"What may be used of {gateway.name} here has no model" if has_it else f"{gateway.name} has no model"
