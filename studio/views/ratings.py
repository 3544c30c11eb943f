"""What people think of a take: its rating, which they share, and their own hearts; and the panel that shows both."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studio import access
from studio.forms.bulk import RateForm
from studio.models import Render
from studio.services import favourites, ratings
from studio.views.chosen import gone_back
from studio.views.form_pages import form_on, take_to_look_at
from studio.views.marks import card_context, marked


@login_required
@form_on(take_to_look_at)
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the take one to five, or none."""
    take, form = access.render(request, pk), RateForm(request.POST)
    if not form.is_valid():
        return after(request, take, " ".join(str(error) for error in form.errors["rating"]))
    rating, user = form.cleaned_data["rating"], access.person(request)
    try:
        ratings.rate(project=take.project, takes=[pk], rating=rating, actor=user)
    except ValidationError as error:
        return after(request, take, " ".join(error.messages))
    take.rating = rating
    return after(request, take)


@login_required
@form_on(take_to_look_at)
def favourite(request: HttpRequest, pk: int) -> HttpResponse:
    """Put my heart on the take, or take it off with `on=0`."""
    take, user = access.render(request, pk), access.person(request)
    if request.POST.get("on") == "0":
        favourites.remove(takes=[pk], user=user)
    else:
        favourites.add(takes=[pk], user=user)
    return after(request, take)


def after(request: HttpRequest, take: Render, problem: str = "", typed: str = "") -> HttpResponse:
    """What the take's marks are now: the panel where one of its buttons was pressed, else the card, else its page."""
    is_swapped: bool = request.htmx  # type: ignore[attr-defined]
    if not is_swapped and not problem:
        return gone_back(request, take.pk)
    status = 422 if problem else 200
    if "panel" in request.POST or not is_swapped:
        marked(request, [take])
        context = {"take": take, "project": take.project, "problem": problem, "typed": typed, "section": "gallery"}
        page = "tags/_marks.html" if is_swapped else "tags/refused.html"
        response = render(request, page, context, status=status)
        response["HX-Trigger"] = json.dumps({"takes-changed": True})
        return response
    response = render(request, "renders/_card.html", card_context(request, take, oob=True), status=status)
    if problem:
        response["HX-Trigger"] = json.dumps({"toast": {"level": "warning", "text": problem}})
    return response
