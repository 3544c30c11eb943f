"""Out to the edit: what was made, asking for more, and the files themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from studio import access
from studio.choices import ExportFormat
from studio.forms.exports import ABOUT, ExportForm, numbers
from studio.media import storage
from studio.media.ranges import ranged_response
from studio.models import Project, Render
from studio.services import boards, export_choice, exports
from studio.services.export_choice import AS_GIVEN, BY_NUMBER
from studio.views.projects import about

SHOWN = 50
CONTENT_TYPES = {
    ExportFormat.ZIP: "application/zip",
    ExportFormat.OTIO: "application/json",
    ExportFormat.EDL: "text/plain; charset=utf-8",
    ExportFormat.FCPXML: "application/xml",
}


@login_required
@require_GET
def export_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest exports of a project; the list alone when it asks for itself, while something is being made."""
    project = access.project(request, slug)
    found = list(project.exports.select_related("created_by")[:SHOWN])
    context = {"exports": found, "is_live": any(export.state in exports.LIVE for export in found)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "exports/_list.html", context | {"project": project})
    return render(request, "exports/list.html", context | about(request, project, "exports"))


@login_required
@require_http_methods(["GET", "POST"])
def export_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for one: of the takes in `?take=`, of those of `?collection=` in its order, else of all that are approved."""
    project = access.project(request, slug)
    order = AS_GIVEN if "collection" in request.GET else BY_NUMBER
    form = ExportForm(request.POST or None, initial={"format": ExportFormat.ZIP, "order": order})
    if request.method == "POST" and form.is_valid():
        wanted = numbers(request.POST.getlist("take"))
        takes = export_choice.listed(export_choice.chosen(project=project, numbers=wanted), wanted)
        try:
            exports.ask(
                project=project,
                takes=export_choice.ordered(takes, form.cleaned_data["order"]),
                format=form.cleaned_data["format"],
                actor=access.person(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("It is being made. You can go on with something else meanwhile."))
            return redirect("export-list", slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "exports/new.html", _new_page(request, project, form), status=status)


@login_required
@require_safe
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, to keep; in ranges, so that a broken download goes on where it stopped."""
    export = access.export(request, pk)
    path = storage.absolute(export.file) if export.file else None
    if path is None or not path.is_file():
        messages.warning(request, _("This file is not there, or not any more. Ask for the export again."))
        return redirect("export-list", export.project.slug)
    return ranged_response(
        request,
        path,
        content_type=CONTENT_TYPES[ExportFormat(export.format)],
        etag=f"export-{export.pk}-{export.created_at.timestamp()}",
        download_name=f"{slugify(export.project.name) or 'takes'}-export-{export.pk}{path.suffix}",
    )


def _new_page(request: HttpRequest, project: Project, form: ExportForm) -> dict[str, Any]:
    """The form with the takes that it is about; those without a film are named and left out."""
    wanted = _wanted(request, project)
    found = _chosen(request, project, wanted)
    takes = [take for take in found if exports.has_file(take)]
    return {
        **about(request, project, "exports"),
        "form": form,
        "takes": takes,
        "bare": [take for take in found if not exports.has_file(take)],
        "unknown": len(set(wanted) - {take.pk for take in found}),
        "is_chosen": bool(wanted) or "collection" in request.GET,
        "total": exports.total_size(takes),
        "formats": [(format, format.label, ABOUT[format]) for format in ExportFormat],
    }


def _wanted(request: HttpRequest, project: Project) -> list[int]:
    """The numbers of the takes that the form or the address names."""
    if request.method == "POST":
        return numbers(request.POST.getlist("take"))
    if "collection" in request.GET:
        # One more than an export may hold, so that it says so.
        return boards.numbers(collection=access.collection_in(request, project), most=exports.MOST_TAKES + 1)
    return numbers(request.GET.getlist("take"))


def _chosen(request: HttpRequest, project: Project, wanted: list[int]) -> list[Render]:
    found = export_choice.chosen(project=project, numbers=wanted)
    if request.method == "POST" or "collection" in request.GET:
        return export_choice.listed(found, wanted)
    return found if wanted else export_choice.approved(project=project)
