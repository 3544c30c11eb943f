"""Choosing what the spend page shows: months, filters, the way down to the takes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from studio.choices import RenderState, Role, Standing
from studio.models import Project, User
from tests.factories import make_project, make_render
from tests.views.spending import NOW, PAGES, ClientOf, body_of, in_november, opened, spend, totals

__all__ = ["in_november"]


def test_report_begins_with_this_month_by_project(client_of: ClientOf, project: Project, manager: User) -> None:
    spend(project, "1", booked_at=datetime(2026, 10, 31, tzinfo=UTC))
    spend(project, "2")

    response = opened(client_of(manager))

    assert (totals(response), response.context["by"]) == ({"USD": Decimal(2)}, "project")
    assert [link.name for link in response.context["periods"] if link.is_here] == ["This month"]


def test_one_period_is_marked_where_two_are_the_same(client_of: ClientOf, project: Project, manager: User) -> None:
    response = opened(client_of(manager))

    assert [link.name for link in response.context["periods"] if link.is_here] == ["This month"]


@pytest.mark.parametrize(
    ("query", "paid"),
    [
        ({"since": "2026-10"}, 1),
        ({"until": "2026-10"}, 1),
        ({"since": "2026-10", "until": "2026-11"}, 3),
        ({"since": "2001-01", "until": "2026-11"}, 3),
    ],
)
def test_report_of_chosen_months(
    client_of: ClientOf, project: Project, manager: User, query: dict[str, str], paid: int
) -> None:
    spend(project, "1", booked_at=datetime(2026, 10, 31, tzinfo=UTC))
    spend(project, "2")

    assert totals(opened(client_of(manager), **query)) == {"USD": Decimal(paid)}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": "2026-13"}, "Write a month as 2026-11, or choose one from the list."),
        ({"since": "2026-11", "until": "2026-10"}, "The first month comes after the last one."),
        ({"by": "colour"}, "Select a valid choice."),
        ({"person": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"currency": "<b>"}, "Enter a valid value."),
    ],
)
def test_impossible_wishes_are_said_and_show_nothing(
    client_of: ClientOf, project: Project, manager: User, page: str, query: dict[str, str], said: str
) -> None:
    spend(project, "12.34")

    response = opened(client_of(manager), page, **query)

    body = body_of(response)
    assert (response.status_code, said in body, "12.34" in body) == (422, True, False)


@pytest.mark.parametrize(
    ("by", "deeper", "narrowed"),
    [
        ("month", "project", {"since": ["2026-11"], "until": ["2026-11"]}),
        ("project", "person", {"project": ["{project}"]}),
        ("person", "project", {"person": ["{person}"]}),
        ("model", "project", {"model": ["seedance-2.0-fast"]}),
        ("gateway", "project", {"gateway": ["tokenlab"]}),
    ],
)
def test_each_line_leads_deeper_and_to_its_takes(
    client_of: ClientOf,
    project: Project,
    manager: User,
    artist: User,
    by: str,
    deeper: str,
    narrowed: dict[str, list[str]],
) -> None:
    spend(project, "2", asked_by=artist)
    known = {"project": project.pk, "person": artist.pk}
    client = client_of(manager)

    response = opened(client, by=by, since="2026-10", until="2026-11")

    [(_, inside, takes)] = response.context["sections"][0]["rows"]
    wanted = {name: [words[0].format(**known)] for name, words in narrowed.items()}
    queries = [parse_qs(urlsplit(address).query) for address in (inside, takes)]
    assert [{name: query[name] for name in wanted} for query in queries] == [wanted, wanted]
    assert (queries[0]["by"], queries[0]["currency"]) == ([deeper], ["USD"])
    assert totals(client.get(inside)) == {"USD": Decimal(2)}
    assert [take.price for take in client.get(takes).context["takes"]] == [Decimal(2)]


def test_last_line_leads_to_the_takes(client_of: ClientOf, project: Project, manager: User) -> None:
    spend(project, "2")
    settled: dict[str, Any] = {"project": project.pk, "person": 0, "model": "seedance-2.0-fast"}

    response = opened(client_of(manager), by="gateway", **settled)

    [(_, inside, takes)] = response.context["sections"][0]["rows"]
    assert urlsplit(inside).path == reverse("spend-takes")
    assert parse_qs(urlsplit(inside).query) == parse_qs(urlsplit(takes).query)


def test_one_month_by_months_shows_the_year_before_it(client_of: ClientOf, project: Project, manager: User) -> None:
    [link] = [link for link in opened(client_of(manager)).context["groupings"] if link.name == "Month"]

    query = parse_qs(urlsplit(link.address).query)
    assert (query["since"], query["until"]) == (["2025-12"], ["2026-11"])


def test_filters_can_be_taken_away_one_by_one(client_of: ClientOf, project: Project, manager: User) -> None:
    response = opened(client_of(manager), project=project.pk, gateway="tokenlab", currency="USD")

    found = {link.name: parse_qs(urlsplit(link.address).query) for link in response.context["filters"]}
    assert list(found) == ["Tea commercial", "TokenLab", "USD"]
    assert ("project" in found["Tea commercial"], found["Tea commercial"]["gateway"]) == (False, ["tokenlab"])


def test_bars_are_drawn_without_style_and_told_apart_by_pattern(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    spend(project, "3")
    held: dict[str, Any] = {"standing": Standing.RESERVED, "state": RenderState.RUNNING}
    make_render(project, estimate=Decimal(1), booked_at=NOW, **held)

    body = body_of(opened(client_of(manager)))

    assert '<rect class="spend-paid" x="0.00%" width="75.00%" height="14"></rect>' in body
    hatched = '<rect class="spend-held" x="75.00%" width="25.00%" height="14" fill="url(#spend-pattern-held)"></rect>'
    assert (hatched in body, "style=" in body, body.count('id="spend-pattern-held"')) == (True, False, 1)
    assert "$3.00 paid, $1.00 held" in body


def test_names_are_text_and_nothing_else(client_of: ClientOf, manager: User) -> None:
    evil = make_project({Role.MANAGER: manager}, name="<script>alert(1)</script>")
    spend(evil, "2")

    body = body_of(opened(client_of(manager)))

    assert ("<script>alert(1)" in body, "&lt;script&gt;alert(1)" in body) == (False, True)


def test_page_says_where_nothing_was_spent(client_of: ClientOf, project: Project, manager: User) -> None:
    bodies = [body_of(opened(client_of(manager), page)) for page in ("spend", "spend-takes")]

    assert ["No take counts in these months" in body for body in bodies] == [True, True]
