"""The way in for people without an account: what stands before every address under a guest link.

A link is looked up by its signed token, on each request, and asked whether it is open still. Who came in is kept in the
session under the link's own number, so that one link never opens another; whether a member is signed in in the same
browser is not asked. A page of a guest is never kept, found by a search engine or told to another site: the referrer
goes nowhere but here. `no-referrer` would go further by nothing, and browsers then send forms without saying where they
come from, which the check against forged ones turns away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypedDict

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from studio.models import Guest, GuestLink
from studio.services.guest_links import closed_because

# Of one address at one link: a film comes in many small parts, and several people may sit behind one address.
MOST_REQUESTS = 900
PACE_SECONDS = 60
_HEADERS = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "same-origin"}
View = Callable[..., HttpResponseBase]


class Whence(TypedDict):
    """For the log of a link: an address of the network, and what the browser calls itself."""

    address: str
    agent: str


@dataclass(frozen=True)
class Visitor:
    """Who looks, through which link."""

    link: GuestLink
    guest: Guest

    @property
    def token(self) -> str:
        """What every address of this link begins with."""
        return self.link.token


def of_link(*methods: str) -> Callable[[View], View]:
    """For views of (request, link): only for an open link, whether or not somebody came in by it."""

    def decorate(view: View) -> View:
        @require_http_methods(list(methods))
        @wraps(view)
        def answer(request: HttpRequest, token: str, **named: Any) -> HttpResponseBase:
            response = _answer(view, request, token, named)
            for name, value in _HEADERS.items():
                response[name] = value
            return response

        return answer

    return decorate


def of_guest(*methods: str, is_file: bool = False) -> Callable[[View], View]:
    """For views of (request, visitor): whoever has not come in is led to the door; to them there is no file (404)."""

    def decorate(view: View) -> View:
        @of_link(*methods)
        @wraps(view)
        def answer(request: HttpRequest, link: GuestLink, **named: Any) -> HttpResponseBase:
            guest = guest_of(request, link)
            if guest is not None:
                return view(request, Visitor(link, guest), **named)
            if is_file:
                raise Http404
            return to_the_door(request, link)

        return answer

    return decorate


def guest_of(request: HttpRequest, link: GuestLink) -> Guest | None:
    """Who came in by this link with this browser."""
    number = request.session.get(_place(link))
    return link.guests.filter(pk=number).first() if number else None


def remember(request: HttpRequest, guest: Guest) -> None:
    """Keep who came in; under a new session number, as one known to others would be theirs as well."""
    request.session.cycle_key()
    request.session[_place(guest.link)] = guest.pk


def to_the_door(request: HttpRequest, link: GuestLink) -> HttpResponse:
    """Where a name is asked for."""
    address = reverse("guest-home", args=[link.token])
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def whence(request: HttpRequest) -> Whence:
    """From where somebody looks."""
    return Whence(address=get_client_ip_address(request) or "", agent=request.headers.get("User-Agent", ""))


def too_fast(request: HttpRequest, message: str) -> HttpResponse:
    """A whole page that asks to wait."""
    return render(request, "guests/closed.html", {"reason": "busy", "message": message}, status=429)


def _answer(view: View, request: HttpRequest, token: str, named: dict[str, Any]) -> HttpResponseBase:
    link = GuestLink.objects.of_token(token)
    if link is None:
        raise Http404
    if reason := closed_because(link):
        closed = render(request, "guests/closed.html", {"reason": reason}, status=410)
        # An open page that asks for a part of itself is closed as a whole.
        closed["HX-Refresh"] = "true"
        return closed
    if _is_flood(request, link):
        return too_fast(request, _("Very much was asked for from where you are. Please try again in a minute."))
    return view(request, link, **named)


def _is_flood(request: HttpRequest, link: GuestLink) -> bool:
    """Counted by each process for itself, which is enough to keep one visitor from taking all of them."""
    place = f"guests-{link.pk}-{get_client_ip_address(request)}"
    if cache.add(place, 1, PACE_SECONDS):
        return False
    try:
        return cache.incr(place) > MOST_REQUESTS
    except ValueError:
        # Its minute was over just now.
        return False


def _place(link: GuestLink) -> str:
    return f"guest-of-{link.pk}"
