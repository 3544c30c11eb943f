"""What happens around every view. Nothing is looked up here."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import urlencode


def sign_in_for_htmx(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A fragment asked for after the session has ended leads the whole page to the sign-in, and back afterwards.

    Without it the browser would follow the redirect by itself and the sign-in page would be put into the fragment.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        sign_in = resolve_url("sign-in")
        if not request.htmx or urlsplit(response.get("Location", "")).path != sign_in:  # type: ignore[attr-defined]
            return response
        here = urlsplit(request.htmx.current_url_abs_path or "/").path  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": f"{sign_in}?{urlencode({'next': here})}"})

    return middleware
