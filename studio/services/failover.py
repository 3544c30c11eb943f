"""The next gateway after a definite no: a new take of its own, where the project allows it and the price was shown.

Never after anything uncertain, never with content that was refused, and never for what the studio did not send."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from studio.choices import AttemptOutcome, Lineage, RenderState
from studio.lib.english import english
from studio.models import ProviderKey, Render
from studio.providers import registry
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.providers.traps import Trap, trap_of
from studio.services import budget_notices, key_limits, pricing, search_index
from studio.services.queue import ensure_tracker
from studio.services.requests import find_problems, offered_with
from studio.services.storing import Order, Origin, closed_now, store_render

# Of all attempts of a render that may be tried elsewhere.
SURE_OUTCOMES = {AttemptOutcome.REFUSED, AttemptOutcome.NOT_SENT}
# Read widely: content that was refused must not go to another gateway, even if some other refusal stays here for it.
_ABOUT_CONTENT = re.compile(
    r"(?i)(?<!case[- ])sensitive|moderat(ion|ed)|content[ _-]?(policy|filter|safety|violation)|safety|nsfw|copyright"
    r"|(policy|policies|guidelines|terms)[ _]violation|violat\w+ .{0,30}(policy|policies|guidelines|terms|rules)"
    r"|(usage|community|use)[ _]polic|inappropriate|prohibited[ _]content|privacy|敏感|违规|审核"
)
_CONTENT_TRAPS = {Trap.REAL_FACE, Trap.SOUND_REFUSED}
_ABOUT_MONEY = re.compile(
    r"(?i)(insufficient|not enough|too little|out of|run out of|no)[ _](account )?(balance|credits?|funds?|money|quota)"
    r"|overdue|quota.{0,30}(exceeded|used up)|(balance|credits?|funds) (do|does) not cover|bill to pay"
)
_SWITCHES = UUID("4f0b7a53-1f0e-4f5d-9d0f-6a6f0c6f3a52")


def try_next(*, render: Render) -> Render | None:
    """Ask for a refused take at the next of its fallbacks that can still do exactly this at the price shown.

    Call it in the transaction that records the refusal. Twice is once; None when it is not tried anywhere.
    """
    with_it = ("project", "asked_by", "prompt_version", "source_take", "key")
    renders = Render.objects.select_related(*with_it).defer("key__secret", "key__management_secret")
    render = renders.get(pk=render.pk)
    if not render.fallbacks or not _is_wanted(render) or not _is_certain(render) or _is_about_content(render):
        return None
    submission = uuid5(_SWITCHES, f"{render.submission}")
    made = Render.objects.filter(project=render.project_id, submission=submission, take_number=render.take_number)
    if found := made.first():
        return found
    closed = _closed_gateways(render)
    # All at once and in order: taken one after the other, two refusals with the same doors could wait for each other.
    key_limits.lock_all(key_ids=[fallback["key"] for fallback in render.fallbacks])
    for place, fallback in enumerate(render.fallbacks):
        order = _order(render, fallback, submission, closed, render.fallbacks[place + 1 :])
        against = closed_now(order=order, takes=1) if order is not None else None
        if order is not None and against is not None and not against:
            ensure_tracker()
            follower = store_render(order=order, take_number=render.take_number)
            search_index.index(noun="take", numbers=[follower.pk])
            budget_notices.tell_of_press(
                project=render.project, person=render.asked_by, limits=against.limits, amount=against.amount
            )
            return follower
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


def _is_about_content(render: Render) -> bool:
    is_trap = trap_of(render.error_code, render.error_said) in _CONTENT_TRAPS
    return is_trap or _ABOUT_CONTENT.search(f"{render.error_code} {render.error_said}") is not None


def _closed_gateways(render: Render) -> set[str]:
    """Those that refused what was asked in this chain: another of their keys would hear the same.

    An empty account or a used-up quota is the key's own."""
    closed: set[str] = set()
    take: Render | None = render
    while take is not None:
        if not _ABOUT_MONEY.search(f"{take.error_code} {take.error_said} {take.error_meaning}"):
            closed.add(take.provider)
        take = take.parent if take.lineage == Lineage.SWITCH else None
    return closed


def _order(
    render: Render,
    fallback: Mapping[str, Any],
    submission: UUID,
    closed: Collection[str],
    further: list[dict[str, Any]],
) -> Order | None:
    """The same request at this fallback's key, or None where that cannot be done as it was shown."""
    keys = ProviderKey.objects.usable().for_project(render.project).exclude(provider__in=closed)
    key = keys.defer("secret", "management_secret").filter(pk=fallback["key"]).first()
    request = _request_for(render, key) if key is not None else None
    if key is None or request is None or not _costs_no_more(pricing.quote(request), fallback):
        return None
    return Order(
        project=render.project,
        asked_by=render.asked_by,
        key=key,
        request=request,
        submission=submission,
        origin=Origin(
            prompt_version=render.prompt_version, parent=render, lineage=Lineage.SWITCH, answers=render.answers
        ),
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
    sentence = english("%(gateway)s, key “%(key)s”, refused it; tried here next.")
    if said:
        sentence = english("%(gateway)s, key “%(key)s”, refused it (%(theirs)s); tried here next.")
    return sentence % {
        "gateway": registry.get(render.provider).name,
        "key": render.key.label,
        "theirs": said[:200],
    }
