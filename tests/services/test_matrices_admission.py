"""Asking for a matrix: all good cells or none for the money, pressed twice as once; and the failed ones again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from studio.choices import CellState, LedgerKind
from studio.lib.clock import now
from studio.models import AuditEntry, LedgerEntry, Matrix, MatrixCell, Project, ProviderKey, Render, User
from studio.providers.estimates import Estimate
from studio.services import matrices, matrices_admission, pricing, search_index
from studio.services.audit import Actor
from studio.services.matrices_admission import Admitted, render_matrix
from studio.services.matrices_pricing import plan_of
from studio.services.overrides import Override
from studio.services.renders import Refused
from tests.factories import make_budget, make_key, make_matrix, make_prompt
from tests.services.matrix_presses import FAST, FULL, key

__all__ = ["key"]


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
