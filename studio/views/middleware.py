"""What happens around every view. Nothing is looked up here."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from studio.views import health

# Sign-in and invitation forms are far smaller, and no file that a model takes is.
LARGEST_PLAIN_FORM = 16_384
# Gateways call there without a session, and what they send is never read.
CALLS = "/hooks/"
# For load balancers in the house, which may know neither the studio's name nor TLS.
PROBES = {"/healthz": health.alive, "/readyz": health.ready}
GetResponse = Callable[[HttpRequest], HttpResponseBase]


def probes(get_response: GetResponse) -> GetResponse:
    """Answer the probes before anything asks for a host, TLS, a cookie or a session; their answers repeat nothing."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        return get_response(request) if probe is None else probe(request)

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Forbid keeping every answer that does not say otherwise; files of takes do, and static files never get here."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware


def files_of_members_only(get_response: GetResponse) -> GetResponse:
    """Send whoever is not signed in away before a file is read: the check of the form's token would take it all in."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(CALLS):
            return get_response(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_large = not length.isdigit() or int(length) > LARGEST_PLAIN_FORM
        if is_large and request.content_type == "multipart/form-data" and SESSION_KEY not in request.session:
            return redirect("sign-in")
        return get_response(request)

    return middleware


def sign_in_for_htmx(get_response: GetResponse) -> GetResponse:
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
