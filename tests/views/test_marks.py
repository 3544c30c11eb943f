"""Rating, heart and tags of one take: on its page, on its card, and in the quick look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studio.choices import RenderState
from studio.lib.clock import now
from studio.models import Favourite, Project, Render, TakeTag, User
from studio.services import favourites, ratings, tags
from tests.factories import make_output, make_render

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    take = make_render(project, asked_by=artist)
    make_output(take)
    return take


def press(client: Client, name: str, take: Render, headers: Any = None, **form: str) -> Any:
    return client.post(reverse(name, args=[take.pk]), form, headers=headers or HTMX)


@pytest.mark.parametrize("role", ["artist", "reviewer", "manager", "admin"])
def test_everybody_in_the_project_rates_tags_and_likes(
    client_of: ClientOf, take: Render, role: str, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(role))

    statuses = [
        press(client, "take-rate", take, rating="4").status_code,
        press(client, "take-favourite", take, on="1").status_code,
        press(client, "take-tag", take, tags="Hero, night").status_code,
        press(client, "take-untag", take, tag="hero").status_code,
    ]

    assert statuses == [200] * 4
    assert (Render.objects.get(pk=take.pk).rating, Favourite.objects.count()) == (4, 1)
    assert list(TakeTag.objects.values_list("tag__name", flat=True)) == ["night"]


def test_a_card_that_is_rated_comes_back_as_it_is_now(client_of: ClientOf, take: Render, artist: User) -> None:
    body = press(client_of(artist), "take-rate", take, rating="4").content.decode()

    assert f'id="render-card-{take.pk}" data-state="ready" data-rating="4"' in body
    assert 'hx-swap-oob="true"' in body


def test_the_panel_comes_back_as_it_is_now(client_of: ClientOf, take: Render, artist: User) -> None:
    body = press(client_of(artist), "take-favourite", take, on="1", panel="1").content.decode()

    assert body.count('aria-pressed="true"') == 1
    assert 'name="on" value="0"' in body


def test_the_same_heart_twice_is_one_and_can_be_taken_off(client_of: ClientOf, take: Render, artist: User) -> None:
    client = client_of(artist)

    for on in ("1", "1", "0", "0"):
        press(client, "take-favourite", take, on=on)

    assert Favourite.objects.count() == 0


@pytest.mark.parametrize("rating", ["", "6", "-1", "x", "\x00", "9" * 400])
def test_an_odd_rating_is_refused_in_words(client_of: ClientOf, take: Render, artist: User, rating: str) -> None:
    response = press(client_of(artist), "take-rate", take, rating=rating, panel="1")

    assert (response.status_code, Render.objects.get(pk=take.pk).rating) == (422, 0)


def test_what_was_typed_stays_when_it_is_no_tag(client_of: ClientOf, take: Render, artist: User) -> None:
    typed = "a tag that is longer than forty characters, hero"

    body = press(client_of(artist), "take-tag", take, tags=typed, panel="1").content.decode()

    assert f'value="{typed}"' in body
    assert TakeTag.objects.count() == 0


def test_without_script_each_leads_back_to_the_take(client_of: ClientOf, take: Render, artist: User) -> None:
    client, plain = client_of(artist), {"X-Plain": "1"}
    forms: list[tuple[str, dict[str, Any]]] = [
        ("take-rate", {"rating": "2"}),
        ("take-favourite", {"on": "1"}),
        ("take-tag", {"tags": "hero"}),
    ]

    answers = [press(client, name, take, plain, **form) for name, form in forms]

    page = reverse("render-detail", args=[take.pk])
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, page)] * 3


def test_without_script_what_was_typed_stays_too(client_of: ClientOf, take: Render, artist: User) -> None:
    typed = "a tag that is longer than forty characters, hero"

    response = press(client_of(artist), "take-tag", take, {"X-Plain": "1"}, tags=typed)

    body = response.content.decode()
    assert (response.status_code, "<html" in body, f'value="{typed}"' in body) == (422, True, True)


def test_an_archived_project_is_left_as_it_is(
    client_of: ClientOf, project: Project, take: Render, artist: User
) -> None:
    project.archived_at = now()
    project.save()
    client = client_of(artist)

    statuses = [
        press(client, name, take, **form).status_code
        for name, form in (("take-rate", {"rating": "2"}), ("take-tag", {"tags": "x"}), ("take-untag", {"tag": "x"}))
    ]

    assert (statuses, Render.objects.get(pk=take.pk).rating, TakeTag.objects.count()) == ([422] * 3, 0, 0)


def test_quick_look_shows_the_film_and_what_is_known(client_of: ClientOf, take: Render, artist: User) -> None:
    tags.put(project=take.project, noun="take", ids=[take.pk], names=["Hero"], actor=artist)
    favourites.add(takes=[take.pk], user=artist)
    ratings.rate(project=take.project, takes=[take.pk], rating=3, actor=artist)

    body = client_of(artist).get(reverse("take-look", args=[take.pk])).content.decode()

    assert f'src="{reverse("output-video", args=[take.pk])}"' in body
    assert (body.count("data-lit"), body.count('class="tag"')) == (3, 1)


def test_quick_look_of_what_has_no_film_says_why(client_of: ClientOf, project: Project, artist: User) -> None:
    failed = make_render(project, state=RenderState.FAILED, error_meaning="Too dark.")

    body = client_of(artist).get(reverse("take-look", args=[failed.pk])).content.decode()

    assert ("<video" in body, "Too dark." in body) == (False, True)


def test_marks_of_a_page_cost_as_many_queries_for_one_card_as_for_many(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    client, address = client_of(artist), reverse("gallery")
    numbers = []
    for _ in range(2):
        take = make_render(project)
        favourites.add(takes=[take.pk], user=artist)
        tags.put(project=project, noun="take", ids=[take.pk], names=["Hero", f"Own {take.pk}"], actor=artist)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            body = client.get(address).content.decode()
        numbers.append(len(queries))

    assert body.count('class="take-tags"') == 2
    assert numbers[0] == numbers[1]
