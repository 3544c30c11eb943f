"""The page for what broke: it must come up whatever is broken, so it asks neither the database nor the session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseServerError
from django.template.loader import render_to_string

from studio.views.context import theme_of

GUESTS = "/g/"


def server_error(request: HttpRequest) -> HttpResponseServerError:
    """As Django's own, in the theme that was chosen; guests, who have no projects, are not sent to any."""
    context = {"theme": theme_of(request), "is_guest": request.path.startswith(GUESTS)}
    return HttpResponseServerError(render_to_string("500.html", context))
