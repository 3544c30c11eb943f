"""Running the failed takes of a matrix again: which of them, once, under the same budget."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from studio.choices import CellState, Lineage, RenderState, Standing
from studio.lib.clock import now
from studio.models import Matrix, MatrixCell, Project, ProviderKey, Render, User
from studio.services import renders, take_bin
from studio.services.matrices_admission import Admitted, again_of, render_again
from studio.services.matrices_results import places_of, tally_of
from studio.services.renders import Refused
from tests.factories import make_budget, make_matrix, make_output, make_render, make_request
from tests.services.matrix_presses import FAST, key

__all__ = ["key"]


def rendered(project: Project, *states: str, standing: str = Standing.RELEASED) -> tuple[Matrix, list[Render]]:
    """A matrix with a row for each of `states`, whose takes are in them."""
    matrix = make_matrix(project, rows=[[f"hero {at}", "sea"] for at in range(len(states))], admitted_at=now())
    takes = []
    for at, state in enumerate(states):
        request = make_request(prompt=f"A hero {at} at the sea.")
        take = make_render(project, state=state, standing=standing, request=request)
        if state == RenderState.READY:
            make_output(take)
        MatrixCell.objects.create(matrix=matrix, row=at, model=FAST, state=CellState.ASKED, render=take)
        takes.append(take)
    return matrix, takes


def run_again(matrix: Matrix, person: User, *, with_possibly: bool = False, **over: Any) -> Admitted:
    places = places_of(matrix=matrix)
    again = again_of(matrix=matrix, person=person, places=places, with_possibly=with_possibly)
    numbers = [place.take_id for place in again.failed]
    asked: dict[str, Any] = {"shown": again.shown, "numbers": numbers, "with_possibly": with_possibly}
    return render_again(matrix=matrix, person=person, **(asked | over))


def test_only_what_ended_without_a_file_runs_again(project: Project, artist: User, key: ProviderKey) -> None:
    states = ("ready", "refused", "failed", "cancelled", "expired", "running", "unconfirmed", "queued")
    matrix, takes = rendered(project, *states)

    made = run_again(matrix, artist)

    new = list(Render.objects.filter(lineage=Lineage.RETRY).order_by("pk"))
    assert (made, [take.parent for take in new]) == (Admitted(4), takes[1:5])
    assert [cell.render for cell in matrix.cells.all()] == [takes[0], *new, *takes[5:]]
    assert [take.spec["prompt"] for take in new] == [f"A hero {at} at the sea." for at in range(1, 5)]


def test_what_was_deleted_runs_not_again(project: Project, artist: User, key: ProviderKey) -> None:
    matrix, takes = rendered(project, "failed", "failed")
    take_bin.delete(take=takes[0], actor=artist)

    assert run_again(matrix, artist) == Admitted(1)

    assert Render.objects.get(lineage=Lineage.RETRY).parent == takes[1]


def test_model_that_left_the_registry_is_left_out_with_its_reason(
    project: Project, artist: User, key: ProviderKey
) -> None:
    matrix, _takes = rendered(project, "failed", "failed")
    Matrix.objects.filter(pk=matrix.pk).update(model_names=[FAST, "gone-1.0"])
    MatrixCell.objects.filter(matrix=matrix, row=1).update(model="gone-1.0")
    matrix.refresh_from_db()
    places = places_of(matrix=matrix)

    made = run_again(matrix, artist)

    again = again_of(matrix=matrix, person=artist, places=places, with_possibly=False)
    assert made == Admitted(1, left_out=1)
    assert [cell.why_not for cell in again.plan.bad] == [["No key of this project offers gone-1.0."]]


def test_run_again_twice_is_once(project: Project, artist: User, key: ProviderKey) -> None:
    matrix, (take,) = rendered(project, "failed")
    shown = again_of(matrix=matrix, person=artist, places=places_of(matrix=matrix), with_possibly=False).shown

    first = run_again(matrix, artist)
    second = run_again(matrix, artist, shown=shown, numbers=[take.pk])

    assert (first, second) == (Admitted(1), Admitted(1, was_asked_before=True))
    assert Render.objects.count() == 2


def test_take_tried_again_from_its_own_page_is_not_paid_for_once_more(
    project: Project, artist: User, key: ProviderKey
) -> None:
    matrix, (take,) = rendered(project, "failed")
    run_again(matrix, artist)

    # The card on another page still shows the button.
    renders.retry(render=take, asked_by=artist)

    assert Render.objects.filter(parent=take).count() == 1


def test_failed_one_that_runs_again_elsewhere_already_is_not_among_them(
    project: Project, artist: User, key: ProviderKey
) -> None:
    matrix, takes = rendered(project, "failed", "failed")
    again = renders.retry(render=takes[0], asked_by=artist)

    made = run_again(matrix, artist)

    assert made == Admitted(1)
    assert [place.take_id for place in places_of(matrix=matrix)] == [again.pk, takes[1].children.get().pk]


def test_take_that_was_sent_on_to_the_next_gateway_has_not_failed(project: Project, key: ProviderKey) -> None:
    matrix, (take,) = rendered(project, "refused")
    on = make_render(project, parent=take, shot=take, lineage=Lineage.SWITCH)

    (place,) = places_of(matrix=matrix)

    assert (place.take_id, place.has_failed) == (on.pk, False)


def test_variation_of_a_take_stands_not_in_its_place(project: Project, key: ProviderKey) -> None:
    matrix, (take,) = rendered(project, "failed")
    make_render(project, parent=take, shot=take, lineage=Lineage.VARY)

    (place,) = places_of(matrix=matrix)

    assert place.take_id == take.pk


@pytest.mark.parametrize("standing", [Standing.POSSIBLY, Standing.SETTLED])
def test_what_may_have_been_charged_runs_again_only_where_that_is_wanted(
    project: Project, artist: User, key: ProviderKey, standing: str
) -> None:
    matrix, (take,) = rendered(project, "failed", standing=standing)

    with pytest.raises(Refused):
        run_again(matrix, artist)
    before = Render.objects.count()
    made = run_again(matrix, artist, with_possibly=True)

    assert (before, made, Render.objects.filter(parent=take).count()) == (1, Admitted(1), 1)


def test_budget_too_small_for_all_failed_runs_none_again(project: Project, artist: User, key: ProviderKey) -> None:
    matrix, _ = rendered(project, "failed", "failed")
    make_budget(project, amount=Decimal("0.70"))

    with pytest.raises(Refused, match="^This goes over the project’s budget"):
        run_again(matrix, artist)

    assert Render.objects.count() == 2


def test_matrix_that_was_not_rendered_has_nothing_to_run_again(
    project: Project, artist: User, key: ProviderKey
) -> None:
    with pytest.raises(ValidationError, match="This matrix was not rendered yet"):
        render_again(matrix=make_matrix(project), person=artist, shown="", numbers=[], with_possibly=False)


def test_tally_counts_every_place_once(project: Project) -> None:
    matrix, takes = rendered(project, "ready", "failed", "running", "queued", "unconfirmed", "ready")
    MatrixCell.objects.create(
        matrix=matrix, row=9, model=FAST, state=CellState.REFUSED, problem="Fill in {hero} first."
    )
    Render.objects.filter(pk=takes[5].pk).update(deleted_at=now())

    tally = tally_of(places_of(matrix=matrix))

    assert (tally.ready, tally.moving, tally.unconfirmed, tally.failed, tally.left_out) == (2, 2, 1, 1, 1)


@pytest.mark.parametrize("rows", [1, 50])
def test_places_cost_three_questions(
    project: Project, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    matrix, _ = rendered(project, *["failed"] * rows)

    with django_assert_num_queries(3):
        assert len(places_of(matrix=matrix)) == rows
