"""A filtered page as it goes on: takes that land, match no more, or are scrolled to."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState
from studio.models import Project, Render, RenderEvent
from studio.services import search_index
from studio.services.transitions import note
from tests.factories import make_output, make_render
from tests.views.filtering import client, numbers, see, take_with

__all__ = ["client"]


def test_scrolling_on_keeps_the_filters(client: Client, project: Project) -> None:
    takes = [make_render(project, rating=1).pk for _ in range(30)]
    make_render(project)

    first = see(client, rating="1", sort="oldest")
    link = re.search(r'hx-get="(/gallery/takes/[^"]*)"', first.content.decode())
    assert link is not None
    second = client.get(link[1].replace("&amp;", "&"))

    assert numbers(first) + numbers(second) == takes


def test_whoever_comes_back_gets_all_that_they_had_loaded(client: Client, project: Project) -> None:
    takes = [make_render(project).pk for _ in range(60)][::-1]

    response = client.get(reverse("gallery-takes"), {"before": str(takes[23]), "size": "30"})

    assert (numbers(response), response.context["next_before"]) == (takes[24:54], str(takes[53]))


@pytest.mark.parametrize(("query", "asks"), [({}, 10), ({"q": "car"}, 11), ({"state": "ready", "sort": "newest"}, 10)])
@pytest.mark.parametrize("count", [1, 24])
def test_gallery_asks_the_same_number_of_questions_for_any_filter_and_number_of_takes(
    client: Client,
    project: Project,
    count: int,
    query: dict[str, str],
    asks: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    takes = [make_render(project) for _ in range(count)]
    for take in takes:
        make_output(take)
    search_index.index(noun="take", numbers=[take.pk for take in takes])
    see(client)

    with django_assert_num_queries(asks):
        response = see(client, **query)

    assert len(numbers(response)) == count


def born_in(client: Client, view: str) -> tuple[list[str], list[str]]:
    """The cards that a page with the filters `view` puts first, and those that it draws anew."""
    first = RenderEvent.objects.order_by("pk").values_list("pk", flat=True)[0] - 1
    body = client.get(reverse("changes"), {"since": str(first), "view": view}).content.decode()
    put_first = body.partition('<div hx-swap-oob="afterbegin:#takes">')[2].partition("</article></div>")[0]
    fresh = re.findall(r'id="render-card-(\d+)"', put_first)
    return fresh, [pk for pk in re.findall(r'id="render-card-(\d+)"', body) if pk not in fresh]


def test_take_that_lands_appears_only_where_it_matches(client: Client, project: Project) -> None:
    heron = take_with(project, "A heron")
    take_with(project, "A car")

    assert born_in(client, "q=heron&sort=newest") == ([str(heron.pk)], [])


@pytest.mark.parametrize("view", ["q=heron", "sort=rating", "before=5", "state=melted", "project=nowhere"])
def test_take_that_lands_is_not_put_first_where_that_is_not_its_place(
    client: Client, project: Project, view: str
) -> None:
    take_with(project, "A heron")

    assert born_in(client, view) == ([], [])


def test_card_on_the_page_is_drawn_anew_when_it_stops_to_match(client: Client, project: Project) -> None:
    take = make_render(project)
    RenderEvent.objects.all().delete()
    Render.objects.update(state=RenderState.RUNNING)
    take.refresh_from_db()
    note(render=take, reason="50 % done")

    assert born_in(client, "state=queued") == ([], [str(take.pk)])


def test_page_goes_on_listening_with_its_filters(client: Client, project: Project) -> None:
    take_with(project, "A heron")

    page = see(client, q="heron", sort="newest").content.decode()

    assert "&amp;view=q%3Dheron%26sort%3Dnewest" in page
