"""The next gateway after a definite no: a new take of its own, where the project allows it and the price was shown.

Never after anything uncertain, and never for what the studio itself did not send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from studio.choices import AttemptOutcome, Lineage, RenderState
from studio.models import ProviderKey, Render
from studio.providers import registry
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.services.queue import ensure_tracker
from studio.services.requests import find_problems, offered_with
from studio.services.storing import Order, Origin, closed_now, store_render

# Of all attempts of a render that may be tried elsewhere.
SURE_OUTCOMES = {AttemptOutcome.REFUSED, AttemptOutcome.NOT_SENT}
_SWITCHES = UUID("4f0b7a53-1f0e-4f5d-9d0f-6a6f0c6f3a52")


def try_next(*, render: Render) -> Render | None:
    """Ask for a refused take at the next of its fallbacks that can still do exactly this at the price shown.

    Call it in the transaction that records the refusal. Twice is once; None when it is not tried anywhere.
    """
    render = Render.objects.select_related("project", "asked_by", "prompt_version", "source_take").get(pk=render.pk)
    if not render.fallbacks or not _is_wanted(render) or not _is_certain(render):
        return None
    submission = uuid5(_SWITCHES, f"{render.submission}")
    made = Render.objects.filter(project=render.project_id, submission=submission, take_number=render.take_number)
    if found := made.first():
        return found
    for place, fallback in enumerate(render.fallbacks):
        order = _order(render, fallback, submission, render.fallbacks[place + 1 :])
        if order is not None and not closed_now(order=order, takes=1):
            ensure_tracker()
            return store_render(order=order, take_number=render.take_number)
    return None


def _is_wanted(render: Render) -> bool:
    project = render.project
    return project.tries_next_gateway and project.archived_at is None and render.cancel_asked_at is None


def _is_certain(render: Render) -> bool:
    """A gateway itself said no, and there never was a moment in which it might have begun."""
    outcomes = set(render.attempts.values_list("outcome", flat=True))
    was_sure = outcomes <= SURE_OUTCOMES and AttemptOutcome.REFUSED in outcomes
    was_open = render.events.filter(to_state=RenderState.UNCONFIRMED).exists()
    return render.state == RenderState.REFUSED and was_sure and not was_open


def _order(
    render: Render, fallback: Mapping[str, Any], submission: UUID, further: list[dict[str, Any]]
) -> Order | None:
    """The same request at this fallback's key, or None where that cannot be done as it was shown."""
    keys = ProviderKey.objects.usable().for_project(render.project).defer("secret", "management_secret")
    key = keys.filter(pk=fallback["key"]).first()
    request = _request_for(render, key) if key is not None else None
    if key is None or request is None or not _costs_no_more(registry.get(key.provider).estimate(request), fallback):
        return None
    return Order(
        project=render.project,
        asked_by=render.asked_by,
        key=key,
        request=request,
        submission=submission,
        origin=Origin(prompt_version=render.prompt_version, parent=render, lineage=Lineage.SWITCH),
        door_reason=_reason(render),
        fallbacks=further,
    )


def _request_for(render: Render, key: ProviderKey) -> RenderRequest | None:
    """Made out to the same model as this key offers it, if it can do all of it."""
    asked = RenderRequest.from_json(render.spec)
    model = registry.studio_model_of(f"{asked.provider}:{asked.model}")
    for record in registry.get(key.provider).capabilities:
        capability = offered_with(key=key, record=record)
        if capability is None or capability.studio_model != model:
            continue
        request = replace(asked, provider=capability.provider, model=capability.model)
        if not find_problems(capability=capability, request=request, key=key, source_take=render.source_take):
            return request
    return None


def _costs_no_more(estimate: Estimate, fallback: Mapping[str, Any]) -> bool:
    known = estimate.amount is not None and estimate.currency == fallback["currency"]
    return known and (estimate.amount or Decimal(0)) <= Decimal(fallback["estimate"])


def _reason(render: Render) -> str:
    said = (render.error_said or render.error_meaning).strip().rstrip(".")
    words = f" ({said[:200]})" if said else ""
    return f"{registry.get(render.provider).name} refused it{words}; tried here next."
