"""Presses of one matrix at the same moment make its takes once; a budget without room for all of them makes none."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from studio.choices import CellState, LedgerKind, RenderState, Role, Standing
from studio.lib.clock import now
from studio.models import LedgerEntry, Matrix, MatrixCell, Project, Render, User
from studio.services import renders
from studio.services.matrices_admission import again_of, render_again, render_matrix
from studio.services.matrices_pricing import plan_of
from studio.services.matrices_results import places_of
from studio.services.renders import Refused
from tests.factories import make_budget, make_key, make_matrix, make_project, make_render, make_request, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES, CELLS = 8, 6
SECONDS = 120.0
FAST = "seedance-2.0-fast"


@pytest.fixture
def team(transactional_db: None) -> tuple[Project, User]:
    person = make_user("ada")
    make_key()
    return make_project({Role.ARTIST: person}), person


def typed(project: Project, **over: object) -> Matrix:
    return make_matrix(project, rows=[[f"hero {at}", "sea"] for at in range(CELLS)], **over)


def at_once(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """Run them all in threads of their own, begun together; counts what each of them came to."""
    start, results, lock = threading.Barrier(len(acts)), Counter[str](), threading.Lock()

    def run(act: Callable[[], object]) -> None:
        start.wait(SECONDS)
        try:
            said = str(act())
        except Refused:
            said = "refused"
        except Exception as error:
            said = repr(error)
        finally:
            connections.close_all()
        with lock:
            results[said] += 1

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    return results


def press(matrix: Matrix, person: User, shown: str) -> str:
    made = render_matrix(matrix=Matrix.objects.get(pk=matrix.pk), person=person, shown=shown)
    return "found" if made.was_asked_before else "made"


def held() -> int:
    return LedgerEntry.objects.filter(kind=LedgerKind.RESERVED).count()


def test_many_presses_of_one_page_make_its_takes_once(team: tuple[Project, User]) -> None:
    project, person = team
    matrix = typed(project)
    shown = plan_of(matrix=matrix, person=person).shown

    results = at_once([lambda: press(matrix, person, shown)] * PRESSES)

    assert results == {"made": 1, "found": PRESSES - 1}
    assert (Render.objects.count(), held(), matrix.cells.count()) == (CELLS, CELLS, CELLS)


def test_two_matrices_and_room_for_one_take_less_than_both_make_one_of_them(team: tuple[Project, User]) -> None:
    project, person = team
    pair = [typed(project), typed(project)]
    price = plan_of(matrix=pair[0], person=person).good[0].total or Decimal(0)
    make_budget(project, amount=(price * (2 * CELLS - 1)).quantize(Decimal("0.01")))
    shown = [plan_of(matrix=matrix, person=person).shown for matrix in pair]

    results = at_once([lambda at=at: press(pair[at], person, shown[at]) for at in (0, 1)])  # type: ignore[misc]

    assert results == {"made": 1, "refused": 1}
    assert (Render.objects.count(), held(), MatrixCell.objects.count()) == (CELLS, CELLS, CELLS)


def test_room_for_one_cell_less_admits_none_however_often_it_is_pressed(team: tuple[Project, User]) -> None:
    project, person = team
    matrix = typed(project)
    plan = plan_of(matrix=matrix, person=person)
    price = plan.good[0].total or Decimal(0)
    make_budget(project, amount=(price * (CELLS - 1)).quantize(Decimal("0.01")) + Decimal("0.01"))

    results = at_once([lambda: press(matrix, person, plan.shown)] * PRESSES)

    assert results == {"refused": PRESSES}
    assert (Render.objects.count(), held(), MatrixCell.objects.count()) == (0, 0, 0)


def test_matrices_with_keys_in_opposite_order_never_wait_in_a_ring(team: tuple[Project, User]) -> None:
    project, person = team
    make_key(provider="seedance", currency="credits")
    orders = [[FAST, "seedance-1.5-pro"], ["seedance-1.5-pro", FAST]]
    many = [typed(project, model_names=orders[at % 2]) for at in range(PRESSES)]
    shown = [plan_of(matrix=matrix, person=person).shown for matrix in many]

    results = at_once([lambda at=at: press(many[at], person, shown[at]) for at in range(PRESSES)])  # type: ignore[misc]

    assert results == {"made": PRESSES}
    assert Render.objects.count() == PRESSES * sum(cell.takes for cell in plan_of(matrix=many[0], person=person).good)


def test_failed_ones_run_again_from_two_pages_at_once_are_paid_for_once(team: tuple[Project, User]) -> None:
    project, person = team
    matrix = typed(project, admitted_at=now())
    takes = [_failed(matrix, at) for at in range(CELLS)]
    again = again_of(matrix=matrix, person=person, places=places_of(matrix=matrix), with_possibly=False)
    numbers = [take.pk for take in takes]

    def run() -> str:
        found = Matrix.objects.get(pk=matrix.pk)
        made = render_again(matrix=found, person=person, shown=again.shown, numbers=numbers, with_possibly=False)
        return "found" if made.was_asked_before else "made"

    results = at_once([run] * PRESSES)

    assert results == {"made": 1, "found": PRESSES - 1}
    assert Render.objects.filter(parent__in=takes).count() == CELLS


def test_failed_one_run_again_from_the_matrix_and_its_own_page_at_once_is_one_take(team: tuple[Project, User]) -> None:
    project, person = team
    matrix = typed(project, admitted_at=now())
    take = _failed(matrix, 0)
    shown = again_of(matrix=matrix, person=person, places=places_of(matrix=matrix), with_possibly=False).shown

    def alone() -> str:
        renders.retry(render=Render.objects.get(pk=take.pk), asked_by=person)
        return "asked"

    def together() -> str:
        found = Matrix.objects.get(pk=matrix.pk)
        render_again(matrix=found, person=person, shown=shown, numbers=[take.pk], with_possibly=False)
        return "asked"

    results = at_once([alone, together] * 3)

    assert results["asked"] + results["refused"] == 6
    assert Render.objects.filter(parent=take).count() == 1


def test_with_and_without_sound_at_once_is_one_take_and_the_others_hear_of_it(team: tuple[Project, User]) -> None:
    project, person = team
    matrix = typed(project, admitted_at=now())
    take = _failed(matrix, 0)
    shown = again_of(matrix=matrix, person=person, places=places_of(matrix=matrix), with_possibly=False).shown

    def alone() -> str:
        try:
            renders.retry(render=Render.objects.get(pk=take.pk), asked_by=person, sound=False)
        except ValidationError:
            return "told"
        return "asked"

    def together() -> str:
        found = Matrix.objects.get(pk=matrix.pk)
        render_again(matrix=found, person=person, shown=shown, numbers=[take.pk], with_possibly=False)
        return "asked"

    results = at_once([alone, together] * 3)

    assert (Render.objects.filter(parent=take).count(), held()) == (1, 1)
    assert results["asked"] + results["told"] + results["refused"] == 6


def _failed(matrix: Matrix, at: int) -> Render:
    request = make_request(prompt=f"A hero {at} at the sea.", sound=True)
    take = make_render(matrix.project, state=RenderState.FAILED, standing=Standing.RELEASED, request=request)
    MatrixCell.objects.create(matrix=matrix, row=at, model=FAST, state=CellState.ASKED, render=take)
    return take
