"""The quick look: the film of a take and what one does with it at once, over the gallery that it stands in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio import access
from studio.views.marks import marked


@login_required
@require_GET
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands in the dialog."""
    take = access.render(request, pk)
    marked(request, [take])
    return render(request, "renders/_look.html", {"take": take, "project": take.project})
