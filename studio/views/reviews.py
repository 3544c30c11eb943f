"""What is done in the review: sending takes, deciding on them, and taking either back."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseLocation

from studio import access
from studio.choices import Verdict
from studio.forms.reviews import DecisionForm, SendForm
from studio.lib.english import english
from studio.models import Render
from studio.services import reviews
from studio.views.bulk_words import sent_words
from studio.views.chosen import chosen, gone_back, listed, told
from studio.views.form_pages import form_on, gallery_page, take_page, take_to_decide_on
from studio.views.renders import detail_context
from studio.views.review_panel import review_context
from studio.views.review_room import next_room, queue_of, room_context

SAID = {
    Verdict.APPROVED: english("Approved take %(take)s."),
    Verdict.CHANGES: english("Asked for changes on take %(take)s."),
    Verdict.REJECTED: english("Rejected take %(take)s."),
}
NOT_YOURS = english("Take %(take)s: in %(project)s you look and decide; artists and managers send takes.")
WITHOUT = english("Choose the takes to send first.")


@login_required
@form_on(gallery_page)
def send(request: HttpRequest) -> HttpResponse:
    """Send those of the chosen takes that can be; say what was left out, and why."""
    found, form = chosen(request), SendForm(request.POST)
    if not found:
        return told(request, _(WITHOUT), messages.WARNING)
    if not any(role in access.WHO_SPENDS for _, role in found):
        raise PermissionDenied(_("Your role in this project does not allow that."))
    if not form.is_valid():
        return _not_sent(request, found[0][0], form)
    able, left_out = [], []
    for take, role in found:
        why_not = reviews.why_not_sent(take) if role in access.WHO_SPENDS else _not_yours(take)
        if why_not:
            left_out.append(why_not)
        else:
            able.append(take)
    try:
        sent = reviews.send(takes=able, actor=access.person(request), note=form.cleaned_data["note"]) if able else []
    except ValidationError as error:
        sent, left_out = [], [*error.messages, *left_out]
    return _sent(request, sent, left_out)


def _not_yours(take: Render) -> str:
    return _(NOT_YOURS) % {"take": take.pk, "project": take.project.name}


def _not_sent(request: HttpRequest, take: Render, form: SendForm) -> HttpResponse:
    """The note was not taken: from a panel it comes back with everything in it."""
    if _wants_panel(request):
        return _panel(request, access.render(request, take.pk), status=422, sending=form)
    if request.POST.get("back"):
        return _page(request, access.render(request, take.pk), sending=form)
    return told(request, " ".join(str(error) for error in form.errors["note"]), messages.WARNING)


def _sent(request: HttpRequest, sent: list[Render], left_out: list[str]) -> HttpResponse:
    words = [sent_words(number=len(sent), alone=sent[0].pk if len(sent) == 1 else None)] if sent else []
    said = " ".join([*words, *listed(left_out, _("Nothing was sent.") if not sent else _("Left out:"))])
    level = messages.WARNING if left_out else messages.SUCCESS
    if sent and _wants_panel(request):
        return _panel(request, access.render(request, sent[0].pk), said=said)
    return told(request, said, level)


@login_required
@form_on(take_page)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it out of the queue again."""
    take = access.render(request, pk, access.WHO_SPENDS)
    try:
        reviews.take_back(take=take, actor=access.person(request))
    except ValidationError as error:
        return _stay(request, pk, " ".join(error.messages), messages.WARNING)
    return _stay(request, pk, _("Take %(take)s is taken back from review.") % {"take": pk})


@login_required
@form_on(take_to_decide_on)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of the take, and go on to the next where a queue is gone through."""
    take, form = access.take_to_decide_on(request, pk), DecisionForm(request.POST)
    if form.is_valid():
        try:
            reviews.decide(take=take, reviewer=access.person(request), **form.cleaned_data)
        except ValidationError as error:
            _keep(form, error)
        else:
            said = _(SAID[Verdict(form.cleaned_data["verdict"])]) % {"take": pk}
            # One that nobody sent is in no queue that could go on.
            goes_on = _in_room(request) and take.review_asked_at is not None
            return _go_on(request, take, said) if goes_on else _stay(request, pk, said)
    if _wants_panel(request):
        return _panel(request, access.render(request, pk), status=422, decision=form)
    return _page(request, access.render(request, pk), decision=form)


def _keep(form: DecisionForm, error: ValidationError) -> None:
    """What the service says stands at the field it is about."""
    if hasattr(error, "error_dict"):
        form.add_error(None, error)
    else:
        form.add_error("reason", error)


@login_required
@form_on(take_to_decide_on)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own verdict back."""
    take = access.take_to_decide_on(request, pk)
    try:
        reviews.withdraw(take=take, reviewer=access.person(request))
    except ValidationError as error:
        return _stay(request, pk, " ".join(error.messages), messages.WARNING)
    return _stay(request, pk, _("Your verdict is withdrawn; the history keeps it."))


def _go_on(request: HttpRequest, take: Render, said: str) -> HttpResponse:
    """The room of the next take, or the end of the queue."""
    address = next_room(request, take, queue_of(request, request.POST))
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, said)
        return redirect(address)
    if "reviewed=" in address:
        messages.success(request, said)
        return HttpResponseClientRedirect(address)
    return _with_toast(HttpResponseLocation(address, target="#room", select="#room", swap="outerHTML"), said)


def _stay(request: HttpRequest, pk: int, said: str, level: int = messages.SUCCESS) -> HttpResponse:
    """The same take as it is now."""
    if _wants_panel(request):
        return _panel(request, access.render(request, pk), said=said, level=level)
    messages.add_message(request, level, said)
    return redirect(queue_of(request, request.POST).room_of(pk)) if _in_room(request) else gone_back(request, pk)


def _panel(
    request: HttpRequest,
    take: Render,
    *,
    said: str = "",
    level: int = messages.SUCCESS,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """The panel alone, with what was said of it."""
    context = {"take": take, "project": take.project, **review_context(request, take, **forms)}
    if _in_room(request):
        context |= {"in_room": True, "queue": queue_of(request, request.POST)}
    response = render(request, "reviews/_panel.html", context, status=status)
    return _with_toast(response, said, level) if said else response


def _page(request: HttpRequest, take: Render, **forms: Any) -> HttpResponse:
    """The whole page that the form was on, with what was typed."""
    if _in_room(request):
        context = room_context(request, take, queue_of(request, request.POST), **forms)
        return render(request, "reviews/room.html", context, status=422)
    context = detail_context(request, take) | review_context(request, take, **forms)
    return render(request, "renders/detail.html", context, status=422)


def _in_room(request: HttpRequest) -> bool:
    return request.POST.get("back") == "room"


def _wants_panel(request: HttpRequest) -> bool:
    return bool(request.htmx) and bool(request.POST.get("back"))  # type: ignore[attr-defined]


def _with_toast(response: HttpResponse, said: str, level: int = messages.SUCCESS) -> HttpResponse:
    toast = {"level": messages.DEFAULT_TAGS[level], "text": said}
    response["HX-Trigger"] = json.dumps({"toast": toast})
    return response
