"""The command palette: what each may go to, by words and by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.models import Project, User
from tests.factories import make_project, make_render

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def found(client: Client, **asked: str) -> dict[str, list[str]]:
    """The labels under each heading."""
    response = client.get(reverse("palette"), asked, headers=HTMX)
    assert response.status_code == 200
    return {title: [goal.label for goal in goals] for title, goals in response.context["groups"]}


def test_palette_offers_an_artist_the_pages_of_everybody(client_of: ClientOf, project: Project, artist: User) -> None:
    assert found(client_of(artist)) == {
        "Pages": ["Projects", "Gallery", "Review", "Notifications", "What I am told", "Change password"],
        "Projects": ["Tea commercial"],
    }


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        ("artist", []),
        ("reviewer", []),
        ("outsider", []),
        ("manager", ["Spend", "Prices"]),
        ("admin", ["Spend", "Prices", "People", "Keys", "Budgets", "Audit"]),
    ],
)
def test_palette_offers_only_the_pages_that_the_person_may_open(
    client_of: ClientOf, project: Project, who: str, pages: list[str], request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))

    offered = found(client)["Pages"][6:]

    assert offered == pages
    assert found(client).get("Acts", []) == {"manager": ["New project"], "admin": ["New project", "Add a key"]}.get(
        who, []
    )


def test_palette_knows_the_rooms_of_the_project_that_is_open(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    groups = found(client_of(manager), q="guests", here="tea")

    assert groups == {"Tea commercial": ["Guests"]}


def test_palette_offers_the_rooms_of_the_newest_projects_where_none_is_open(
    client_of: ClientOf, project: Project, admin: User
) -> None:
    newer = [make_project() for _ in range(3)]

    groups = found(client_of(admin), q="refer")

    assert list(groups.items()) == [(each.name, ["References"]) for each in reversed(newer)]


def test_palette_leads_whoever_renders_to_the_deleted_takes(
    client_of: ClientOf, project: Project, artist: User, reviewer: User
) -> None:
    assert found(client_of(artist), q="deleted", here="tea") == {"Tea commercial": ["Deleted takes"]}
    assert found(client_of(reviewer), q="deleted", here="tea") == {}


def test_palette_shows_a_stranger_neither_project_nor_take(
    client_of: ClientOf, project: Project, outsider: User
) -> None:
    take = make_render(project)

    assert found(client_of(outsider), q=str(take.pk), here="tea") == {}
    assert found(client_of(outsider), q="tea", here="tea") == {}


@pytest.mark.parametrize("form", ["{}", "#{}", " {} "])
def test_palette_finds_a_take_by_its_number(client_of: ClientOf, project: Project, artist: User, form: str) -> None:
    take = make_render(project)

    response: Any = client_of(artist).get(reverse("palette"), {"q": form.format(take.pk)}, headers=HTMX)

    ((title, (goal,)),) = response.context["groups"]
    assert (title, goal.address) == ("Takes", reverse("render-detail", args=[take.pk]))


@pytest.mark.parametrize("words", ["9" * 40, "٣", "\0", "x" * 100_000, "%", "' OR 1=1"])
def test_palette_finds_nothing_by_nonsense(client_of: ClientOf, project: Project, artist: User, words: str) -> None:
    response = client_of(artist).get(reverse("palette"), {"q": words}, headers=HTMX)

    assert (response.status_code, "takes/" in response.content.decode()) == (200, False)


def test_palette_is_a_page_of_its_own_without_a_script(client_of: ClientOf, artist: User) -> None:
    client = client_of(artist)

    page = client.get(reverse("palette"), {"q": "gallery"})
    dialog = client.get(reverse("palette"), headers=HTMX)
    results = client.get(reverse("palette"), {"q": ""}, headers=HTMX)

    assert [response.templates[0].name for response in (page, dialog, results)] == [
        "palette/page.html",
        "palette/_dialog.html",
        "palette/_results.html",
    ]


@pytest.mark.parametrize("count", [1, 12])
def test_palette_asks_few_questions_however_many_projects(
    client_of: ClientOf, admin: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_project()
    client = client_of(admin)

    with django_assert_num_queries(3):
        assert len(found(client, q="project")["Projects"]) == min(count, 8)
