"""One take: its page, and what can be asked for from it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from studio import access
from studio.choices import RenderState
from studio.models import Render, RenderEvent
from studio.services import assets, drafts, proofs, renders, second_looks, unconfirmed
from studio.services.renders import Refused
from studio.services.statuses import PROGRESS

HISTORY = 200


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The take's page: player, request, price and history."""
    take = access.render(request, pk)
    cursor = RenderEvent.objects.cursor()
    return render(request, "renders/detail.html", detail_context(request, take) | {"cursor": cursor})


def detail_context(request: HttpRequest, take: Render) -> dict[str, Any]:
    """Everything about one take."""
    siblings = take.project.renders.values_list("pk", flat=True)
    may_spend = access.may(request, take.project, access.WHO_SPENDS)
    return {
        "section": "projects",
        "older": siblings.filter(pk__lt=take.pk).order_by("-pk").first(),
        "newer": siblings.filter(pk__gt=take.pk).order_by("pk").first(),
        "spends_in": {take.project_id} if may_spend else set(),
        "take": take,
        "project": take.project,
        "may_spend": may_spend,
        "is_looked_for": take.state == RenderState.UNCONFIRMED and proofs.is_provable(take),
        "may_look_again": may_spend and second_looks.can_look_again(take),
        "inputs": take.inputs.select_related("asset"),
        "events": take.events.select_related("actor").exclude(reason__endswith=PROGRESS).order_by("-id")[:HISTORY],
        "ledger": take.ledger.all(),
        "children": take.children.in_gallery(),
    }


@login_required
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The take's card alone."""
    return _card(request, access.render(request, pk))


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel it, or ask the gateway to."""
    take = access.render(request, pk, access.WHO_SPENDS)
    try:
        said, level = renders.ask_cancel(render=take, actor=access.person(request)), messages.SUCCESS
    except ValidationError as error:
        said, level = " ".join(error.messages), messages.WARNING
    return _back(request, access.render(request, pk), said, level)


@login_required
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the same again, as new paid work, with `sound=off` silently; pressing twice asks once."""
    take = access.render(request, pk, access.WHO_SPENDS)
    sound = request.POST.get("sound") != "off"
    try:
        again = renders.retry(render=take, asked_by=access.person(request), sound=sound)
    except (Refused, ValidationError) as error:
        return _back(request, take, " ".join(getattr(error, "messages", [str(error)])), messages.ERROR)
    how = "once more" if sound else "once more without sound"
    return _back(request, again, f"Asked for {how}; it is new work with its own price.")


@login_required
@require_POST
def look_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the gateway once more what became of a take that ended and may still be charged."""
    take = access.render(request, pk, access.WHO_SPENDS)
    try:
        second_looks.look_again(render=take, actor=access.person(request))
        messages.success(request, "The gateway is asked once more. Nothing new is paid for.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("render-detail", pk=pk)


@login_required
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what became of a take whose request was never answered: not created, or this task."""
    take = access.render(request, pk, access.WHO_SPENDS)
    user = access.person(request)
    try:
        if request.POST.get("choice") == "adopt":
            unconfirmed.adopt(render=take, actor=user, remote_id=request.POST.get("task_id", ""))
            messages.success(request, "The studio follows that task now.")
        elif request.POST.get("choice") == "release":
            unconfirmed.release(render=take, actor=user)
            messages.success(request, "The money is free again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("render-detail", pk=pk)


@login_required
@require_POST
def reuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill the composer with this take's settings."""
    return _compose_from(request, pk, "")


@login_required
@require_POST
def vary(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill the composer with this take's settings and a new seed, and remember where the variation came from."""
    return _compose_from(request, pk, "vary")


def _compose_from(request: HttpRequest, pk: int, lineage: str) -> HttpResponse:
    take = access.render(request, pk, access.WHO_SPENDS)
    draft = drafts.draft_of(project=take.project, user=access.person(request))
    drafts.use_settings(draft=draft, render=take, lineage=lineage)
    return redirect("project-detail", slug=take.project.slug)


@login_required
@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the composer up to go on from this take."""
    take = access.render(request, pk, access.WHO_SPENDS)
    draft = drafts.draft_of(project=take.project, user=access.person(request))
    drafts.extend(draft=draft, render=take)
    return redirect("project-detail", slug=take.project.slug)


@login_required
@require_POST
def use_last_frame(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the composer up to begin where this take ends."""
    take = access.render(request, pk, access.WHO_SPENDS)
    user = access.person(request)
    try:
        frame = assets.add_last_frame(render=take, created_by=user)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("render-detail", pk=pk)
    draft = drafts.draft_of(project=take.project, user=user)
    drafts.start_from_frame(draft=draft, render=take, frame=frame)
    return redirect("project-detail", slug=take.project.slug)


def _back(request: HttpRequest, take: Render, said: str, level: int = messages.SUCCESS) -> HttpResponse:
    """The card, what was said and a look at what changed, for a card's button; else the page of the take."""
    if not request.htmx:  # type: ignore[attr-defined]
        messages.add_message(request, level, said)
        return redirect("render-detail", pk=take.pk)
    response = _card(request, take)
    toast = {"level": messages.DEFAULT_TAGS[level], "text": said}
    response["HX-Trigger"] = json.dumps({"toast": toast, "takes-changed": True})
    return response


def _card(request: HttpRequest, take: Render) -> HttpResponse:
    may_spend = access.may(request, take.project, access.WHO_SPENDS)
    spends_in = {take.project_id} if may_spend else set()
    return render(request, "renders/_card.html", {"take": take, "spends_in": spends_in})
