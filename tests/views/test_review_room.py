"""The room: one take after the other, decided on and gone on from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import RenderState, Role
from studio.models import Project, Render, User
from studio.services import reviews
from tests.factories import make_output, make_project, make_render

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def takes(project: Project, artist: User) -> list[Render]:
    made = []
    for _ in range(3):
        take = make_render(project, asked_by=artist)
        make_output(take)
        reviews.send(takes=[take], actor=artist)
        made.append(take)
    return made


def room(take: Render, **query: str) -> str:
    return reverse("render-review", args=[take.pk], query={"queue": "all"} | query)


def decide(client: Client, take: Render, *, htmx: bool = False, **values: str) -> Any:
    values = {"verdict": "approved", "back": "room", "queue": "all"} | values
    return client.post(reverse("review-decide", args=[take.pk]), values, headers=HTMX if htmx else {})


def test_room_stands_in_the_queue(client_of: ClientOf, reviewer: User, takes: list[Render]) -> None:
    response = client_of(reviewer).get(room(takes[1], queue="tea"))

    context = response.context
    assert (context["place"].number, context["place"].total) == (2, 3)
    assert (context["previous_url"], context["next_url"]) == (room(takes[0], queue="tea"), room(takes[2], queue="tea"))
    assert f"<title>2 of 3 · Take {takes[1].pk} · Review · Rushes</title>" in response.content.decode()


def test_room_has_player_panel_and_comments(client_of: ClientOf, reviewer: User, takes: list[Render]) -> None:
    body = client_of(reviewer).get(room(takes[0])).content.decode()

    assert [body.count(f'id="{name}"') for name in ("room", "player", "review-panel", "comments")] == [1, 1, 1, 1]
    # Whoever reviews plays it for certain, and steps through its frames at once.
    assert (body.count('preload="auto"'), body.count('preload="metadata"')) == (1, 0)


def test_room_of_a_take_outside_the_queue_has_no_place_and_no_steps(
    client_of: ClientOf, reviewer: User, takes: list[Render]
) -> None:
    reviews.decide(take=takes[0], verdict="approved", reviewer=reviewer)

    pages = [client_of(reviewer).get(room(take)).content.decode() for take in takes[:2]]

    assert ["room-steps" in page for page in pages] == [False, True]


@pytest.mark.parametrize("htmx", [False, True])
def test_deciding_on_a_take_that_nobody_sent_stays_with_it(
    client_of: ClientOf, reviewer: User, project: Project, takes: list[Render], htmx: bool
) -> None:
    take = make_render(project)
    make_output(take)

    response = decide(client_of(reviewer), take, htmx=htmx, verdict="rejected", reason="Too dark.")

    if htmx:
        assert (b'id="review-panel"' in response.content, "Rejected take" in response["HX-Trigger"]) == (True, True)
    else:
        assert (response.status_code, response["Location"]) == (302, room(take))
    assert Render.objects.get(pk=take.pk).review_state == "rejected"


@pytest.mark.parametrize("queue", ["all", "elsewhere", "\x00", "x" * 5000])
def test_room_of_a_queue_that_is_not_ones_own_is_that_of_all(
    client_of: ClientOf, reviewer: User, takes: list[Render], queue: str
) -> None:
    make_project(slug="elsewhere")

    context = client_of(reviewer).get(room(takes[0], queue=queue)).context

    assert (context["queue"].project, context["place"].total) == (None, 3)


def test_take_without_a_film_has_only_its_page(client_of: ClientOf, project: Project, reviewer: User) -> None:
    take = make_render(project, state=RenderState.RUNNING)

    response = client_of(reviewer).get(room(take))

    assert response["Location"] == reverse("render-detail", args=[take.pk])


def test_deciding_goes_on_to_the_next(client_of: ClientOf, reviewer: User, takes: list[Render]) -> None:
    response = decide(client_of(reviewer), takes[0])

    assert response["Location"] == room(takes[1])


def test_deciding_by_htmx_puts_the_next_room_in_place(client_of: ClientOf, reviewer: User, takes: list[Render]) -> None:
    response = decide(client_of(reviewer), takes[0], htmx=True, queue="tea")

    place = json.loads(response["HX-Location"])
    assert (place["path"], place["target"], place["select"]) == (room(takes[1], queue="tea"), "#room", "#room")
    assert json.loads(response["HX-Trigger"])["toast"]["text"] == f"Approved take {takes[0].pk}."


def test_after_the_last_come_those_passed_over(client_of: ClientOf, reviewer: User, takes: list[Render]) -> None:
    assert decide(client_of(reviewer), takes[2])["Location"] == room(takes[0])


def test_takes_that_do_not_wait_for_me_are_passed_over(
    client_of: ClientOf, project: Project, reviewer: User, takes: list[Render]
) -> None:
    Project.objects.update(approvals_needed=2)
    reviews.decide(take=takes[1], verdict="approved", reviewer=reviewer)

    assert decide(client_of(reviewer), takes[0])["Location"] == room(takes[2])


@pytest.mark.parametrize("htmx", [False, True])
def test_the_end_is_reached_when_nothing_waits_for_me(
    client_of: ClientOf, reviewer: User, takes: list[Render], htmx: bool
) -> None:
    client = client_of(reviewer)
    for take in takes[:2]:
        decide(client, take)

    response = decide(client, takes[2], htmx=htmx, queue="tea")

    address = response["HX-Redirect" if htmx else "Location"]
    assert address == f"{reverse('project-review', args=['tea'])}?whose=me&reviewed=1"
    assert "All reviewed</h2>" in client.get(address).content.decode()


def test_what_is_wrong_comes_back_into_the_panel_of_the_room(
    client_of: ClientOf, reviewer: User, takes: list[Render]
) -> None:
    response = decide(client_of(reviewer), takes[0], htmx=True, verdict="changes", queue="tea", whose="me")

    body = response.content.decode()
    assert (response.status_code, body.count('id="review-panel"'), body.count('id="room"')) == (422, 1, 0)
    assert 'name="queue" value="tea"' in body
    assert 'name="whose" value="me"' in body
    assert 'data-asked="changes"' in body


def test_a_room_offers_an_artist_no_verdict_and_says_why(
    client_of: ClientOf, artist: User, takes: list[Render]
) -> None:
    response = client_of(artist).get(room(takes[0]))

    assert response.context["review"]["why_not"].startswith("Reviewers and managers decide on your takes")
    assert "data-review-form" not in response.content.decode()


def test_manager_who_reviews_several_projects_goes_through_all_of_them(
    client_of: ClientOf, artist: User, manager: User, takes: list[Render]
) -> None:
    other = make_render(make_project({Role.MANAGER: manager, Role.ARTIST: artist}))
    make_output(other)
    reviews.send(takes=[other], actor=artist)

    assert decide(client_of(manager), takes[2])["Location"] == room(other)
