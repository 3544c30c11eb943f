"""Lets what a page asks for anyway also say how much its person has not read, so that the bell is true now."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def with_unread(view: View) -> View:
    """Add the number, which came with the person of the request, as an event for `static/js/bell.js`."""

    @wraps(view)
    def answer(request: HttpRequest, **named: Any) -> HttpResponse:
        response = view(request, **named)
        # The page of one take hears one word only, and is read anew by it.
        if "take" not in request.GET:
            response["HX-Trigger"] = json.dumps({"unread": {"count": getattr(request.user, "unread", 0)}})
        return response

    return answer
