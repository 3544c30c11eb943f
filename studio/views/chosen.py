"""Takes that a person has chosen on a page, one or many, and the way back to where that was."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from studio import access
from studio.choices import Role
from studio.models import Render
from studio.views.takes import number

# So many at one press; a page of cards has fewer.
MOST = 500
# So many reasons are told one by one.
NAMED = 4


def chosen(request: HttpRequest) -> list[tuple[Render, Role]]:
    """The takes that the form names as `take`, each with the person's role; those they may not see are left out."""
    numbers = [pk for pk in map(number, request.POST.getlist("take")[:MOST]) if pk]
    return access.takes(request, numbers)


def listed(reasons: list[str], head: str) -> list[str]:
    """The reasons as sentences after `head`; of many only the first ones. Nothing for none."""
    if not reasons:
        return []
    further = len(reasons) - NAMED
    return [head, *reasons[:NAMED], *([f"And {further} more."] if further > 0 else [])]


def told(request: HttpRequest, said: str, level: int = messages.SUCCESS) -> HttpResponse:
    """Say it where the person is: as a toast with a look at what changed for htmx, else on the page they came from."""
    if request.htmx:  # type: ignore[attr-defined]
        toast = {"level": messages.DEFAULT_TAGS[level], "text": said}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": toast, "takes-changed": True})})
    messages.add_message(request, level, said)
    return redirect(_came_from(request) or reverse("gallery"))


def gone_back(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page of the studio that the form was on, else to the take's."""
    return redirect(_came_from(request) or reverse("render-detail", args=[pk]))


def _came_from(request: HttpRequest) -> str:
    """The path of the page that sent the form, if that was one of ours; browsers name no others to us."""
    address = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(address)
    # Two slashes are a path to us, and another host to a browser that is led there.
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
