"""Asking for a matrix: all good cells or none for the money, pressed twice as once; and the failed ones again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from studio.choices import CellState, LedgerKind, Lineage, RenderState, Standing
from studio.lib.clock import now
from studio.models import AuditEntry, LedgerEntry, Matrix, MatrixCell, Project, ProviderKey, Render, User
from studio.providers.estimates import Estimate
from studio.services import matrices, matrices_admission, pricing, renders, search_index, take_bin
from studio.services.audit import Actor
from studio.services.matrices_admission import Admitted, again_of, render_again, render_matrix
from studio.services.matrices_pricing import plan_of
from studio.services.matrices_results import places_of, tally_of
from studio.services.overrides import Override
from studio.services.renders import Refused
from tests.factories import make_budget, make_key, make_matrix, make_output, make_prompt, make_render, make_request

FAST, FULL = "seedance-2.0-fast", "seedance-2.0"


@pytest.fixture
def key(db: None) -> ProviderKey:
    return make_key()


def press(matrix: Matrix, person: User, **over: Any) -> Admitted:
    """Render it as it is priced now."""
    shown = plan_of(matrix=matrix, person=person).shown
    return render_matrix(matrix=matrix, person=person, **({"shown": shown} | over))


def nothing_was_made() -> bool:
    return not (Render.objects.exists() or LedgerEntry.objects.exists() or MatrixCell.objects.exists())


def test_all_good_cells_become_takes_with_their_money(project: Project, artist: User, key: ProviderKey) -> None:
    version = make_prompt(project, "A {hero} at the {place}.").latest
    matrix = make_matrix(project, model_names=[FAST, FULL], prompt_version=version)
    plan = plan_of(matrix=matrix, person=artist)

    made = press(matrix, artist)

    takes = list(Render.objects.order_by("take_number"))
    assert (made, [take.take_number for take in takes]) == (Admitted(4), [1, 2, 3, 4])
    assert [take.spec["prompt"] for take in takes] == ["A fox at the sea."] * 2 + ["A hen at the farm."] * 2
    assert {(take.asked_by, take.prompt_version, take.submission) for take in takes} == {
        (artist, version, matrix.submission)
    }
    held = LedgerEntry.objects.filter(kind=LedgerKind.RESERVED).values_list("amount", flat=True)
    assert sum(filter(None, held), Decimal(0)) == plan.totals[0].amount


def test_takes_of_a_press_are_indexed_all_at_once(
    project: Project, artist: User, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[int]] = []
    monkeypatch.setattr(search_index, "index", lambda *, noun, numbers: calls.append(list(numbers)))

    press(make_matrix(project, model_names=[FAST, FULL]), artist)

    assert calls == [list(Render.objects.order_by("pk").values_list("pk", flat=True))]


def test_price_that_changed_between_the_look_and_the_locks_refuses(
    project: Project, artist: User, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = pricing.quote

    def dearer(*asked: Any, **over: Any) -> Estimate:
        found = quote(*asked, **over)
        return replace(found, amount=(found.amount or Decimal(0)) + 1)

    matrix = make_matrix(project)
    shown = plan_of(matrix=matrix, person=artist).shown
    plan = plan_of(matrix=matrix, person=artist)
    monkeypatch.setattr(matrices_admission, "plan_of", lambda **_asked: plan)
    monkeypatch.setattr(pricing, "quote", dearer)

    with pytest.raises(Refused, match="a price has changed"):
        render_matrix(matrix=matrix, person=artist, shown=shown)

    assert nothing_was_made()


def test_bad_cells_are_kept_with_their_reason_and_stop_nothing(
    project: Project, artist: User, key: ProviderKey
) -> None:
    matrix = make_matrix(project, rows=[["fox", "sea"], ["hen", ""], ["owl", "barn"]])

    made = press(matrix, artist)

    assert made == Admitted(2, left_out=1)
    assert [(cell.row, cell.state, cell.problem) for cell in matrix.cells.all()] == [
        (0, CellState.ASKED, ""),
        (1, CellState.REFUSED, "Fill in {place} first."),
        (2, CellState.ASKED, ""),
    ]


def test_pressed_twice_is_the_same_takes(project: Project, artist: User, key: ProviderKey) -> None:
    matrix = make_matrix(project)
    shown = plan_of(matrix=matrix, person=artist).shown
    stale = Matrix.objects.get(pk=matrix.pk)

    first = render_matrix(matrix=matrix, person=artist, shown=shown)
    second = render_matrix(matrix=stale, person=artist, shown=shown)

    assert (first, second) == (Admitted(2), Admitted(2, was_asked_before=True))
    assert Render.objects.count() == 2


@pytest.mark.parametrize("short", [False, True])
def test_budget_that_is_short_by_one_take_admits_none(
    project: Project, artist: User, key: ProviderKey, short: bool
) -> None:
    matrix = make_matrix(project, rows=[[f"fox {at}", "sea"] for at in range(5)])
    total = plan_of(matrix=matrix, person=artist).totals[0].amount or Decimal(0)
    # The column of a budget has cents.
    make_budget(project, amount=total.quantize(Decimal("0.01")) - Decimal("0.10") if short else total + 1)

    if short:
        with pytest.raises(Refused, match="^This goes over the project’s budget"):
            press(matrix, artist)
        assert nothing_was_made()
    else:
        assert press(matrix, artist) == Admitted(5)
    matrix.refresh_from_db()
    assert (matrix.admitted_at is None) is short


def test_cap_is_weighed_against_all_models_of_the_key(project: Project, artist: User) -> None:
    make_key(monthly_cap=Decimal("0.80"))
    matrix = make_matrix(project, model_names=[FAST, FULL], rows=[["fox", "sea"]])

    with pytest.raises(Refused, match="^This key is limited to"):
        press(matrix, artist)

    assert nothing_was_made()


def test_manager_goes_over_a_budget_for_all_takes_with_one_reason(
    project: Project, manager: User, key: ProviderKey
) -> None:
    make_budget(project, amount=Decimal("0.10"))
    matrix = make_matrix(project)

    made = press(matrix, manager, override=Override(Actor(manager, ""), "The client pays for it."))

    assert (made, AuditEntry.objects.filter(act="budget-override").count()) == (Admitted(2), 1)


def test_artist_goes_over_no_budget(project: Project, artist: User, key: ProviderKey) -> None:
    make_budget(project, amount=Decimal("0.10"))

    with pytest.raises(Refused, match="^This goes over the project’s budget"):
        press(make_matrix(project), artist, override=Override(Actor(artist, ""), "Because I want to."))

    assert nothing_was_made()


def test_key_paused_since_it_was_priced_refuses_without_partial_work(project: Project, artist: User) -> None:
    first = make_key()
    matrix = make_matrix(project)
    shown = plan_of(matrix=matrix, person=artist).shown
    ProviderKey.objects.filter(pk=first.pk).update(paused_at=now())

    with pytest.raises(Refused, match="has changed since this page was shown.*nothing is charged"):
        press(matrix, artist, shown=shown)

    assert nothing_was_made()


def test_key_paused_between_the_look_and_the_lock_refuses(
    project: Project, artist: User, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = make_matrix(project)
    plan = plan_of(matrix=matrix, person=artist)
    ProviderKey.objects.update(paused_at=now())
    monkeypatch.setattr("studio.services.matrices_admission.plan_of", lambda **_: plan)

    with pytest.raises(Refused, match="^The key for this is paused or gone"):
        render_matrix(matrix=matrix, person=artist, shown=plan.shown)

    assert nothing_was_made()


def test_table_changed_in_another_tab_refuses(project: Project, artist: User, key: ProviderKey) -> None:
    matrix = make_matrix(project)
    here = Matrix.objects.get(pk=matrix.pk)
    matrices.save(matrix=matrix, sheet=matrices.Sheet(text="Something else", model_names=[FAST]))

    with pytest.raises(Refused, match="^The table, a gateway or a price has changed"):
        press(here, artist)

    assert nothing_was_made()


def test_nothing_good_is_refused(project: Project, artist: User, key: ProviderKey) -> None:
    with pytest.raises(Refused, match="^No cell can be rendered as it stands"):
        press(make_matrix(project, rows=[["", "sea"]]), artist)

    assert nothing_was_made()


def test_archived_project_is_refused(project: Project, artist: User, key: ProviderKey) -> None:
    project.archived_at = now()

    with pytest.raises(Refused, match="^This project is archived"):
        press(make_matrix(project), artist)


def test_next_gateways_are_frozen_where_the_project_tries_them(project: Project, artist: User) -> None:
    make_key(provider="tokenhub")
    make_key(provider="ark", base_url="http://127.0.0.1:9/api/v3")
    project.tries_next_gateway = True
    project.save()

    press(make_matrix(project), artist)

    assert [len(take.fallbacks) for take in Render.objects.all()] == [1, 1]


# The failed ones again.


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
