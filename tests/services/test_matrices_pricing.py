"""What a matrix comes to: each cell's prompt and price or reason, and sums that never mix currencies."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from studio.lib import variables
from studio.models import Project, User
from studio.services.matrices_plan import Plan
from studio.services.matrices_pricing import plan_of
from tests.factories import make_asset, make_budget, make_key, make_matrix, make_project
from tests.team_factories import make_stop

ARK = {"provider": "ark", "base_url": "http://127.0.0.1:9/api/v3"}
FAST, FULL = "seedance-2.0-fast", "seedance-2.0"


def plan(project: Project, person: User, **over: Any) -> Plan:
    return plan_of(matrix=make_matrix(project, **over), person=person)


def settings(**values: str) -> dict[str, Any]:
    return {"values": {"duration": "5", "resolution": "720p", "sound": "on", "takes": "1"} | values, "tray": []}


def test_every_row_is_priced_with_every_model(project: Project, artist: User) -> None:
    make_key()

    found = plan(project, artist, model_names=[FAST, FULL])

    assert [(cell.row, cell.model, cell.prompt, cell.is_good) for cell in found.cells.values()] == [
        (0, FAST, "A fox at the sea.", True),
        (0, FULL, "A fox at the sea.", True),
        (1, FAST, "A hen at the farm.", True),
        (1, FULL, "A hen at the farm.", True),
    ]
    (total,) = found.totals
    assert total.amount == sum(cell.total for cell in found.good if cell.total)


def test_takes_of_a_cell_count_in_its_price(project: Project, artist: User) -> None:
    make_key()

    once, thrice = plan(project, artist), plan(project, artist, takes=3, settings=settings(takes="3"))

    assert (thrice.takes, thrice.totals[0].amount) == (6, 3 * (once.totals[0].amount or Decimal(0)))


def test_cheapest_healthy_key_is_chosen_as_in_the_composer(project: Project, artist: User) -> None:
    make_key(provider="tokenhub")
    cheap = make_key(**ARK)

    found = plan(project, artist)

    assert {cell.door.key for cell in found.good if cell.door} == {cheap}
    assert found.good[0].door_reason == "Cheapest of 2 that can do this."


def test_sums_of_different_currencies_stand_apart(project: Project, artist: User) -> None:
    make_key(provider="seedance", currency="credits")
    make_key(**ARK)

    found = plan(project, artist, model_names=["seedance-1.5-pro", FAST])

    assert [total.currency for total in found.totals] == ["credits", "USD"]


def test_row_with_an_empty_value_is_left_out_and_the_others_stay(project: Project, artist: User) -> None:
    make_key()

    found = plan(project, artist, rows=[["fox", ""], ["hen", "farm"]])

    assert [(cell.row, cell.why_not) for cell in found.bad] == [(0, ["Fill in {place} first."])]
    assert (found.takes, found.left_out) == (1, 1)


def test_what_a_model_cannot_do_is_said_in_its_cells_alone(project: Project, artist: User) -> None:
    make_key()

    found = plan(project, artist, model_names=[FAST, FULL], settings=settings(resolution="4k"))

    assert [cell.model for cell in found.good] == [FULL, FULL]
    assert found.bad[0].why_not == ["Seedance 2.0 Fast renders 480p and 720p only, not “4k”. Choose one of these."]


def test_reference_that_is_not_there_is_named_in_its_row(project: Project, artist: User) -> None:
    make_key()
    asset = make_asset(project)
    chosen = settings(operation="reference-to-video") | {"tray": [asset.pk]}

    found = plan(project, artist, rows=[["@Image1", "sea"], ["@Image2", "farm"]], settings=chosen)

    assert [(cell.is_good, cell.why_not) for cell in found.cells.values()] == [
        (True, []),
        (False, ["@Image2 is not among the references of this matrix."]),
    ]


def test_model_that_no_key_offers_says_so(project: Project, artist: User) -> None:
    make_key()

    found = plan(project, artist, model_names=["seedance-1.5-pro"])

    assert found.bad[0].why_not == ["No key of this project offers Seedance 1.5 Pro."]


def test_stopped_price_is_not_rendered(project: Project, artist: User) -> None:
    make_key()
    make_stop()

    found = plan(project, artist)

    assert (found.good, found.bad[0].why_not[0].startswith("Price not quoted:")) == ([], True)


def test_budget_is_weighed_against_the_whole(project: Project, artist: User) -> None:
    make_key()
    once = plan(project, artist, rows=[["fox", "sea"]]).totals[0].amount or Decimal(0)
    make_budget(project, amount=Decimal("0.90"))

    one, two = plan(project, artist, rows=[["fox", "sea"]]), plan(project, artist)

    assert (one.stops, [stop.over for stop in two.stops]) == ((), [2 * once - Decimal("0.90")])
    assert [problem.message.startswith("This goes over the project’s budget") for problem in two.stopped] == [True]


def test_cap_of_a_key_is_weighed_against_all_takes_with_that_key(project: Project, artist: User) -> None:
    make_key(monthly_cap=Decimal("0.60"))

    found = plan(project, artist, model_names=[FAST, FULL])

    assert [stop.field for stop in found.stops] == ["key"]
    assert len(found.good) == 4


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"model_names": []}, "Choose at least one model."),
        ({"model_names": ["gone"]}, "Choose at least one model."),
        ({"rows": []}, "The table is empty: give the variables values in at least one row."),
        ({"settings": settings(takes="many")}, "Say how many takes each cell gets: a number from 1 to 8."),
        ({"takes": 9, "settings": settings(takes="9")}, "9 takes cannot be asked for at once. Choose 1 to 8."),
        ({"settings": settings(seed="much")}, "“much” is not a whole number. Correct it, or leave it empty."),
        ({"settings": settings(operation="dance")}, "Choose what to make from the list."),
        (
            {"rows": [["fox", "sea"]] * 101, "takes": 2, "settings": settings(takes="2")},
            "This comes to 202 takes, and 200 can be asked for at once. Take out rows or models, or make two matrices.",
        ),
    ],
)
def test_what_is_wrong_with_the_whole_is_said_before_any_price(
    project: Project, artist: User, over: dict[str, Any], said: str
) -> None:
    make_key()

    found = plan(project, artist, **over)

    assert ([problem.message for problem in found.problems], found.cells) == ([said], {})


def test_archived_project_prices_nothing(artist: User) -> None:
    make_key()
    archived = make_project(archived_at="2026-11-21T12:00Z")

    (problem,) = plan(archived, artist).problems

    assert problem.message == "This project is archived. Bring it back before rendering in it."


def test_text_without_blanks_is_one_row(project: Project, artist: User) -> None:
    make_key()

    found = plan(project, artist, text="A {{fox}} at sea.", columns=[], rows=[], model_names=[FAST, FULL])

    assert [cell.prompt for cell in found.good] == ["A {fox} at sea."] * 2


def test_value_that_looks_like_a_blank_stays_what_was_typed(project: Project, artist: User) -> None:
    make_key()

    assert plan(project, artist, rows=[["{place}", "sea"]]).prompts == ["A {place} at the sea."]


@pytest.mark.parametrize(
    ("times", "rows", "problem"),
    [
        (6_666, 16, "The prompt of row 1 comes to 6,666,000 characters, and a prompt holds 20,000."),
        (19, 110, "The prompts of all rows come to 2,090,000 characters, and a matrix holds 2,000,000."),
    ],
)
def test_prompts_that_would_be_too_long_are_refused_before_any_is_filled(
    project: Project, artist: User, monkeypatch: pytest.MonkeyPatch, times: int, rows: int, problem: str
) -> None:
    monkeypatch.setattr(variables, "fill", None)

    found = plan(project, artist, text="{hero}" * times, columns=["hero"], rows=[["v" * 1_000]] * rows)

    (said,) = found.problems
    assert (said.message.startswith(problem), found.prompts, found.cells) == (True, [], {})


def test_prompt_as_long_as_the_composer_allows_is_priced(project: Project, artist: User) -> None:
    make_key()

    found = plan(project, artist, text="{hero}" * 20, columns=["hero"], rows=[["v" * 1_000]])

    assert ([len(prompt) for prompt in found.prompts], found.problems) == ([20_000], [])


def test_digest_knows_prompts_prices_and_doors(project: Project, artist: User) -> None:
    key = make_key()
    before = plan(project, artist)
    same = plan_of(matrix=before.matrix, person=artist)
    other_words = plan(project, artist, rows=[["fox", "sea"], ["hen", "barn"]])
    key.paused_at = "2026-11-21T12:00Z"
    key.save()
    paused = plan_of(matrix=before.matrix, person=artist)

    assert same.shown == before.shown
    assert len({before.shown, other_words.shown, paused.shown}) == 3


@pytest.mark.parametrize("rows", [1, 60])
def test_plan_asks_the_same_number_of_questions_for_any_number_of_cells(
    project: Project, artist: User, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    make_key(monthly_cap=1000)
    make_key(**ARK)
    make_budget(project, amount=Decimal(1000))
    matrix = make_matrix(project, rows=[[f"fox {at}", "sea"] for at in range(rows)], model_names=[FAST, FULL])

    with django_assert_num_queries(5):
        assert len(plan_of(matrix=matrix, person=artist).good) == 2 * rows
