"""What takes have cost: the report, the takes behind it, and both as CSV; for studio admins and managers alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio import access
from studio.forms.spend import SpendForm
from studio.lib.months import Month
from studio.lib.spreadsheets import BOM, Cell, lines, needs_bom
from studio.models import Project
from studio.services import spend_export, spend_report
from studio.services.spend_report import Section
from studio.services.spend_scope import Grouping, Scope
from studio.views.spend_links import Links, periods

PAGE = 50
# Bars beyond these would be too short to be read; the table has them all.
BARS, MONTHS = 12, 24
# Fields of the form that a person sees; the rest of the address goes along hidden.
_CHOSEN = {"since", "until", "project"}


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see, of what they may see; no `scope` when the address says something impossible."""

    form: SpendForm
    months: list[Month]
    projects: list[Project]
    scope: Scope | None


@login_required
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Sums by month, project, person, model or gateway, in one section per currency."""
    asked = _asked(request)
    if asked.scope is None:
        return _page(request, "spend/report.html", asked, status=422)
    by = asked.form.cleaned_data["by"]
    links = Links(asked.scope, by)
    sections = spend_report.report(scope=asked.scope, by=by)
    return _page(request, "spend/report.html", asked, links, sections=[_shown(section, links) for section in sections])


@login_required
@require_GET
def takes(request: HttpRequest) -> HttpResponse:
    """The takes behind the sums, last counted first, fifty to a page."""
    asked = _asked(request)
    if asked.scope is None:
        return _page(request, "spend/takes.html", asked, status=422)
    before = asked.form.cleaned_data["before"]
    found, more = spend_report.takes_page(scope=asked.scope, before=int(before) if before else None, size=PAGE)
    links = Links(asked.scope, asked.form.cleaned_data["by"], "spend-takes")
    older = links.to(before=str(more)) if more else ""
    newest = links.to() if before else ""
    return _page(request, "spend/takes.html", asked, links, takes=found, older=older, newest=newest)


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The report, or with `rows=takes` one line per take, as a file for spreadsheets."""
    asked = _asked(request)
    if asked.scope is None:
        return _page(request, "spend/report.html", asked, status=422)
    scope, by = asked.scope, asked.form.cleaned_data["by"]
    if asked.form.cleaned_data["rows"] == "takes":
        takes = spend_export.TakeRows(scope)
        return _file(_file_name(scope, "takes"), takes, takes.names)
    sections = spend_report.report(scope=scope, by=by)
    rows = list(spend_export.report_rows(scope=scope, by=by, sections=sections))
    return _file(_file_name(scope, by.value), rows, [line.name for section in sections for line in section.lines])


def _asked(request: HttpRequest) -> Asked:
    projects = list(access.projects_paid_for(request).only("name", "slug").order_by("name", "pk"))
    allowed = None if access.person(request).is_admin else frozenset(project.pk for project in projects)
    months = spend_report.months(projects=allowed)
    form = SpendForm(request.GET, months=months, projects=projects)
    if not form.is_valid():
        return Asked(form, months, projects, None)
    wanted = form.cleaned_data
    names = ("project", "person", "model", "gateway", "currency")
    scope = Scope(allowed, wanted["since"], wanted["until"], **{name: wanted[name] for name in names})
    return Asked(form, months, projects, scope)


def _page(
    request: HttpRequest, template: str, asked: Asked, links: Links | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"section": "spend", "tab": "report", "form": asked.form, **more}
    if links is not None:
        kept = links.query(links.scope, links.by)
        context |= {
            "scope": links.scope,
            "by": links.by.value,
            "kept": {name: value for name, value in kept.items() if name not in _CHOSEN},
            "groupings": links.groupings(),
            "periods": periods(links, asked.months),
            "filters": links.filters(_names(asked)),
            "report_address": links.to("spend"),
            "takes_address": links.to("spend-takes"),
            "report_csv": links.to("spend-export"),
            "takes_csv": links.to("spend-export", rows="takes"),
        }
    return render(request, template, context, status=status)


def _names(asked: Asked) -> dict[str, str]:
    """What the project and the person that the view is narrowed to are called."""
    scope = asked.scope
    if scope is None:
        return {}
    project = next((project.name for project in asked.projects if project.pk == scope.project), "")
    person = "" if scope.person is None else spend_report.name_of_person(scope=scope)
    return {"project": project, "person": person}


def _shown(section: Section, links: Links) -> dict[str, Any]:
    currency = section.currency
    rows = [(line, links.deeper(line, currency), links.takes(line, currency)) for line in section.lines]
    charted = [line for line in section.lines if line.figures.total]
    # The most expensive ones stand first, months in their order.
    bars = charted[-MONTHS:] if links.by is Grouping.MONTH else charted[:BARS]
    return {
        "currency": currency,
        "total": section.total,
        "rows": rows,
        "bars": bars,
        "left_out": len(charted) - len(bars),
        "longest": max((line.figures.total for line in bars), default=None),
    }


def _file_name(scope: Scope, what: str) -> str:
    return f"spend-{scope.first}-to-{scope.last}-{what}.csv"


def _file(name: str, rows: Iterable[Iterable[Cell]], words: Iterable[str]) -> StreamingHttpResponse:
    start = [BOM] if needs_bom(words) else []
    response = StreamingHttpResponse(chain(start, lines(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
