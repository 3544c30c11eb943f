"""Spending as a sheet, what it counts, and what an approved second costs."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from studio.choices import ReviewState, Role, Standing
from studio.models import PriceRow, Project, User
from tests.factories import make_output, make_project, make_render, make_user
from tests.views.spending import NOW, ClientOf, body_of, in_november, opened, spend

__all__ = ["in_november"]


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(body_of(response), newline="")))


def test_takes_stand_fifty_to_a_page(client_of: ClientOf, project: Project, manager: User) -> None:
    takes = [spend(project, "1") for _ in range(51)]
    client = client_of(manager)

    first = opened(client, "spend-takes")
    second = client.get(first.context["older"])

    assert len(first.context["takes"]) == 50
    assert [take.pk for take in second.context["takes"]] == [takes[0].pk]
    assert (second.context["older"], bool(second.context["newest"])) == ("", True)


def test_export_of_the_report_has_one_row_per_line_and_currency(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    spend(project, "12.5")
    spend(project, "40", currency="credits", estimate=None, standing=Standing.SETTLED)

    response = opened(client_of(manager), "spend-export", by="project")

    dollars, credits = rows_of(response)
    assert response["Content-Disposition"] == 'attachment; filename="spend-2026-11-to-2026-11-project.csv"'
    assert dollars == {
        "from": "2026-11", "to": "2026-11", "by": "project", "name": "Tea commercial", "currency": "USD",
        "paid": "12.5", "held": "0", "possibly_charged": "0", "total": "12.5", "takes": "1", "ready": "1",
        "paid_per_ready_take": "12.5", "share_percent": "100", "takes_of_unknown_price": "0",
        "approved_seconds": "0", "paid_per_approved_second": "",
    }  # fmt: skip
    assert (credits["currency"], credits["total"]) == ("credits", "40")


def test_export_of_takes_says_all_but_what_was_written(
    client_of: ClientOf, project: Project, manager: User, artist: User
) -> None:
    row = PriceRow.objects.create(
        provider="tokenlab", model="seedance-2.0-fast", unit="million tokens", rate=Decimal("5.4412"),
        currency="USD", source="the list of models", dated=date(2026, 10, 1),
    )  # fmt: skip
    take = spend(project, "0.37", asked_by=artist, price_row=row)

    response = opened(client_of(manager), "spend-export", rows="takes")

    body = body_of(response)
    [found] = csv.DictReader(StringIO(body, newline=""))
    assert response["Content-Disposition"] == 'attachment; filename="spend-2026-11-to-2026-11-takes.csv"'
    assert found == {
        "take": str(take.pk), "project": "Tea commercial", "person": "Ada Artist", "model": "Seedance 2.0 Fast",
        "gateway": "TokenLab", "operation": "text-to-video", "state": "ready", "standing": "settled",
        "estimate": "0.42", "price": "0.37", "currency": "USD", "counts": "0.37",
        "counted_at": "2026-11-20T12:00:00+00:00", "asked_at": "2026-11-20T12:00:00+00:00",
        "price_source": "the list of models", "price_dated": "2026-10-01",
    }  # fmt: skip
    assert take.spec["prompt"] not in body


@pytest.mark.parametrize(
    ("standing", "counts"), [("reserved", "0.42"), ("possibly", "0.42"), ("released", ""), ("settled", "0.42")]
)
def test_export_counts_what_the_take_counts_for(
    client_of: ClientOf, project: Project, manager: User, standing: str, counts: str
) -> None:
    make_render(project, standing=standing, booked_at=NOW)

    [found] = rows_of(opened(client_of(manager), "spend-export", rows="takes"))

    assert found["counts"] == counts


@pytest.mark.parametrize("rows", ["report", "takes"])
def test_export_is_safe_to_open(client_of: ClientOf, manager: User, rows: str) -> None:
    project = make_project({Role.MANAGER: manager}, name="=HYPERLINK(1)")
    spend(project, "2")

    [found] = rows_of(opened(client_of(manager), "spend-export", rows=rows))

    assert found["project" if rows == "takes" else "name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(("name", "marked"), [("Tea", False), ("Die Möwe", True)])
@pytest.mark.parametrize("rows", ["report", "takes"])
def test_export_is_marked_where_spreadsheets_need_it(
    client_of: ClientOf, manager: User, rows: str, name: str, marked: bool
) -> None:
    spend(make_project({Role.MANAGER: manager}, name=name), "2")

    body = body_of(opened(client_of(manager), "spend-export", rows=rows))

    assert body.startswith("\ufeff") == marked


def test_export_is_marked_for_the_names_of_price_lists(client_of: ClientOf, manager: User) -> None:
    listed = {"unit": "second", "rate": Decimal("0.1"), "currency": "USD", "source": "CNY list ÷ 6.8", "dated": NOW}
    row = PriceRow.objects.create(provider="tokenlab", model="seedance-2.0", **listed)
    spend(make_project({Role.MANAGER: manager}), "2", price_row=row)

    assert body_of(opened(client_of(manager), "spend-export", rows="takes")).startswith("\ufefftake,")


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(
    ("page", "query", "queries"),
    [
        # The session with its person is two, then the projects, the first month and what the page shows.
        ("spend", {"by": "month"}, 6),
        ("spend", {"by": "project"}, 7),
        ("spend", {"by": "person"}, 7),
        ("spend", {"by": "model"}, 6),
        ("spend", {"by": "gateway"}, 6),
        ("spend", {"by": "gateway", "person": "0"}, 6),
        ("spend-takes", {}, 5),
        ("spend-export", {"by": "project"}, 7),
        ("spend-export", {"rows": "takes"}, 8),
    ],
)
def test_pages_ask_the_same_number_of_questions_for_any_number(
    client_of: ClientOf,
    manager: User,
    count: int,
    page: str,
    query: dict[str, str],
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        spend(make_project({Role.MANAGER: manager}), "2", asked_by=make_user())
    client = client_of(manager)

    with django_assert_num_queries(queries):
        assert body_of(opened(client, page, **query)).count("2") >= count


def test_average_names_the_ready_takes_that_it_leaves_out(client_of: ClientOf, project: Project, admin: User) -> None:
    for state, price in (("failed", Decimal(16)), ("ready", None), ("ready", None)):
        make_render(project, state=state, standing="settled", price=price, estimate=None, currency="credits")

    body = " ".join(opened(client_of(admin)).content.decode().split())

    average = '<td class="number" data-label="Per ready take">–<br><span class="note">2 with unknown price</span></td>'
    assert (body.count(average), body.count('<th scope="col">Takes asked for</th>')) == (2, 1)


def test_approved_film_has_its_price_per_second(client_of: ClientOf, project: Project, admin: User) -> None:
    make_output(spend(project, "14.40", review_state=ReviewState.APPROVED), seconds=Decimal(12))
    client = client_of(admin)

    body, [row] = " ".join(opened(client).content.decode().split()), rows_of(opened(client, "spend-export"))

    cell = '<td class="number" data-label="Per approved second">$1.20<br><span class="note">12 s approved</span></td>'
    assert (body.count(cell), body.count("$1.20 per approved second (12 s approved)")) == (2, 1)
    assert (row["approved_seconds"], row["paid_per_approved_second"]) == ("12", "1.2")


def test_film_that_nobody_approved_has_none(client_of: ClientOf, project: Project, admin: User) -> None:
    make_output(spend(project, "14.40"))

    body = " ".join(opened(client_of(admin)).content.decode().split())

    empty = '<td class="number" data-label="Per approved second">–</td>'
    assert (body.count(empty), body.count("Nothing approved here yet")) == (2, 1)
