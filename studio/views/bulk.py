"""Acts on the takes that a person has selected: few are done at once, of many one sees how far the job is."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import BulkAct, BulkState, ExportFormat
from studio.forms.bulk import details_of
from studio.models import BulkWork, Collection, Project, Render, Tag
from studio.services import bulk, export_choice, exports, tags
from studio.views.bulk_words import headline_of, level_of, said_of
from studio.views.chosen import came_from, chosen_numbers, matching, project_here, refused, told
from studio.views.form_pages import form_on, gallery_page
from studio.views.undoing import numbers_to_bring_back, undo_of

# Names the work whose progress the person's pages show.
COOKIE = "bulk"
A_DAY = 24 * 60 * 60
OFFERED = 200
# The takes of a deletion among which the way back is looked for.
MOST_LOOKED_AT = 200


@login_required
@form_on(gallery_page)
def ask(request: HttpRequest) -> HttpResponse:
    """Have the act that the address names done to the chosen takes."""
    act = request.GET.get("act", "")
    numbers = numbers_to_bring_back(request) if act == BulkAct.BRING_BACK else chosen_numbers(request)
    if not numbers and "undo" in request.POST:
        return told(request, _("There is nothing left to undo: these takes are back."), messages.INFO)
    try:
        # A button says in its address what it does, such as which rating it gives.
        details = details_of(act=act, data={**request.POST.dict(), **request.GET.dict()})
        work = bulk.ask(actor=access.person(request), act=act, takes=numbers, details=details)
    except ValidationError as error:
        return refused(request, " ".join(error.messages))
    if work.state == BulkState.DONE:
        done = told(request, said_of(work), level_of(work), undo=undo_of(work))
        return _with_a_way_back(request, work, done)
    return _under_way(request, work)


def _with_a_way_back(request: HttpRequest, work: BulkWork, response: HttpResponse) -> HttpResponse:
    """The answer with a link to where deleted takes can be brought back, for htmx; pages have theirs."""
    if "HX-Trigger" in response and (link := _bin_link(request, work)):
        told_now = json.loads(response["HX-Trigger"])
        response["HX-Trigger"] = json.dumps(told_now | {"toast": told_now["toast"] | link})
    return response


def _bin_link(request: HttpRequest, work: BulkWork) -> dict[str, dict[str, str]]:
    """Where that is, as a toast has it: of the project of the first take that was deleted; nothing for other acts."""
    if work.act != BulkAct.DELETE or not work.changed:
        return {}
    gone = Render.objects.filter(pk__in=work.takes[:MOST_LOOKED_AT], deleted_at__isnull=False)
    slug = gone.filter(project__in=Project.objects.visible_to(access.person(request))).values_list("project__slug")
    found = slug.first()
    address = reverse("deleted-takes", args=found) if found else ""
    return {"link": {"address": address, "label": _("Deleted takes")}} if found else {}


def _under_way(request: HttpRequest, work: BulkWork) -> HttpResponse:
    """The progress of the work in place, else a word of it on the page that the form was on."""
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "bulk/_panel.html", {"work": access.bulk_work(request, work.pk), "oob": True})
    else:
        messages.info(request, _("That is under way; you can go on working."))
        response = redirect(came_from(request) or reverse("gallery"))
    response.set_cookie(COOKIE, str(work.pk), A_DAY, secure=request.is_secure(), httponly=True, samesite="Lax")
    return response


@login_required
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """The progress of the work that this browser was told of last; an empty place when there is none."""
    pk = request.COOKIES.get(COOKIE, "")
    mine = bulk.of(actor=access.person(request))
    work = mine.filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
    return render(request, "bulk/_panel.html", {"work": work}) if work else _nothing(request)


@login_required
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the work is: the panel for htmx, else a page of its own."""
    work = access.bulk_work(request, pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "bulk/page.html", {"work": work})
    response = render(request, "bulk/_panel.html", {"work": work})
    # Once, by the look that finds it over: said aloud, and the cards are looked at again. Reasons and the way back
    # stand in the panel, which the toast lies beside.
    if "running" in request.GET and work.state not in bulk.LIVE:
        toast: dict[str, Any] = {"level": messages.DEFAULT_TAGS[level_of(work)], "text": headline_of(work)}
        toast |= _bin_link(request, work)
        response["HX-Trigger"] = json.dumps({"toast": toast, "takes-changed": True})
    return response


