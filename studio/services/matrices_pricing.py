"""Works a matrix out: the request of each cell, its door, its price or why it cannot be. Writes nothing.

Whatever is the same for many cells is read once, so that two hundred of them cost as many queries as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils import translation

from studio.choices import AssetKind, Operation
from studio.lib import mentions, variables
from studio.lib.english import english
from studio.models import Matrix, ProviderKey, Render, User
from studio.providers import registry
from studio.providers.checks import takes_problems
from studio.providers.problem import Problem
from studio.providers.requests import RenderRequest
from studio.services import budgets
from studio.services.composer import capability_for, with_defaults
from studio.services.composition import number
from studio.services.doors import Known, Offer, choose, doors, keys_of, known_of, next_doors, offers_of
from studio.services.limits import Limit, Stop
from studio.services.matrices import LONGEST_PROMPT
from studio.services.matrices_plan import Cell, Plan
from studio.services.overrides import helpers_of
from studio.services.requests import Choice, build_request
from studio.services.storing import weigh
from studio.services.tray import TrayItem, counts_of, items_of

MOST_TAKES = 200
# The characters of all filled prompts of a matrix: they are held, shown and stored together.
MOST_TOGETHER = 2_000_000
# How many takes each row gets of each model: by row and the studio's name of the model.
Wanted = Mapping[tuple[int, str], int]


@dataclass(frozen=True)
class _Board:
    """What is read once for all cells."""

    matrix: Matrix
    values: dict[str, str]
    offers: list[Offer]
    known: Known
    budgets: list[Limit]
    tray: list[TrayItem]
    source_take: Render | None


def plan_of(*, matrix: Matrix, person: User | None, wanted: Wanted | None = None) -> Plan:
    """The plan of all cells, or of those `wanted`; as many queries for two hundred cells as for one."""
    if problem := _length_problem(matrix):
        return Plan(matrix, [], [], {}, [problem], person=person)
    prompts, missing = _prompts(matrix)
    models = [name for name in dict.fromkeys(matrix.model_names) if wanted or name in registry.studio_models()]
    every = {(row, model): matrix.takes for row in range(len(prompts)) for model in models}
    wanted = every if wanted is None else wanted
    if problems := _whole_problems(matrix, models, prompts, wanted):
        return Plan(matrix, models, prompts, {}, problems, person=person)
    keys = keys_of(matrix.project)
    board = _board(matrix, keys, person)
    cells: dict[tuple[int, str], Cell] = {}
    for model in models:
        takes = {row: number_of for (row, name), number_of in wanted.items() if name == model}
        cells |= {(cell.row, model): cell for cell in _cells(board, model, prompts, missing, takes)}
    # Row by row, as the page shows them and as they are asked for.
    cells = {place: cells[place] for place in sorted(cells, key=lambda place: (place[0], models.index(place[1])))}
    stops = _stops(cells, board)
    helpers = helpers_of(matrix.project) if stops else None
    return Plan(matrix, models, prompts, cells, [], stops, helpers, person, board.source_take)


def _length_problem(matrix: Matrix) -> Problem | None:
    """Why the filled prompts would be too long, reckoned without filling one: what is typed once may stand in each row
    thousands of times."""
    uses = variables.counts(matrix.text)
    rows = [dict(zip(matrix.columns, row, strict=False)) for row in matrix.rows] if uses else []
    total = 0
    for at, row in enumerate(rows, start=1):
        length = len(matrix.text) + sum(
            count * (len(value) - len(name) - 2) for name, count in uses.items() if (value := row.get(name, "").strip())
        )
        total += length
        if length > LONGEST_PROMPT:
            said = english(
                "The prompt of row %(row)s comes to %(count)s characters, and a prompt holds %(most)s.",
                row=at,
                count=f"{length:,}",
                most=f"{LONGEST_PROMPT:,}",
            )
            return Problem("table", said)
    if total > MOST_TOGETHER:
        said = english(
            "The prompts of all rows come to %(count)s characters, and a matrix holds %(most)s. Make two matrices.",
            count=f"{total:,}",
            most=f"{MOST_TOGETHER:,}",
        )
        return Problem("table", said)
    return None


def _prompts(matrix: Matrix) -> tuple[list[str], list[tuple[str, ...]]]:
    """The prompt of each row, and which of its variables have no value; a text without variables is one row."""
    names = variables.names(matrix.text)
    if not names:
        return [variables.fill(matrix.text, {})], [()]
    rows = [dict(zip(matrix.columns, row, strict=False)) for row in matrix.rows]
    missing = [tuple(name for name in names if not row.get(name, "").strip()) for row in rows]
    shown = [row | {name: f"{{{name}}}" for name in gone} for row, gone in zip(rows, missing, strict=True)]
    return [variables.fill(matrix.text, row) for row in shown], missing


def _whole_problems(matrix: Matrix, models: list[str], prompts: list[str], wanted: Wanted) -> list[Problem]:
    typed = matrix.settings.get("values", {})
    found = []
    if matrix.project.archived_at is not None:
        found.append(Problem("project", english("This project is archived. Bring it back before rendering in it.")))
    if not models:
        found.append(Problem("models", english("Choose at least one model.")))
    if not prompts:
        found.append(Problem("table", english("The table is empty: give the variables values in at least one row.")))
    if number(typed.get("takes"), 1) is None or (typed.get("takes", "").strip() and number(typed["takes"]) is None):
        found.append(Problem("takes", english("Say how many takes each cell gets: a number from 1 to 8.")))
    elif problems := takes_problems(matrix.takes):
        found += problems
    elif (count := sum(wanted.values())) > MOST_TAKES:
        found.append(_too_many(count))
    if typed.get("seed", "").strip() and number(typed["seed"]) is None:
        said = english("“%(seed)s” is not a whole number. Correct it, or leave it empty.", seed=typed["seed"][:40])
        found.append(Problem("seed", said))
    if typed.get("operation", "") not in ("", *Operation.values):
        found.append(Problem("operation", english("Choose what to make from the list.")))
    return found


def _too_many(count: int) -> Problem:
    said = english(
        "This comes to %(count)s takes, and %(most)s can be asked for at once. Take out rows or models, or make two "
        "matrices.",
        count=count,
        most=MOST_TAKES,
    )
    return Problem("table", said)


def _board(matrix: Matrix, keys: list[ProviderKey], person: User | None) -> _Board:
    typed = {name: value for name, value in matrix.settings.get("values", {}).items() if value or name == "sound"}
    values = {"operation": Operation.TEXT_TO_VIDEO.value} | typed
    ids = matrix.settings.get("tray", [])
    assets = matrix.project.assets.in_bulk(ids) if ids else {}
    # Roles are given model by model; here it is only which references there are.
    lying = [TrayItem(at, assets[pk], None) for at, pk in enumerate(ids) if pk in assets]
    return _Board(
        matrix=matrix,
        values=values,
        offers=offers_of(keys),
        known=known_of(keys),
        budgets=budgets.limits_of(
            budgets.binding(project_id=matrix.project_id, person_id=person.pk if person else None)
        ),
        tray=lying,
        source_take=_source_take(matrix, values),
    )


def _source_take(matrix: Matrix, values: Mapping[str, str]) -> Render | None:
    if values["operation"] != Operation.VIDEO_EXTENSION:
        return None
    takes = matrix.project.renders.present().select_related("key", "output")
    return (
        takes.defer("key__secret", "key__management_secret").filter(pk=number(values.get("source_take")) or 0).first()
    )


def _cells(
    board: _Board, model: str, prompts: Sequence[str], missing: Sequence[tuple[str, ...]], takes: Mapping[int, int]
) -> list[Cell]:
    offers = [offer for offer in board.offers if offer.capability.studio_model == model]
    if not offers:
        gone = Problem("model", english("No key of this project offers %(model)s.", model=model_name(model)))
        return [Cell(row, model, prompts[row], count, (gone,)) for row, count in takes.items()]
    capability = capability_for(model, board.offers, None)
    values = with_defaults(board.values | {"model": model}, capability)
    tray = items_of([item.asset for item in board.tray], capability, values["operation"])
    request = build_request(
        _choice(values, tray, board.source_take, capability is not None and capability.sound_offered)
    )
    if capability is None or not capability.seed:
        request = replace(request, seed=None)
    together = sum(takes.values())
    cells = []
    for row, count in takes.items():
        typed = _typed_problems(prompts[row], missing[row], counts_of(tray), board, values["operation"])
        own = replace(request, prompt=prompts[row])
        cells.append(_cell(board, offers, own, Cell(row, model, prompts[row], count, typed), together))
    return cells


def _choice(values: Mapping[str, str], tray: Sequence[TrayItem], source_take: Render | None, has_sound: bool) -> Choice:
    return Choice(
        provider="",
        model="",
        operation=Operation(values["operation"]),
        prompt="",
        duration=number(values.get("duration"), 0) or 0,
        resolution=values.get("resolution", ""),
        aspect_ratio=values.get("aspect_ratio", ""),
        sound=bool(values.get("sound")) and has_sound,
        seed=number(values.get("seed")),
        inputs=[(item.role, item.asset) for item in tray if item.role is not None],
        source_take=source_take,
    )


def _typed_problems(
    prompt: str, missing: tuple[str, ...], counts: Mapping[AssetKind, int], board: _Board, operation: str
) -> tuple[Problem, ...]:
    if missing:
        return (Problem("table", str(variables.MissingVariables(list(missing)))),)
    found = []
    for each in mentions.unknown(prompt, counts):
        lying = sum(item.asset.kind == each.kind for item in board.tray)
        if each.number <= lying:
            with translation.override(None):
                label = str(Operation(operation).label)
            said = english("%(name)s is not used by %(operation)s.", name=each.word, operation=label)
        else:
            said = english("%(name)s is not among the references of this matrix.", name=each.word)
        found.append(Problem("prompt", said))
    return tuple(found)


def _cell(board: _Board, offers: Sequence[Offer], request: RenderRequest, cell: Cell, together: int) -> Cell:
    """With the door that a press would use; those takes that use the same model count together for its limits."""
    ranked = doors(
        offers=offers,
        request=request,
        source_take=board.source_take,
        takes=together,
        budgets=board.budgets,
        known=board.known,
    )
    door, reason = choose(ranked)
    if door is None:
        return cell
    problems = (*cell.problems, *door.closed[:1], *door.problems)
    tries_next = board.matrix.project.tries_next_gateway and door.is_open and not problems
    further = tuple(next_doors(ranked, door)) if tries_next else ()
    return replace(cell, door=door, door_reason=reason, further=further, problems=problems)


def _stops(cells: Mapping[tuple[int, str], Cell], board: _Board) -> tuple[Stop, ...]:
    """What the limits say to all good cells together."""
    prices = [
        (cell.door.key.pk, cell.estimate)
        for cell in cells.values()
        for _ in range(cell.takes)
        if cell.is_good and cell.door and cell.estimate
    ]
    found = weigh(prices=prices, budgets=board.budgets, caps=board.known.caps)
    return tuple(stop for each in found for stop in each.stops)


def model_name(model: str) -> str:
    """What people call a model."""
    records = registry.studio_models().get(model)
    return records[0].name if records else model
