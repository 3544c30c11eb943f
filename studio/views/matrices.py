"""Matrices: their list, the table that is typed and priced, and the press that asks for all of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from studio import access
from studio.choices import CellState
from studio.forms.matrices import MatrixPress, read_matrix
from studio.models import Matrix, Project, PromptVersion
from studio.providers.problem import Problem
from studio.services import drafts, matrices
from studio.services.matrices_admission import Admitted, render_again, render_matrix
from studio.services.matrices_left_out import left_out_of
from studio.services.matrices_pricing import plan_of
from studio.services.overrides import Override
from studio.services.renders import Refused
from studio.services.said import said
from studio.views.form_pages import form_on, matrix_page
from studio.views.matrices_context import editor_context, result_context
from studio.views.projects import about
from studio.views.takes import number

PAGE = 100


@login_required
@require_GET
def matrix_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The matrices of a project, newest first."""
    project = access.project(request, slug)
    asked = Count("cells", filter=Q(cells__state=CellState.ASKED))
    found = project.matrices.select_related("created_by").annotate(asked=asked).order_by("-pk")
    return render(request, "matrices/list.html", about(request, project, "prompts") | {"matrices": list(found[:PAGE])})


@login_required
@require_http_methods(["GET", "POST"])
def matrix_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A new matrix: empty, of a prompt (`?prompt=`), of the composer (`?composer=1`) or like another one (`?like=`)."""
    project = access.project(request, slug, access.WHO_SPENDS)
    version = _version(request, project)
    if request.method == "GET":
        if project.archived_at is not None:
            messages.warning(request, _("This project is archived: nothing new is made in it."))
            return redirect("matrix-list", slug=slug)
        context = editor_context(request, project, _start(request, project, version))
        return render(request, "matrices/editor.html", context | {"version": version})
    press = read_matrix(request.POST, request.FILES)
    try:
        matrix = matrices.create(project=project, by=access.person(request), sheet=press.sheet, version=version)
    except ValidationError as error:
        return _unkept(request, project, press, error, version=version)
    return _kept(request, matrix, press)


def _version(request: HttpRequest, project: Project) -> PromptVersion | None:
    asked = number((request.POST if request.method == "POST" else request.GET).get("prompt", ""))
    versions = PromptVersion.objects.filter(prompt__project=project).select_related("prompt")
    return versions.filter(pk=asked).first() if asked else None


def _start(request: HttpRequest, project: Project, version: PromptVersion | None) -> matrices.Sheet:
    if like := number(request.GET.get("like", "")):
        matrix = get_object_or_404(project.matrices, pk=like)
        part = number(request.GET.get("left", ""))
        return matrices.sheet_of(matrix) if part is None else _left_out(matrix, part)
    if version is None and request.GET.get("composer"):
        return matrices.sheet_of_draft(drafts.draft_of(project=project, user=access.person(request)))
    return matrices.new_sheet(project, version)


def _left_out(matrix: Matrix, part: int) -> matrices.Sheet:
    sheets = left_out_of(matrix=matrix, cells=matrix.cells.all())
    if part >= len(sheets):
        raise Http404
    return sheets[part]


@login_required
@require_GET
def matrix_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The table with its prices until it is rendered; from then on what became of each cell."""
    matrix = access.matrix(request, pk)
    if matrix.admitted_at is not None:
        return render(request, "matrices/result.html", result_context(request, matrix))
    return _editor(request, matrix)


