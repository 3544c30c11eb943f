"""One take: its page, and what can be asked for from it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import RenderState
from studio.forms.confirming import ChargeForm
from studio.models import Attempt, Render, RenderEvent
from studio.services import assets, confirming, drafts, proofs, renders, second_looks
from studio.services.renders import Refused
from studio.services.statuses import PROGRESS
from studio.views.already_asked import already_asked
from studio.views.comments import talk_context
from studio.views.form_pages import form_on, take_page
from studio.views.marks import card_context, marked
from studio.views.player_context import member_urls, player_of
from studio.views.review_panel import review_context
from studio.views.shots import shot_context

HISTORY = 200


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The take's page: player, request, price and history; of a deleted one, where whoever may brings it back."""
    try:
        take = access.render(request, pk)
    except Http404:
        deleted = access.deleted_takes(request, Render.objects.filter(pk=pk)).select_related("project").first()
        if deleted is None:
            raise
        return redirect(f"{reverse('deleted-takes', args=[deleted.project.slug])}#deleted-{pk}")
    cursor = RenderEvent.objects.cursor()
    return render(request, "renders/detail.html", detail_context(request, take) | {"cursor": cursor})


def detail_context(request: HttpRequest, take: Render) -> dict[str, Any]:
    """Everything about one take."""
    marked(request, [take])
    siblings = take.project.renders.present().values_list("pk", flat=True)
    may_spend = access.may(request, take.project, access.WHO_SPENDS)
    return {
        "section": "projects",
        "older": siblings.filter(pk__lt=take.pk).order_by("-pk").first(),
        "newer": siblings.filter(pk__gt=take.pk).order_by("pk").first(),
        "spends_in": {take.project_id} if may_spend else set(),
        "take": take,
        "player": player_of(take, member_urls(take)),
        "project": take.project,
        "may_spend": may_spend,
        "may_look_again": may_spend and second_looks.can_look_again(take),
        "inputs": take.inputs.select_related("asset"),
        "events": take.events.select_related("actor").exclude(reason__endswith=PROGRESS).order_by("-id")[:HISTORY],
        "ledger": take.ledger.all(),
        **_open_questions(request, take),
        **talk_context(request, take),
        **review_context(request, take),
        **shot_context(take),
    }


def _open_questions(request: HttpRequest, take: Render) -> dict[str, Any]:
    """What a person may settle: a request without an answer, or a take that may have been charged."""
    if not access.may_settle(request, take):
        return {}
    if take.state == RenderState.UNCONFIRMED:
        sent: Attempt | None = take.attempts.defer(*proofs.SECRETS).select_related("key").first()
        if sent is not None:
            # Known already, and not to be asked for again.
            sent.render = take
        return {
            "may_settle": True,
            "sent": sent,
            "next_look": proofs.next_look(sent) if sent else None,
            "may_send_again": access.may(request, take.project, access.WHO_MANAGES),
        }
    return _question_of_money(request, take) if confirming.is_open(take) else {}


def _question_of_money(request: HttpRequest, take: Render) -> dict[str, Any]:
    """Whether it was charged, or given back; what the gateway itself said is a manager's to question."""
    if take.may_be_charged:
        return {"charge_form": ChargeForm(initial={"amount": take.estimate})}
    is_a_word, manages = confirming.is_a_word(take), access.may(request, take.project, access.WHO_MANAGES)
    if not is_a_word and not manages:
        return {}
    return {"charge_form": ChargeForm(initial={"amount": take.price}), "may_correct": is_a_word and manages}


@login_required
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The take's card alone."""
    return _card(request, access.render(request, pk))


@login_required
@form_on(take_page)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel it, or ask the gateway to."""
    take = access.render(request, pk, access.WHO_SPENDS)
    try:
        said, level = renders.ask_cancel(render=take, actor=access.person(request)), messages.SUCCESS
    except ValidationError as error:
        said, level = " ".join(error.messages), messages.WARNING
    return _back(request, access.render(request, pk), said, level)


@login_required
@form_on(take_page)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the same again, as new paid work, with `sound=off` silently; pressing twice asks once."""
    take = access.render(request, pk, access.WHO_SPENDS)
    sound = request.POST.get("sound") != "off"
    try:
        again = renders.retry(render=take, asked_by=access.person(request), sound=sound)
    except (Refused, ValidationError) as error:
        return _back(request, take, " ".join(getattr(error, "messages", [str(error)])), messages.ERROR)
    if again.was_asked_before:
        return _back(request, again, already_asked([again]))
    aloud = _("Asked for once more; it is new work with its own price.")
    silently = _("Asked for once more without sound; it is new work with its own price.")
    return _back(request, again, aloud if sound else silently)


@login_required
@form_on(take_page)
def look_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the gateway once more what became of a take that ended and may still be charged."""
    take = access.render(request, pk, access.WHO_SPENDS)
    try:
        second_looks.look_again(render=take, actor=access.person(request))
        messages.success(request, _("The gateway is asked once more. Nothing new is paid for."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("render-detail", pk=pk)


@login_required
@form_on(take_page)
def reuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill the composer with this take's settings."""
    return _compose_from(request, pk, "")


@login_required
@form_on(take_page)
def vary(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill the composer with this take's settings and a new seed, and remember where the variation came from."""
    return _compose_from(request, pk, "vary")


def _compose_from(request: HttpRequest, pk: int, lineage: str) -> HttpResponse:
    take = access.render(request, pk, access.WHO_SPENDS)
    draft = drafts.draft_of(project=take.project, user=access.person(request))
    drafts.use_settings(draft=draft, render=take, lineage=lineage)
    return redirect("project-detail", slug=take.project.slug)


@login_required
@form_on(take_page)
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the composer up to go on from this take."""
    take = access.render(request, pk, access.WHO_SPENDS)
    draft = drafts.draft_of(project=take.project, user=access.person(request))
    drafts.extend(draft=draft, render=take)
    return redirect("project-detail", slug=take.project.slug)


@login_required
@form_on(take_page)
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
    return render(request, "renders/_card.html", card_context(request, take))
