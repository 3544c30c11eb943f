"""Takes of a project page by page, by the last card seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Project, User
from tests.factories import make_project, make_render

ClientOf = Callable[[User], Client]


def address_of_more(body: str) -> str | None:
    found = re.search(r'id="takes-more" hx-get="([^"]*)"', body)
    return found[1] if found else None


def pages_of(client: Client, start: str, between: Callable[[], Any]) -> list[list[int]]:
    """The takes of each page, following the link at its end, with something happening between the pages."""
    address: str | None = start
    pages = []
    while address:
        response = client.get(address)
        pages.append([take.pk for take in response.context["takes"]])
        address = address_of_more(response.content.decode())
        between()
    return pages


@pytest.mark.parametrize("start", ["project-detail", "gallery"])
def test_pages_have_no_gap_and_no_repeat_while_takes_arrive(
    client_of: ClientOf, project: Project, artist: User, start: str
) -> None:
    takes = [make_render(project).pk for _ in range(60)]
    address = reverse(start, args=[project.slug] if start == "project-detail" else [])

    pages = pages_of(client_of(artist), address, between=lambda: make_render(project))

    assert [len(page) for page in pages] == [24, 24, 12]
    assert sum(pages, []) == sorted(takes, reverse=True)


@pytest.mark.parametrize(("count", "pages"), [(24, [24]), (25, [24, 1]), (0, [0])])
def test_last_page_says_that_it_is_the_last(
    client_of: ClientOf, project: Project, artist: User, count: int, pages: list[int]
) -> None:
    for _ in range(count):
        make_render(project)

    found = pages_of(client_of(artist), reverse("project-detail", args=[project.slug]), between=lambda: None)

    assert [len(page) for page in found] == pages


def test_page_is_a_fragment_of_cards(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [make_render(project) for _ in range(3)]

    response = client_of(artist).get(reverse("project-takes", args=[project.slug]), {"before": takes[2].pk})

    body = response.content.decode()
    assert re.findall(r'id="render-card-(\d+)"', body) == [str(takes[1].pk), str(takes[0].pk)]
    assert "<html" not in body


def test_page_without_javascript_is_reached_by_a_link(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [make_render(project) for _ in range(25)]
    client, address = client_of(artist), reverse("project-detail", args=[project.slug])

    link = re.search(
        r'<a class="button[^"]*" href="(\?before=\d+)">Older takes</a>', client.get(address).content.decode()
    )

    assert link is not None
    assert [take.pk for take in client.get(address + link[1]).context["takes"]] == [takes[0].pk]


@pytest.mark.parametrize("before", ["", "x", "-1", "²", "9" * 400, "1.5"])
def test_nonsense_before_is_the_first_page(client_of: ClientOf, project: Project, artist: User, before: str) -> None:
    take = make_render(project)

    response = client_of(artist).get(reverse("project-takes", args=[project.slug]), {"before": before})

    assert [found.pk for found in response.context["takes"]] == [take.pk]


def test_takes_of_other_projects_are_not_among_them(client_of: ClientOf, project: Project, artist: User) -> None:
    make_render(make_project())

    response = client_of(artist).get(reverse("project-takes", args=[project.slug]))

    assert response.context["takes"] == []
