"""Views of galleries under a name: kept, listed, renamed, deleted. Whoever asks has only their own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from studio import access
from studio.forms.saved_views import KeepViewForm, ViewNameForm
from studio.models import Project, SavedView
from studio.services import saved_views
from studio.views.asked import kept_of, look_at
from studio.views.form_pages import form_on


def list_page(request: HttpRequest, pk: int | None = None) -> str:
    """Where views are seen to; there is none of others."""
    if pk is not None:
        _view(request, pk)
    return reverse("saved-view-list")


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All views of the person."""
    return _listed(request)


@login_required
@form_on(list_page)
def create(request: HttpRequest) -> HttpResponse:
    """Keep what a gallery shows, and go on with it."""
    form = KeepViewForm(request.POST)
    if not form.is_valid():
        return _listed(request, problem=_first(form), is_new=True)
    slug = form.cleaned_data["project"]
    project = access.project(request, slug) if slug else None
    # Only filters are kept, whatever else stood in the address.
    query = kept_of(look_at(request, QueryDict(form.cleaned_data["query"]), project).form).urlencode()
    try:
        view = saved_views.keep(
            user=access.person(request), project=project, name=form.cleaned_data["name"], query=query
        )
    except ValidationError as error:
        return _listed(request, problem=error.messages[0], is_new=True)
    messages.success(request, _("“%(name)s” is kept among your views.") % {"name": view.name})
    return redirect(_address(view))


@login_required
@form_on(list_page)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a view something else."""
    view, form = _view(request, pk), ViewNameForm(request.POST)
    if not form.is_valid():
        return _listed(request, problem=_first(form), view=view)
    try:
        saved_views.rename(view=view, name=form.cleaned_data["name"])
    except ValidationError as error:
        return _listed(request, problem=error.messages[0], view=view)
    messages.success(request, _("The view is called “%(name)s” now.") % {"name": form.cleaned_data["name"]})
    return redirect(list_page(request))


@login_required
@form_on(list_page)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view."""
    view = _view(request, pk)
    saved_views.delete(view=view)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(list_page(request))


def _view(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView, pk=pk, user=access.person(request))


def _first(form: ViewNameForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _listed(
    request: HttpRequest, *, problem: str = "", view: SavedView | None = None, is_new: bool = False
) -> HttpResponse:
    """All views; with the name that was typed for one of them, or for a new one (`is_new`) with its filters."""
    user = access.person(request)
    # A view of a project that the person has left stays in its row, and is not offered.
    visible = Project.objects.visible_to(user)
    mine = SavedView.objects.filter(user=user).select_related("project").order_by("project__name", "name")
    rows = [
        {"view": each, "address": _address(each), "typed": request.POST.get("name") if each == view else None}
        for each in mine.exclude(project__isnull=False, project__in=Project.objects.exclude(pk__in=visible))
    ]
    context = {"section": "gallery", "rows": rows, "problem": problem, "unkept": request.POST if is_new else None}
    return render(request, "gallery/views.html", context, status=422 if problem else 200)


def _address(view: SavedView) -> str:
    page = reverse("gallery") if view.project is None else reverse("project-detail", args=[view.project.slug])
    return f"{page}?{view.query}" if view.query else page
