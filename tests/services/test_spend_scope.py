"""Whose spending is counted: projects, filters, people and months that somebody may see."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from studio.choices import ReviewState
from studio.lib.months import Month
from studio.models import Project, User
from studio.services import ledger, spend_report
from studio.services.spend_scope import Grouping
from tests.factories import make_output, make_project, make_render, make_request, make_user
from tests.services.spending import NOVEMBER, OCTOBER, everything, lines_of, spend


def test_scope_holds_the_projects_that_somebody_may_see_alone(project: Project) -> None:
    spend(project, "1")
    spend(make_project(), "2")

    scope = everything(projects=frozenset({project.pk}))

    assert lines_of(scope) == {"Tea commercial": "1"}
    assert lines_of(everything(projects=frozenset())) == {}


def test_scope_of_forged_filters_stays_inside_those_projects(project: Project) -> None:
    other = make_project()
    spend(other, "2")

    assert lines_of(everything(projects=frozenset({project.pk}), project=other.pk)) == {}


@pytest.mark.parametrize(
    "narrowed",
    [
        {"gateway": "tokenhub"},
        {"model": "seedance-2.0"},
        {"currency": "CNY"},
        {"first": NOVEMBER},
        {"person": 0},
    ],
)
def test_scope_narrows_to_what_was_chosen(project: Project, artist: User, narrowed: dict[str, Any]) -> None:
    spend(project, "1", asked_by=artist, booked_at=datetime(2026, 10, 9, tzinfo=UTC))
    chosen = make_request(provider="tokenhub", model="doubao-seedance-2.0")
    spend(project, "2", request=chosen, currency="CNY")

    takes = everything(**narrowed).takes()

    assert [take.price for take in takes] == [Decimal(2)]


def test_scope_of_a_person(project: Project, artist: User) -> None:
    spend(project, "1", asked_by=artist)
    spend(project, "2")

    assert lines_of(everything(person=artist.pk), Grouping.PERSON) == {"Ada Artist": "1"}


def test_money_moves_to_the_month_in_which_it_was_paid(project: Project) -> None:
    take = make_render(project, booked_at=datetime(2026, 10, 31, tzinfo=UTC))
    held = everything(last=OCTOBER)
    assert lines_of(held) == {"Tea commercial": "0.42"}

    ledger.settle(render=take, amount=Decimal("0.37"), note="By the price list")

    paid = everything(first=Month.of(take.booked_at), last=Month.of(take.booked_at))
    assert (lines_of(held), lines_of(paid)) == ({}, {"Tea commercial": "0.37"})


def test_months_begin_with_the_first_take_that_somebody_may_see(project: Project) -> None:
    spend(project, booked_at=datetime(2026, 9, 3, tzinfo=UTC))
    spend(make_project(), booked_at=datetime(2020, 1, 3, tzinfo=UTC))

    seen, everywhere, none = (
        spend_report.months(projects=projects) for projects in (frozenset({project.pk}), None, frozenset[int]())
    )

    assert (str(seen[0]), str(everywhere[0]), len(none)) == ("2026-09", "2020-01", 1)
    assert seen[-1] == everywhere[-1] == none[0]


def test_name_of_a_person_is_told_to_those_alone_who_see_their_takes(project: Project, artist: User) -> None:
    secret = make_user(display_name="Secret Person")
    spend(project, asked_by=artist)
    spend(make_project(), asked_by=secret)
    mine = frozenset({project.pk})

    names = [
        spend_report.name_of_person(scope=everything(projects=mine, person=pk)) for pk in (artist.pk, secret.pk, 0)
    ]

    assert names == ["Ada Artist", "Somebody without takes here", "Nobody with an account"]


def test_takes_come_last_counted_first_and_page_by_page(project: Project) -> None:
    same = datetime(2026, 11, 5, tzinfo=UTC)
    takes = [spend(project, booked_at=same) for _ in range(3)]
    oldest = spend(project, booked_at=datetime(2026, 10, 5, tzinfo=UTC))

    first, cursor = spend_report.takes_page(scope=everything(), before=None, size=2)
    rest, end = spend_report.takes_page(scope=everything(), before=cursor, size=2)

    assert ([take.pk for take in first], cursor) == ([takes[2].pk, takes[1].pk], takes[1].pk)
    assert ([take.pk for take in rest], end) == ([takes[0].pk, oldest.pk], None)


@pytest.mark.parametrize(("by", "queries"), [*((by, 3) for by in ("project", "person")), ("month", 2), ("model", 2)])
@pytest.mark.parametrize("count", [1, 4])
def test_report_asks_the_same_number_of_questions_for_any_number(
    project: Project, by: str, queries: int, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_output(spend(make_project(), asked_by=make_user(), review_state=ReviewState.APPROVED))

    with django_assert_num_queries(queries):
        spend_report.report(scope=everything(), by=Grouping(by))
