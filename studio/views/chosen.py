"""Takes that a person has chosen on a page, one or many, and the way back to where that was."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from studio import access
from studio.choices import BulkAct, Role
from studio.models import Project, Render
from studio.models.renders import RenderQuerySet
from studio.views.asked import takes_asked
from studio.views.takes import number

# So many at one press; a page of cards has fewer.
MOST = 500
ASKED_AT_ONCE = 5_000
# So many reasons are told one by one.
NAMED = 4
# No view of a gallery has a longer address.
LONGEST_VIEW = 8_000
# What is typed for an act on many takes.
_TYPED = {
    "note": _("Note for the reviewers"),
    "tags": _("Tags, with commas between them"),
    "name": _("Name of a collection, which may be new"),
}


def chosen(request: HttpRequest) -> list[tuple[Render, Role]]:
    """The takes that the form names as `take`, each with the person's role; those they may not see are left out."""
    return access.takes(request, ticked(request)[:MOST])


def chosen_numbers(request: HttpRequest) -> list[int]:
    """The numbers of the takes that are ticked, or of all that the view shows which the form names as `all`: its
    address behind the question mark, within the project that the form's own address names.

    Of those ticked only what the person may see; 404 when there are some and none is theirs to see."""
    if view := request.POST.get("all", ""):
        return list(matching(request, view).order_by("-pk").values_list("pk", flat=True))
    named = list(dict.fromkeys(ticked(request)))
    here = Render.objects.visible_to(access.person(request))
    # A few thousand at a time: a database takes only so many values in one question.
    parts = [named[start : start + ASKED_AT_ONCE] for start in range(0, len(named), ASKED_AT_ONCE)]
    seen = {pk for part in parts for pk in here.filter(pk__in=part).values_list("pk", flat=True)}
    if named and not seen:
        raise Http404
    return [pk for pk in named if pk in seen]


def matching(request: HttpRequest, view: str) -> RenderQuerySet:
    """All takes of the view of a gallery, in no order."""
    return takes_asked(request, QueryDict(view[:LONGEST_VIEW].lstrip("?").replace("\x00", "")), project_here(request))


def project_here(request: HttpRequest) -> Project | None:
    """The project whose page the person is on, as `in` of the address names it (404 for strangers); None for others."""
    slug = request.GET.get("in", "").replace("\x00", "")
    return access.project(request, slug) if slug else None


def ticked(request: HttpRequest) -> list[int]:
    """The numbers that a form names, as separate fields or as one with commas: a form holds only so many fields."""
    named = [*request.POST.getlist("take"), *request.POST.get("takes", "").split(",")]
    return [pk for pk in map(number, named) if pk]


def listed(reasons: list[str], head: str, total: int | None = None) -> list[str]:
    """The reasons as sentences after `head`; of many only the first ones. Nothing for none.

    `total` is how many there are, where not all were kept."""
    if not reasons:
        return []
    further = (total or len(reasons)) - NAMED
    more = ngettext("And %(number)s more.", "And %(number)s more.", further) % {"number": further}
    return [head, *reasons[:NAMED], *([more] if further > 0 else [])]


def refused(request: HttpRequest, said: str) -> HttpResponse:
    """Say that nothing was done: for htmx in a way that leaves everything on the page as it is, else on a page from
    which the same can be sent once more, with the same takes and what was typed."""
    if request.htmx:  # type: ignore[attr-defined]
        response = told(request, said, messages.WARNING)
        response.status_code = 422
        return response
    given = request.POST
    context = {
        "section": "gallery",
        "said": said,
        "kept": [(name, value) for name in ("take", "takes", "all", "collection") for value in given.getlist(name)],
        "typed": [(name, label, given[name]) for name, label in _TYPED.items() if given.get(name)],
        "back": came_from(request) or reverse("gallery"),
    }
    return render(request, "bulk/refused.html", context, status=422)


def told(request: HttpRequest, said: str, level: int = messages.SUCCESS, *, undo: str = "") -> HttpResponse:
    """Say it where the person is: as a toast with a look at what changed for htmx, else on the page they came from.

    `undo` is what the button beside it sends that takes a deletion back: see `views/undoing.py`."""
    if request.htmx:  # type: ignore[attr-defined]
        toast: dict[str, Any] = {"level": messages.DEFAULT_TAGS[level], "text": said} | undo_button(undo)
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": toast, "takes-changed": True})})
    messages.add_message(request, level, said, extra_tags=undo)
    return redirect(came_from(request) or reverse("gallery"))


def undo_button(undo: str) -> dict[str, dict[str, str]]:
    """The button as a toast has it; nothing where there is nothing to undo."""
    address = reverse("bulk-ask", query={"act": BulkAct.BRING_BACK})
    return {"undo": {"address": address, "value": undo, "label": str(_("Undo"))}} if undo else {}


def gone_back(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page of the studio that the form was on, else to the take's."""
    return redirect(came_from(request) or reverse("render-detail", args=[pk]))


def came_from(request: HttpRequest) -> str:
    """The path of the page that sent the form, if that was one of ours; browsers name no others to us."""
    address = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(address)
    # Two slashes are a path to us, and another host to a browser that is led there.
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
