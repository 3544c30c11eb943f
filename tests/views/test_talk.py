"""What a page asks every few seconds: nothing for nothing new, else what others have said and decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import Verdict
from studio.models import Project, Render, User
from studio.services import comments, reviews
from studio.services.talk import bump
from tests.factories import make_output, make_render

ClientOf = Callable[[User], Client]


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    take = make_render(project, asked_by=artist)
    make_output(take, frame_count=121)
    return take


def asked(take: Render, seen: str) -> str:
    return reverse("render-talk", args=[take.pk], query={"seen": seen})


def test_nothing_new_is_an_empty_answer_for_one_question(
    client_of: ClientOf, take: Render, reviewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bump(take_id=take.pk)
    client = client_of(reviewer)

    # Session, person, number.
    with django_assert_num_queries(3):
        response = client.get(asked(take, "1"))

    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("seen", ["0", "7", "", "one", "\x00", "9" * 100])
def test_any_other_number_is_told_everything(client_of: ClientOf, take: Render, reviewer: User, seen: str) -> None:
    comments.add(take=take, text="Hold this.", author=reviewer, frame=5)

    response = client_of(reviewer).get(asked(take, seen))

    body = response.content.decode()
    parts = ("comment-list", "comment-count", "talk-poll", "review-verdicts")
    assert [body.count(f'id="{part}" hx-swap-oob="true"') for part in parts] == [1, 1, 1, 1]
    assert (body.count("?seen=1"), body.count("Hold this.")) == (1, 1)
    # What somebody types is never among what is swapped.
    assert (body.count("<form"), body.count("<textarea")) == (0, 0)


def test_verdicts_are_heard_as_well(client_of: ClientOf, take: Render, artist: User, reviewer: User) -> None:
    reviews.send(takes=[take], actor=artist)
    before = Render.objects.values_list("talk", flat=True).get(pk=take.pk)
    reviews.decide(take=take, verdict=Verdict.CHANGES, reason="Too bright.", reviewer=reviewer)

    response = client_of(artist).get(asked(take, str(before)))

    assert (response.status_code, response.content.decode().count("Too bright.")) == (200, 1)


def test_a_page_asks_from_what_it_shows(client_of: ClientOf, take: Render, reviewer: User) -> None:
    comments.add(take=take, text="Hold this.", author=reviewer)

    body = client_of(reviewer).get(reverse("render-detail", args=[take.pk])).content.decode()

    assert body.count(f'data-poll hx-get="/takes/{take.pk}/talk/?seen=1" hx-trigger="every 3s"') == 1