def work_page(request: HttpRequest, pk: int) -> str:
    """Where one sees how far a work is."""
    return reverse("bulk-progress", args=[access.bulk_work(request, pk).pk])


@login_required
@form_on(work_page)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End the work where it is."""
    work = access.bulk_work(request, pk)
    bulk.stop(work=work)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "bulk/_panel.html", {"work": work})
    return redirect("bulk-progress", pk=pk)


@login_required
@form_on(work_page)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Show it no more."""
    access.bulk_work(request, pk)
    if request.htmx:  # type: ignore[attr-defined]
        return _nothing(request)
    response = redirect("gallery")
    response.delete_cookie(COOKIE)
    return response


def _nothing(request: HttpRequest) -> HttpResponse:
    response = render(request, "bulk/_place.html", {"is_empty": True})
    response.delete_cookie(COOKIE)
    return response


@login_required
@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """How many takes the view of a gallery shows, in words for the bar of selected takes."""
    number = matching(request, request.GET.get("view", "")).count()
    words = ngettext("The one take that matches", "All %(number)s takes that match", number)
    return HttpResponse(words % {"number": f"{number:,}"}, content_type="text/plain; charset=utf-8")


@login_required
@require_GET
def offers(request: HttpRequest) -> HttpResponse:
    """The tags and collections in use, to choose from while one types: of a project, else of all that are mine."""
    project = project_here(request)
    return render(request, "bulk/_offers.html", _offered(request, project))


def _offered(request: HttpRequest, project: Project | None) -> dict[str, Any]:
    if project is not None:
        words, boards = tags.tags_of(project, "take"), project.collections.all()
    else:
        mine = Project.objects.visible_to(access.person(request)).values("pk")
        words = Tag.objects.filter(project__in=mine)
        boards = Collection.objects.filter(project__in=mine)
    return {
        "tags": list(dict.fromkeys(words.order_by("key").values_list("name", flat=True)[:OFFERED])),
        "boards": list(dict.fromkeys(boards.order_by("name").values_list("name", flat=True)[:OFFERED])),
    }


@login_required
@form_on(gallery_page)
def download(request: HttpRequest) -> HttpResponse:
    """The file of one take; of several a ZIP, which a job makes."""
    numbers = chosen_numbers(request)
    if not numbers:
        return refused(request, _("Choose the takes to download first."))
    if len(numbers) == 1:
        return redirect("output-download", pk=numbers[0])
    if len(numbers) > exports.MOST_TAKES:
        said = _("An export holds up to %(most)s takes; these are %(number)s. Make two of them.")
        return refused(request, said % {"most": exports.MOST_TAKES, "number": len(numbers)})
    projects = list(Project.objects.filter(renders__in=numbers).distinct()[:2])
    if len(projects) > 1:
        said = _("These takes are of several projects, and a ZIP holds those of one. Choose takes of one project.")
        return refused(request, said)
    try:
        takes = export_choice.chosen(project=projects[0], numbers=numbers)
        exports.ask(project=projects[0], takes=_with_film(takes), format=ExportFormat.ZIP, actor=access.person(request))
    except ValidationError as error:
        return refused(request, " ".join(error.messages))
    return redirect("export-list", slug=projects[0].slug)


def _with_film(takes: list[Render]) -> list[Render]:
    """Whoever takes out a whole view means the films in it."""
    return [take for take in takes if exports.has_file(take)]
