"""The tree of a shot: what came from what, drawn around one of its takes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio import access
from studio.models import Render
from studio.services import shots


@login_required
@require_GET
def tree(request: HttpRequest, pk: int) -> HttpResponse:
    """All takes of the shot; of a very large one the most telling, and all with `?all=1`."""
    take = access.render(request, pk)
    drawn = shots.tree_of(take, everything="all" in request.GET)
    context = {"section": "projects", "take": take, "project": take.project, "tree": drawn}
    return render(request, "shots/tree.html", context)


def shot_context(take: Render) -> dict[str, Any]:
    """The steps to the neighbours of a take, for its page; nothing where it stands alone."""
    found = shots.near(take)
    return {"shot": found} if found.count > 1 or found.before_is_gap else {}