@login_required
@form_on(matrix_page)
def matrix_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was typed and price it; `act=render` asks for all of it."""
    matrix = access.matrix(request, pk, access.WHO_SPENDS)
    press = read_matrix(request.POST, request.FILES)
    try:
        if not matrices.save(matrix=matrix, sheet=press.sheet):
            return _rendered_meanwhile(request, matrix, press)
    except ValidationError as error:
        return _unkept(request, matrix.project, press, error, matrix=matrix if matrix.admitted_at is None else None)
    if press.step != "render" or press.problems:
        return _kept(request, matrix, press)
    override = Override(access.actor(request), press.override_reason) if press.override_reason else None
    try:
        made = render_matrix(matrix=matrix, person=access.person(request), shown=press.shown, override=override)
    except Refused as refused:
        return _editor(request, matrix, press=press, refused=refused.problems, status=422)
    messages.success(request, _said_of(made))
    return redirect("matrix-detail", pk=pk)


def _kept(request: HttpRequest, matrix: Matrix, press: MatrixPress) -> HttpResponse:
    """The page with the prices; with a table that could not be read, as it was pasted and what is wrong in it."""
    if press.problems:
        return _editor(request, matrix, press=press, status=422)
    if press.rows_read is not None:
        count = press.rows_read
        words = ngettext("%(count)s row was taken from the table.", "%(count)s rows were taken from the table.", count)
        messages.success(request, words % {"count": count})
    where = reverse("matrix-detail", args=[matrix.pk])
    return redirect(f"{where}?rows=more#table" if press.step == "rows" else f"{where}#plan")


def _unkept(
    request: HttpRequest,
    project: Project,
    press: MatrixPress,
    error: ValidationError,
    *,
    matrix: Matrix | None = None,
    version: PromptVersion | None = None,
) -> HttpResponse:
    """The page with what was typed, which could not be kept."""
    context = editor_context(request, project, press.sheet)
    context |= {"press": press, "matrix": matrix, "version": version, "unkept": True, "can_write": True}
    context["refused"] = [Problem("table", message) for message in error.messages]
    return render(request, "matrices/editor.html", context, status=422)


def _rendered_meanwhile(request: HttpRequest, matrix: Matrix, press: MatrixPress) -> HttpResponse:
    """A press that came twice finds its takes; words that were typed into a matrix since then become another one."""
    matrix.refresh_from_db()
    if matrices.tidied(press.sheet) == matrices.tidied(matrices.sheet_of(matrix)):
        found = render_matrix(matrix=matrix, person=access.person(request), shown=press.shown)
        messages.info(request, _said_of(found))
        return redirect("matrix-detail", pk=matrix.pk)
    another = matrices.create(project=matrix.project, by=access.person(request), sheet=press.sheet)
    messages.info(request, _("This matrix was rendered meanwhile, so what you typed is kept as a new one."))
    return _kept(request, another, press)


def _said_of(made: Admitted) -> str:
    if made.was_asked_before:
        words = ngettext(
            "Already asked for: %(count)s take. Nothing new is paid for.",
            "Already asked for: %(count)s takes. Nothing new is paid for.",
            made.takes,
        )
        return words % {"count": made.takes}
    words = ngettext("%(count)s take is on the way.", "%(count)s takes are on the way.", made.takes)
    if not made.left_out:
        return words % {"count": made.takes}
    left = ngettext("%(count)s could not be rendered.", "%(count)s could not be rendered.", made.left_out)
    return f"{words % {'count': made.takes}} {left % {'count': made.left_out}}"


def _editor(
    request: HttpRequest,
    matrix: Matrix,
    *,
    press: MatrixPress | None = None,
    refused: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = editor_context(request, matrix.project, matrices.sheet_of(matrix))
    context |= {"matrix": matrix, "version": matrix.prompt_version, "press": press, "refused": refused or []}
    # It names budgets and what is left of them, which is the business of those who spend. Beside a table that could not
    # be read there is none: its button would pay for the values before it.
    if not (press and press.problems) and access.may(request, matrix.project, access.WHO_SPENDS):
        context["plan"] = plan_of(matrix=matrix, person=access.person(request))
    return render(request, "matrices/editor.html", context, status=status)


@login_required
@form_on(matrix_page)
def matrix_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask again for the cells that ended without a file; for what may have been charged only with the tick."""
    matrix = access.matrix(request, pk, access.WHO_SPENDS)
    with_possibly = bool(request.POST.get("possibly"))
    if with_possibly and not request.POST.get("twice"):
        messages.warning(request, _("Tick that these may be paid twice, or leave them as they are. Nothing was sent."))
        return redirect("matrix-detail", pk=pk)
    shown = str(request.POST.get("shown", ""))[:8_000]
    reason = str(request.POST.get("override_reason", ""))[:2_000].replace("\x00", "")
    try:
        made = render_again(
            matrix=matrix,
            person=access.person(request),
            shown=shown,
            numbers=[pk for pk in map(number, shown.partition(":")[2].split(",")) if pk],
            with_possibly=with_possibly,
            override=Override(access.actor(request), reason) if reason else None,
        )
    except ValidationError as error:
        messages.warning(request, " ".join(map(said, error.messages)))
        return redirect("matrix-detail", pk=pk)
    except Refused as refused:
        context = result_context(request, matrix) | {"refused": refused.problems, "override_reason": reason}
        return render(request, "matrices/result.html", context, status=422)
    messages.success(request, _said_of(made))
    return redirect("matrix-detail", pk=pk)
