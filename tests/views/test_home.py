"""The home page: my projects as cards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.choices import Role
from studio.models import Output, Project, ProviderKey, Render, User
from tests.factories import make_project


def make_take(project: Project, poster: str = "p.jpg") -> Render:
    key, _ = ProviderKey.objects.get_or_create(provider="tokenlab", label="test")
    take = Render.objects.create(
        project=project, key=key, provider="tokenlab", model="m", operation="text-to-video", spec={}, submission=uuid4()
    )
    Output.objects.create(
        render=take, file="f", sha256="0", size=1, width=16, height=9, seconds=4, frame_rate="24/1",
        video_codec="h264", poster=poster,
    )  # fmt: skip
    return take


def test_home_shows_my_projects_with_their_newest_posters(
    client_of: Callable[[User], Client], project: Project, artist: User
) -> None:
    make_project()
    takes = [make_take(project) for _ in range(4)]
    make_take(project, poster="")

    response = client_of(artist).get("/")

    (card,) = response.context["cards"]
    assert (card.project, card.role, card.project.take_count) == (project, "Artist", 5)
    assert card.posters == [take.pk for take in reversed(takes[1:])]
    assert f'src="{reverse("output-poster", args=[takes[3].pk])}"' in response.content.decode()


def test_home_shows_a_studio_admin_every_project(
    client_of: Callable[[User], Client], project: Project, admin: User
) -> None:
    other = make_project({Role.REVIEWER: admin})

    response = client_of(admin).get("/")

    assert [(card.project, card.role) for card in response.context["cards"]] == [
        (other, "Reviewer"),
        (project, "Studio admin"),
    ]


def test_home_keeps_archived_projects_apart(
    client_of: Callable[[User], Client], project: Project, artist: User
) -> None:
    put_away = make_project({Role.ARTIST: artist}, archived_at=timezone.now() - timedelta(days=1))

    response = client_of(artist).get("/")

    assert [card.project for card in response.context["cards"]] == [project]
    assert [card.project for card in response.context["archived"]] == [put_away]


@pytest.mark.parametrize(("who", "words"), [("outsider", "You are not in a project yet"), ("admin", "No project yet")])
def test_home_without_a_project_says_what_to_do(
    client_of: Callable[[User], Client], who: str, words: str, request: pytest.FixtureRequest
) -> None:
    response = client_of(request.getfixturevalue(who)).get("/")

    assert f"<h2>{words}</h2>" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_home_asks_the_same_number_of_questions_for_any_number_of_projects(
    client_of: Callable[[User], Client], artist: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_take(make_project({Role.ARTIST: artist}))
    client = client_of(artist)

    with django_assert_num_queries(4):
        response = client.get("/")

    assert len(response.context["cards"]) == count


def test_home_asks_for_signing_in(client: Client, db: None) -> None:
    assert client.get("/")["Location"] == f"{reverse('sign-in')}?next=/"


def test_home_is_only_read(client_of: Callable[[User], Client], artist: User) -> None:
    assert client_of(artist).post("/").status_code == 405
