"""The command palette: one box that leads anywhere. A page of its own, and a dialog on every other one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio import access
from studio.services import palette

MOST_LETTERS = 120


@login_required
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Where the words `q` may lead; asked for by a script, first the whole dialog and then only what was found."""
    words = request.GET.get("q", "")[:MOST_LETTERS].replace("\0", "")
    here = request.GET.get("here", "")[:MOST_LETTERS].replace("\0", "")
    found = palette.groups(user=access.person(request), words=words, here=here)
    context = {"groups": found, "number": sum(len(goals) for _, goals in found), "words": words, "here": here}
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "palette/page.html", context)
    return render(request, "palette/_results.html" if "q" in request.GET else "palette/_dialog.html", context)
