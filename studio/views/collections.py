"""Collections: the list of a project's, one as a board of takes in the order made by hand, and what is done there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from studio import access
from studio.forms.collections import ArrangeForm, CollectionForm
from studio.forms.exports import numbers
from studio.models import Collection, Project, RenderEvent
from studio.services import board_order, boards, collections, compare
from studio.views.assets import wants_json
from studio.views.form_pages import collection_list_page, collection_page, form_on
from studio.views.marks import marked
from studio.views.projects import about

PAGE = 24
POSTERS = 4


@dataclass(frozen=True)
class Row:
    """A collection as the list shows it, with the takes of its first pictures."""

    collection: Collection
    posters: list[int]


@login_required
@require_GET
def collection_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The collections of a project, newest first, each with its first pictures; `?before=` shows older ones."""
    return _list_page(request, access.project(request, slug), CollectionForm())


@login_required
@form_on(collection_list_page)
def collection_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an empty one."""
    project = access.project(request, slug)
    form = CollectionForm(request.POST)
    if form.is_valid():
        try:
            made = collections.create(project=project, name=form.cleaned_data["name"], actor=access.person(request))
        except ValidationError as error:
            form.add_error(None if project.archived_at else "name", error)
        else:
            messages.success(request, _("“%(name)s” is ready for takes.") % {"name": made.name})
            return redirect("collection-detail", made.pk)
    return _list_page(request, project, form, status=422)


@login_required
@require_GET
def collection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The board; `?after=` goes on behind a place, and htmx is answered with the cards alone."""
    collection = access.collection(request, pk)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "collections/_cards.html", _board(request, collection))
    return _board_page(request, collection, CollectionForm(initial={"name": collection.name}))


@login_required
@form_on(collection_page)
def collection_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it another name."""
    collection = access.collection(request, pk)
    form = CollectionForm(request.POST)
    if form.is_valid():
        try:
            collections.rename(collection=collection, name=form.cleaned_data["name"])
        except ValidationError as error:
            form.add_error("name", error)
        else:
            messages.success(request, _("Renamed."))
            return redirect("collection-detail", pk)
    return _board_page(request, collection, form, status=422)


@login_required
@form_on(collection_page)
def collection_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it away; its takes stay."""
    collection = access.collection(request, pk)
    try:
        collections.delete(collection=collection)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("collection-detail", pk)
    messages.success(
        request, _("“%(name)s” is deleted. Its takes are all still in the project.") % {"name": collection.name}
    )
    return redirect("collection-list", collection.project.slug)


@login_required
@form_on(collection_page)
def collection_arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Move one take to another place; the board's script reads JSON, a plain form is led back to the card."""
    collection = access.collection(request, pk)
    form = ArrangeForm(request.POST)
    problem = "" if form.is_valid() else " ".join(map(str, form.errors["act"]))
    wanted = form.cleaned_data.get("act", {})
    if not problem:
        try:
            board_order.arrange(collection=collection, **wanted)
        except ValidationError as error:
            problem = error.messages[0]
    if wants_json(request):
        return JsonResponse({"error": problem}, status=422) if problem else HttpResponse(status=204)
    if problem:
        messages.error(request, problem)
    return redirect(_address(request, collection) + (f"#place-{wanted['take']}" if wanted else ""))


@login_required
@form_on(collection_page)
def collection_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the takes of the form out of it; htmx is answered with nothing, which takes the card's place."""
    collection = access.collection(request, pk)
    try:
        gone = collections.remove(
            collection=collection, takes=numbers(request.POST.getlist("take")), actor=access.person(request)
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("collection-detail", pk)
    said = ngettext("%(count)d take was taken out.", "%(count)d takes were taken out.", len(gone))
    said %= {"count": len(gone)}
    if request.htmx:  # type: ignore[attr-defined]
        toast = {"level": messages.DEFAULT_TAGS[messages.SUCCESS], "text": said}
        return HttpResponse(headers={"HX-Trigger": json.dumps({"toast": toast})})
    messages.success(request, said)
    return redirect(_address(request, collection))


def _address(request: HttpRequest, collection: Collection) -> str:
    """The page of the board that the form was on."""
    after = request.POST.get("page", "")
    return reverse("collection-detail", args=[collection.pk], query={"after": after} if after else None)


def _list_page(request: HttpRequest, project: Project, form: CollectionForm, status: int = 200) -> HttpResponse:
    before = numbers([request.GET.get("before", "")])
    found = project.collections.with_card(POSTERS)
    page = list((found.filter(pk__lt=before[0]) if before else found)[: PAGE + 1])
    context = about(request, project, "collections") | {
        "rows": [_row(each) for each in page[:PAGE]],
        "next_before": page[PAGE - 1].pk if len(page) > PAGE else None,
        "is_later_page": bool(before),
        "form": form,
    }
    return render(request, "collections/list.html", context, status=status)


def _row(collection: Collection) -> Row:
    places = range(1, POSTERS + 1)
    return Row(collection, [pk for place in places if (pk := getattr(collection, f"poster_{place}"))])


def _board_page(request: HttpRequest, collection: Collection, form: CollectionForm, status: int = 200) -> HttpResponse:
    # Before the cards are read, so that nothing that happens meanwhile is missed.
    cursor = RenderEvent.objects.cursor()
    context = _board(request, collection) | {
        **about(request, collection.project, "collections"),
        "form": form,
        "cursor": cursor,
        # The page hears of the takes that it shows, as the gallery does of those that match.
        "poll_view": f"collection={collection.pk}",
        "compared": boards.watchable(collection=collection, most=compare.MOST),
    }
    return render(request, "collections/detail.html", context, status=status)


def _board(request: HttpRequest, collection: Collection) -> dict[str, Any]:
    project = collection.project
    page = boards.page_of(collection=collection, after=request.GET.get("after", ""))
    marked(request, page.takes)
    return {
        "project": project,
        "collection": collection,
        "board": page,
        "may_arrange": project.archived_at is None,
        "spends_in": {project.pk} if access.may(request, project, access.WHO_SPENDS) else set(),
        "selects": True,
    }
