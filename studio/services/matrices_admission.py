"""Asking for the takes of a matrix: all good cells in one transaction, under the locks that every new take is under.

All or nothing for the money: where a limit stands against the sum, no take is made. A cell that cannot be rendered
is left out with its reason. Pressed twice, it is the same takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from studio.choices import CellState, Lineage
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Matrix, MatrixCell, Render, User
from studio.providers.estimates import Estimate
from studio.providers.problem import Problem
from studio.services import asking_again, budget_notices, key_limits, overrides, search_index
from studio.services.doors import frozen
from studio.services.matrices_plan import Cell, Plan
from studio.services.matrices_pricing import plan_of
from studio.services.matrices_results import Place, failed, places_of
from studio.services.overrides import Override
from studio.services.queue import ensure_tracker
from studio.services.renders import Refused
from studio.services.storing import Order, Origin, closed_together, store_render

CHANGED = Problem(
    "render",
    english(
        "The table, a gateway or a price has changed since this page was shown: look once more and press again. "
        "Nothing was sent, and nothing is charged."
    ),
)
MEANWHILE = Problem(
    "render",
    english(
        "Somebody has asked for some of these again since this page was shown: look once more and press again for the "
        "rest. Nothing was sent, and nothing is charged."
    ),
)
NOTHING = Problem("render", english("No cell can be rendered as it stands. Nothing was sent, and nothing is charged."))
# What all columns of a matrix say that its takes were made from.
_CONTENT = ("text", "settings", "columns", "rows", "model_names", "takes")


@dataclass(frozen=True)
class Admitted:
    """What a press has made, or what an earlier one made and this one found."""

    takes: int
    left_out: int = 0
    was_asked_before: bool = False


def render_matrix(*, matrix: Matrix, person: User, shown: str, override: Override | None = None) -> Admitted:
    """Ask for every cell that can be rendered, if the page showed what that comes to now.

    Raises Refused; then nothing is stored, and nothing is reserved."""
    if matrix.admitted_at is not None:
        return _before(matrix)
    plan = plan_of(matrix=matrix, person=person)
    _require_shown(plan, shown)
    try:
        with transaction.atomic():
            locked = Matrix.objects.select_for_update(no_key=True).get(pk=matrix.pk)
            if locked.admitted_at is not None:
                return _before(locked)
            if any(getattr(locked, name) != getattr(matrix, name) for name in _CONTENT):
                raise Refused([CHANGED])
            orders = [_order(plan, cell, person, locked.submission) for cell in plan.good for _ in range(cell.takes)]
            prices = [cell.estimate for cell in plan.good for _ in range(cell.takes)]
            made = _store(orders, prices, list(range(1, len(orders) + 1)), override)
            _store_cells(plan, made)
            Matrix.objects.filter(pk=matrix.pk).update(admitted_at=now())
    except Refused as refused:
        budget_notices.tell_of_stops(project=matrix.project, person=person, stops=refused.stops)
        raise
    return Admitted(len(made), sum(cell.takes for cell in plan.bad))


def _require_shown(plan: Plan, shown: str) -> None:
    if plan.problems:
        raise Refused(plan.problems)
    if plan.shown != shown:
        raise Refused([CHANGED])
    if not plan.good:
        raise Refused([NOTHING])


def _before(matrix: Matrix) -> Admitted:
    asked = matrix.cells.filter(state=CellState.ASKED).count()
    return Admitted(asked, matrix.cells.filter(state=CellState.REFUSED).count(), was_asked_before=True)


def _order(plan: Plan, cell: Cell, person: User, submission: UUID, origin: Origin | None = None) -> Order:
    if cell.door is None:
        raise ValueError("A cell without a door is not asked for.")
    return Order(
        project=plan.matrix.project,
        asked_by=person,
        key=cell.door.key,
        request=cell.door.request,
        submission=submission,
        origin=origin or Origin(prompt_version=plan.matrix.prompt_version, source_take=plan.source_take),
        door_reason=cell.door_reason,
        fallbacks=frozen(cell.further),
    )


def _store(
    orders: Sequence[Order], prices: Sequence[Estimate | None], numbers: Sequence[int], override: Override | None
) -> list[Render]:
    """Reserve and store all of them at the `prices` that were shown, or raise Refused. Call it within a transaction."""
    project, person = orders[0].project, orders[0].asked_by
    closed = closed_together(orders=orders)
    stops = [stop for each in closed for stop in each.stops]
    problems = [problem for each in closed for problem in each.problems]
    found = problems or overrides.problems(project=project, stops=stops, override=override, person=person)
    if found:
        raise Refused([*found], stops)
    held = overrides.held_note(stops=stops, override=override)
    made = [store_render(order=order, take_number=at, held=held) for order, at in zip(orders, numbers, strict=True)]
    shown = [(price.amount, price.currency) for price in prices if price is not None]
    # A price table may have been changed between the look and the locks.
    if [(take.estimate, take.currency) for take in made] != shown:
        raise Refused([CHANGED])
    search_index.index(noun="take", numbers=[take.pk for take in made])
    if stops and override is not None:
        overrides.record(stops=stops, override=override, renders=made)
    for each in closed:
        budget_notices.tell_of_press(project=project, person=person, limits=each.limits, amount=each.amount)
    ensure_tracker()
    return made


def _store_cells(plan: Plan, made: Sequence[Render]) -> None:
    """One row for each take that was asked for and for each that could not be, in the order of the page."""
    takes = iter(made)
    rows = []
    for cell in plan.cells.values():
        for number in range(1, cell.takes + 1):
            place = MatrixCell(matrix=plan.matrix, row=cell.row, model=cell.model, take_number=number)
            if cell.is_good:
                place.state, place.render = CellState.ASKED, next(takes)
            else:
                place.state, place.problem = CellState.REFUSED, " ".join(cell.why_not)
            rows.append(place)
    MatrixCell.objects.bulk_create(rows)


@dataclass(frozen=True)
class Again:
    """The cells that ended without a file, and what it costs to ask for them once more."""

    plan: Plan
    failed: list[Place]
    # Those that may have been charged, whether or not they are among the failed ones to be asked for.
    possibly: list[Place]

    @property
    def numbers(self) -> str:
        """The takes that would be replaced, for the form."""
        return ",".join(str(place.take_id) for place in self.failed)

    @property
    def shown(self) -> str:
        """What a press would ask and pay for, as a digest."""
        return f"{self.plan.shown}:{self.numbers}"


def again_of(*, matrix: Matrix, person: User | None, places: Sequence[Place], with_possibly: bool) -> Again:
    """What asking again for the failed cells comes to."""
    chosen = failed(places, with_possibly=with_possibly)
    wanted = Counter((place.cell.row, place.cell.model) for place in chosen)
    plan = plan_of(matrix=matrix, person=person, wanted=wanted)
    return Again(plan, chosen, [place for place in places if place.has_failed and place.may_be_charged])


def render_again(
    *,
    matrix: Matrix,
    person: User,
    shown: str,
    numbers: Sequence[int],
    with_possibly: bool,
    override: Override | None = None,
) -> Admitted:
    """Ask again for the cells that ended without a file, as new paid work, if the page showed what that comes to now.

    `numbers` are the takes that the page showed as failed. What may have been charged is only asked for again
    `with_possibly`. Raises Refused or ValidationError; then nothing is stored."""
    if matrix.admitted_at is None:
        raise ValidationError(english("This matrix was not rendered yet."))
    again = again_of(matrix=matrix, person=person, places=places_of(matrix=matrix), with_possibly=with_possibly)
    try:
        with transaction.atomic():
            Matrix.objects.select_for_update(no_key=True).get(pk=matrix.pk)
            _lock_keys(again)
            # Read anew after the locks: somebody may have asked for one of them from its own page.
            now_failed = {place.take_id for place in failed(places_of(matrix=matrix), with_possibly=with_possibly)}
            if numbers and not now_failed & set(numbers):
                return Admitted(len(numbers), was_asked_before=True)
            _require_shown(again.plan, again.plan.shown)
            if not now_failed.issuperset(numbers):
                raise Refused([MEANWHILE])
            if again.shown != shown or now_failed != {place.take_id for place in again.failed}:
                raise Refused([CHANGED])
            return _store_again(again, person, override)
    except Refused as refused:
        budget_notices.tell_of_stops(project=matrix.project, person=person, stops=refused.stops)
        raise
    except IntegrityError:
        # One of them was tried again from its own page at this very moment.
        raise Refused([MEANWHILE]) from None


def _lock_keys(again: Again) -> None:
    """The keys that are asked and those that whoever tries one of the failed takes again locks as well."""
    before = asking_again.keys_of(numbers=[place.take_id for place in again.failed if place.take_id is not None])
    key_limits.lock_all(key_ids={*before, *(cell.door.key.pk for cell in again.plan.good if cell.door)})


def _store_again(again: Again, person: User, override: Override | None) -> Admitted:
    cells = [again.plan.cells.get((place.cell.row, place.cell.model)) for place in again.failed]
    places = [place for place, cell in zip(again.failed, cells, strict=True) if cell is not None and cell.is_good]
    found = ("prompt_version", "source_take", "answers")
    takes = Render.objects.select_related(*found).in_bulk([place.take_id for place in places])
    orders, prices = [], []
    for place in places:
        before, cell = takes[place.take_id or 0], again.plan.cells[place.cell.row, place.cell.model]
        origin = Origin(before.prompt_version, before, Lineage.RETRY, before.source_take, before.answers)
        # As if each were tried again from its own page: pressed there at the same moment, it is still one take.
        submission = asking_again.submission_of(render=before)
        prices.append(cell.estimate)
        orders.append(_order(again.plan, cell, person, submission, origin))
    made = _store(orders, prices, [1] * len(orders), override)
    for place, take in zip(places, made, strict=True):
        place.cell.render = take
    MatrixCell.objects.bulk_update([place.cell for place in places], ["render"])
    return Admitted(len(made), len(again.failed) - len(made))
