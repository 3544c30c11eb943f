"""The pages of spending: whose money is shown to whom, where links lead, and the files for spreadsheets."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from studio.choices import Role
from studio.models import Membership, Project, Render, User
from tests.factories import make_project, make_user
from tests.views.spending import PAGES, ClientOf, body_of, in_november, opened, spend, totals

__all__ = ["in_november"]


STRANGE = ("Secret campaign", "Secret Person", "987.65")


@pytest.fixture
def strange(db: None) -> Render:
    """Paid for in a project that nobody of the cast is in."""
    person = make_user("secret", display_name="Secret Person")
    return spend(make_project(name="Secret campaign"), "987.65", asked_by=person)


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
