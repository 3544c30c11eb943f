"""What others have said and decided since a page was made: asked every few seconds, and mostly answered by nothing."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio import access
from studio.models import Render
from studio.views.comments import talk_context
from studio.views.review_panel import review_context


@login_required
@require_GET
def render_talk(request: HttpRequest, pk: int) -> HttpResponse:
    """204 when the page has heard everything (`?seen=`), else the comments and the verdicts as they are now."""
    mine = Render.objects.visible_to(access.person(request)).filter(pk=pk)
    number = mine.values_list("talk", flat=True).first()
    if number is None:
        raise Http404
    if request.GET.get("seen", "") == str(number):
        return HttpResponse(status=204)
    return news(request, access.render(request, pk))


def heard(request: HttpRequest, take: Render, **forms: Any) -> dict[str, Any]:
    """For every answer that says how much has been heard: comments and verdicts, as they are counted together."""
    return {"take": take, **talk_context(request, take, **forms), **review_context(request, take)}


def news(request: HttpRequest, take: Render, problem: str = "") -> HttpResponse:
    """The parts of the page that others change, each swapped in where it stands; nothing typed is among them."""
    response = render(request, "comments/_news.html", heard(request, take))
    if problem:
        response["HX-Trigger"] = json.dumps({"toast": {"level": "warning", "text": problem}})
    return response
