"""The pages of spending: whose money is shown to whom, where links lead, and the files for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState, ReviewState, Role, Standing
from studio.models import Membership, PriceRow, Project, Render, User
from tests.factories import make_output, make_project, make_render, make_user

ClientOf = Callable[[User], Client]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGES = ("spend", "spend-takes", "spend-export")
STRANGE = ("Secret campaign", "Secret Person", "987.65")


@pytest.fixture(autouse=True)
def _in_november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def strange(db: None) -> Render:
    """Paid for in a project that nobody of the cast is in."""
    person = make_user("secret", display_name="Secret Person")
    return spend(make_project(name="Secret campaign"), "987.65", asked_by=person)


def spend(project: Project, price: str, **over: Any) -> Render:
    paid: dict[str, Any] = {
        "standing": Standing.SETTLED,
        "state": RenderState.READY,
        "price": Decimal(price),
        "booked_at": NOW,
    }
    return make_render(project, **(paid | over))


def opened(client: Client, page: str = "spend", **query: Any) -> Any:
    return client.get(reverse(page, query=query or None))


def body_of(response: Any) -> str:
    content: bytes = response.getvalue() if response.streaming else response.content
    return content.decode()


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(body_of(response), newline="")))


def totals(response: Any) -> dict[str, Decimal]:
    return {section["currency"]: section["total"].paid for section in response.context["sections"]}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("person", "status"), [("admin", 200), ("manager", 200), ("artist", 404), ("reviewer", 404), ("outsider", 404)]
)
def test_spending_is_for_admins_and_managers(
    client_of: ClientOf, project: Project, request: pytest.FixtureRequest, page: str, person: str, status: int
) -> None:
    assert opened(client_of(request.getfixturevalue(person)), page).status_code == status


@pytest.mark.parametrize(("person", "shown"), [("admin", 1), ("manager", 1), ("artist", 0), ("outsider", 0)])
def test_way_to_spending_is_shown_to_them_alone(
    client_of: ClientOf, project: Project, request: pytest.FixtureRequest, person: str, shown: int
) -> None:
    body = client_of(request.getfixturevalue(person)).get(reverse("home")).content.decode()

    # In the bar, and in the menu of the account where the bar has no room.
    assert body.count(f'href="{reverse("spend")}"') == 2 * shown


def test_manager_who_is_one_no_more_sees_nothing(client_of: ClientOf, project: Project, manager: User) -> None:
    client = client_of(manager)
    Membership.objects.filter(user=manager).update(role=Role.ARTIST)

    assert opened(client).status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("rows", ["report", "takes"])
@pytest.mark.parametrize("by", ["month", "project", "person", "model", "gateway"])
def test_manager_sees_the_money_of_their_projects_alone(
    client_of: ClientOf, project: Project, manager: User, strange: Render, page: str, rows: str, by: str
) -> None:
    spend(project, "12.34")

    body = body_of(opened(client_of(manager), page, by=by, rows=rows, since="2020-01", until="2026-11"))

    assert ("12.34" in body, [word for word in STRANGE if word in body]) == (True, [])


@pytest.mark.parametrize("page", PAGES)
def test_artist_elsewhere_is_no_manager_there(
    client_of: ClientOf, project: Project, manager: User, strange: Render, page: str
) -> None:
    Membership.objects.create(project=strange.project, user=manager, role=Role.ARTIST)

    body = body_of(opened(client_of(manager), page))

    assert [word for word in STRANGE if word in body] == []


@pytest.mark.parametrize("page", PAGES)
def test_manager_cannot_choose_the_project_of_others(
    client_of: ClientOf, project: Project, manager: User, strange: Render, page: str
) -> None:
    response = opened(client_of(manager), page, project=strange.project_id)

    body = body_of(response)
    assert (response.status_code, [word for word in STRANGE if word in body]) == (422, [])
    assert "There is no such project among those whose money you may see." in body


def test_manager_learns_no_name_by_guessing_a_person(
    client_of: ClientOf, project: Project, manager: User, strange: Render
) -> None:
    body = body_of(opened(client_of(manager), person=strange.asked_by_id))

    assert ("Somebody without takes here" in body, "Secret Person" in body) == (True, False)


def test_admin_sees_all_projects(client_of: ClientOf, project: Project, admin: User, strange: Render) -> None:
    spend(project, "12.35")

    response = opened(client_of(admin))

    assert totals(response) == {"USD": Decimal("1000.00")}
    assert [line.name for line, _, _ in response.context["sections"][0]["rows"]] == [
        "Secret campaign",
        "Tea commercial",
    ]


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
