"""What the pages of a matrix show: the table that is typed, and the grid of what its cells have become."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from studio import access
from studio.choices import Operation
from studio.models import Asset, Matrix, Project, Render, RenderEvent
from studio.providers.capabilities import Capability
from studio.services import compare, drafts
from studio.services.doors import keys_of, offers_of
from studio.services.matrices import MOST_VALUES, Sheet, sheet_problem, tidied
from studio.services.matrices_admission import Again, again_of
from studio.services.matrices_left_out import left_out_of
from studio.services.matrices_pricing import MOST_TAKES, model_name
from studio.services.matrices_results import Place, failed, places_of, tally_of
from studio.services.tray import items_of, rule_of
from studio.views.marks import marked
from studio.views.projects import about
from studio.views.takes import FAR_BEHIND, number

# Empty rows under what is typed, and what a form may hold of both.
_SPARE, _MORE = 3, 10
_FIELDS_OF_A_FORM = MOST_VALUES + 100


def editor_context(request: HttpRequest, project: Project, sheet: Sheet) -> dict[str, Any]:
    """Everything for `matrices/editor.html` but the prices."""
    # What is too much to be kept is shown as it was typed: tidied it could be a thousand times as long.
    sheet = sheet if sheet_problem(sheet) else tidied(sheet)
    offers = offers_of(keys_of(project))
    capabilities = [offer.capability for offer in offers]
    offered = list(dict.fromkeys(each.studio_model for each in capabilities))
    operations = {operation for each in capabilities for operation in each.operations}
    wanted = set(sheet.variables)
    return {
        **about(request, project, "prompts"),
        "sheet": sheet,
        "grid": _grid(sheet, _MORE if request.GET.get("rows") else _SPARE),
        "idle": [name for name in sheet.columns if name not in wanted],
        "models": [(name, model_name(name), name in sheet.model_names) for name in offered],
        "operations": [each for each in Operation if each in operations],
        "ratios": list(dict.fromkeys(value for each in capabilities for value in each.aspect_ratios)),
        "resolutions": list(dict.fromkeys(value for each in capabilities for value in each.resolutions)),
        "durations": [str(value) for value in sorted({value for each in capabilities for value in each.durations})],
        "operation": _operation(sheet),
        "references": _references(request, project, sheet, capabilities),
        "most_takes": MOST_TAKES,
    }


def _grid(sheet: Sheet, spare: int) -> list[list[tuple[str, str]]]:
    """The typed rows and some empty ones, as far as a form may hold them; each value with its column's name."""
    if not sheet.columns:
        return []
    room = max(0, _FIELDS_OF_A_FORM // len(sheet.columns) - len(sheet.rows))
    rows = [*sheet.rows, *([""] * len(sheet.columns) for _ in range(min(spare, room)))]
    return [list(zip(sheet.columns, row, strict=False)) for row in rows]


@dataclass(frozen=True)
class Reference:
    """A reference as the page offers it: whether the cells have it, and whether the chosen operation can use it."""

    asset: Asset
    is_ticked: bool
    is_used: bool


def _references(request: HttpRequest, project: Project, sheet: Sheet, offered: Sequence[Capability]) -> list[Reference]:
    """Those of the matrix in their order, then the others of the person's composer, which are not ticked."""
    lying = drafts.tray_ids(project=project, user=access.person(request))
    ids = dict.fromkeys([*sheet.tray, *lying])
    assets = project.assets.in_bulk(ids) if ids else {}
    capabilities = [each for each in offered if each.studio_model in sheet.model_names] or offered
    operation = _operation(sheet)
    own = [assets[pk] for pk in dict.fromkeys(sheet.tray) if pk in assets]
    used = _used(own, capabilities, operation)
    others = [assets[pk] for pk in ids if pk in assets and assets[pk] not in own]
    return [
        *(Reference(asset, asset.pk in used, asset.pk in used) for asset in own),
        *(Reference(asset, False, asset.pk in _used([asset], capabilities, operation)) for asset in others),
    ]


def _operation(sheet: Sheet) -> Operation:
    chosen = sheet.values.get("operation", "")
    return Operation(chosen) if chosen in Operation.values else Operation.TEXT_TO_VIDEO


def _used(assets: Sequence[Asset], capabilities: Sequence[Capability], operation: Operation) -> set[int]:
    """Those to which one model or another gives a role; all of them where none of the models knows the operation, as
    what is not ticked is gone with the next save."""
    knowing = [capability for capability in capabilities if rule_of(capability, operation) is not None]
    if not knowing:
        return {asset.pk for asset in assets}
    trays = [items_of(assets, capability, operation) for capability in knowing]
    return {item.asset.pk for tray in trays for item in tray if item.role is not None}


@dataclass(frozen=True)
class Spot:
    """A place as the grid shows it: its card, or what stands there instead."""

    place: Place
    take: Render | None


@dataclass(frozen=True)
class Row:
    """A row of the grid: the values it was made with, its places model by model, and where it is compared."""

    number: int
    values: list[tuple[str, str]]
    cells: list[tuple[str, list[Spot]]]
    compare_url: str


def result_context(request: HttpRequest, matrix: Matrix) -> dict[str, Any]:
    """Everything for `matrices/result.html`; as many queries for two hundred cells as for one."""
    # Before anything is read, so that no change falls between.
    cursor = RenderEvent.objects.cursor()
    places = places_of(matrix=matrix)
    context = about(request, matrix.project, "prompts")
    spots = _spots(request, places, matrix.project)
    return {
        **context,
        **_summary(request, matrix, places),
        "cursor": cursor,
        "models": [(name, model_name(name)) for name in matrix.model_names],
        "rows": _rows(matrix, spots),
        "left_out": left_out_of(matrix=matrix, cells=[place.cell for place in places]),
        "spends_in": {matrix.project_id} if access.may(request, matrix.project, access.WHO_SPENDS) else set(),
        "selects": True,
    }


def _summary(request: HttpRequest, matrix: Matrix, places: Sequence[Place]) -> dict[str, Any]:
    """How far it has come, and what running the failed ones again comes to."""
    ended = failed(places, with_possibly=True)
    found: dict[str, Any] = {"matrix": matrix, "tally": tally_of(places), "failed": failed_digest(ended)}
    if ended and access.may(request, matrix.project, access.WHO_SPENDS) and matrix.project.archived_at is None:
        found["again"] = _agains(request, matrix, places)
    return found


def _agains(request: HttpRequest, matrix: Matrix, places: Sequence[Place]) -> list[tuple[bool, Again]]:
    """Without what may have been charged, and with it; each only where it is something of its own."""
    scopes = [scope for scope in (False, True) if failed(places, with_possibly=scope)]
    person = access.person(request)
    found = [(scope, again_of(matrix=matrix, person=person, places=places, with_possibly=scope)) for scope in scopes]
    return [(scope, again) for scope, again in found if not scope or again.possibly]


def failed_digest(ended: Iterable[Place]) -> str:
    """Which takes have failed, in a few letters: a page that knows the same needs no new price."""
    numbers = ",".join(str(place.take_id) for place in ended)
    return hashlib.sha256(numbers.encode()).hexdigest()[:12] if numbers else ""


def _spots(request: HttpRequest, places: Sequence[Place], project: Project) -> list[Spot]:
    numbers = [place.take_id for place in places if place.take_id is not None]
    takes = {take.pk: take for take in marked(request, cards_of(project).filter(pk__in=numbers))}
    return [Spot(place, takes.get(place.take_id or 0)) for place in places]


def cards_of(project: Project) -> QuerySet[Render]:
    """The takes of a project, each with all that its card shows."""
    return Render.objects.filter(project=project).in_gallery()


def _rows(matrix: Matrix, spots: Sequence[Spot]) -> list[Row]:
    by_row: dict[int, list[Spot]] = {}
    for spot in spots:
        by_row.setdefault(spot.place.cell.row, []).append(spot)
    return [_row(matrix, at, found) for at, found in sorted(by_row.items())]


def _row(matrix: Matrix, at: int, spots: Sequence[Spot]) -> Row:
    values = matrix.rows[at] if at < len(matrix.rows) else []
    ready = [spot.take.pk for spot in spots if spot.take is not None and spot.take.state == "ready"][: compare.MOST]
    address = reverse("compare", query={"take": ready}) if len(ready) > 1 else ""
    cells = [(name, [spot for spot in spots if spot.place.cell.model == name]) for name in matrix.model_names]
    return Row(at + 1, list(zip(matrix.columns, values, strict=False)), cells, address)


@login_required
@require_GET
def matrix_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What has changed since `?since=`: 204 for nothing, else the places that changed and the sums beside them."""
    matrix = access.matrix(request, pk)
    events = RenderEvent.objects.since(number(request.GET.get("since", "")) or 0)
    if not events:
        return HttpResponse(status=204)
    moved = {event.render_id for event in events}
    places = places_of(matrix=matrix)
    changed = [place for place in places if place.tree & moved]
    if not changed and len(events) < FAR_BEHIND:
        return HttpResponse(status=204)
    context = {
        **_summary(request, matrix, places),
        "project": matrix.project,
        "cursor": events[-1].pk,
        "changed": _spots(request, changed, matrix.project),
        "known": request.GET.get("failed", ""),
        "spends_in": {matrix.project_id} if access.may(request, matrix.project, access.WHO_SPENDS) else set(),
        "selects": True,
    }
    return render(request, "matrices/_changes.html", context)
