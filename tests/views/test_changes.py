"""What has changed since: the one small request that every page with takes repeats."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState, Role
from studio.models import Project, Render, RenderEvent, User
from studio.services.transitions import move, note
from tests.factories import make_output, make_project, make_render, make_unconfirmed

Ask = Callable[..., Any]


@pytest.fixture
def ask(client_of: Callable[[User], Client], artist: User) -> Ask:
    """The artist's browser asks for what has changed."""
    client = client_of(artist)

    def send(**query: object) -> Any:
        return client.get(reverse("changes"), {name: str(value) for name, value in query.items()})

    return send


def newest() -> int:
    return RenderEvent.objects.values_list("pk", flat=True).order_by("-pk")[0]


def before_all() -> int:
    """Just before the first event; numbers do not start at one where earlier tests have used some."""
    return RenderEvent.objects.values_list("pk", flat=True).order_by("pk")[0] - 1


def settle() -> None:
    """Let everything so far have happened long ago."""
    RenderEvent.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    Render.objects.update(created_at=timezone.now() - timedelta(minutes=1))


def poll_of(body: str) -> dict[str, str]:
    """What the page will ask for next."""
    address = re.search(r'<div id="changes"[^>]* hx-get="([^"]*)"', body)
    assert address is not None
    query = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)
    return {name: values[0] for name, values in query.items()}


def inserted(response: Any) -> list[int]:
    return [take.pk for take in response.context["fresh"]]


def replaced(response: Any) -> list[int]:
    return [take.pk for take in response.context["changed"]]


def test_nothing_has_changed(ask: Ask, project: Project, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_render(project)
    since = newest()

    with django_assert_num_queries(3):
        response = ask(since=since, project=project.slug)

    assert (response.status_code, response.content) == (204, b"")


def test_nothing_was_ever_rendered(ask: Ask, project: Project) -> None:
    assert ask(since=0).status_code == 204


def test_new_take_is_inserted_on_top(ask: Ask, project: Project) -> None:
    make_render(project)
    settle()
    since = newest()
    takes = [make_render(project) for _ in range(2)]

    response = ask(since=since, project=project.slug)

    body = response.content.decode()
    assert (inserted(response), replaced(response)) == ([takes[1].pk, takes[0].pk], [])
    assert body.count('hx-swap-oob="afterbegin:#takes"') == 1
    assert poll_of(body) == {"since": str(newest()), "project": project.slug}


def test_changed_take_is_replaced_where_it_stands(ask: Ask, project: Project) -> None:
    take = make_render(project)
    settle()
    since = newest()
    move(render=take, to=RenderState.SUBMITTING, reason="Sending")

    response = ask(since=since)

    body = response.content.decode()
    assert (inserted(response), replaced(response)) == ([], [take.pk])
    assert re.findall(r'<article[^>]* id="render-card-(\d+)"[^>]* hx-swap-oob="true"', body) == [str(take.pk)]


def test_take_that_was_born_and_moved_on_is_inserted_once_as_it_is_now(ask: Ask, project: Project) -> None:
    make_render(project)
    settle()
    since = newest()
    take = make_render(project)
    move(render=take, to=RenderState.SUBMITTING, reason="Sending")

    response = ask(since=since)

    assert (inserted(response), replaced(response)) == ([take.pk], [])
    assert response.content.decode().count('data-state="submitting"') == 1


def test_asking_on_from_the_answer_finds_nothing_more(ask: Ask, project: Project) -> None:
    make_render(project)
    settle()
    make_render(project)

    first = ask(since=0, project=project.slug)
    second = ask(**poll_of(first.content.decode()))

    assert second.status_code == 204


@pytest.mark.parametrize("page", ["project-detail", "gallery"])
def test_take_that_the_page_shows_already_is_not_inserted_again(
    client_of: Callable[[User], Client], artist: User, ask: Ask, project: Project, page: str
) -> None:
    make_render(project)
    settle()
    take = make_render(project)
    address = reverse(page, args=[project.slug] if page == "project-detail" else [])

    shown = client_of(artist).get(address).content.decode()
    response = ask(**poll_of(shown))

    assert (inserted(response), replaced(response)) == ([], [take.pk])
    assert "shown" not in poll_of(response.content.decode())


def test_page_that_was_read_long_after_asks_only_from_its_cursor(
    client_of: Callable[[User], Client], artist: User, project: Project
) -> None:
    make_render(project)
    settle()

    body = client_of(artist).get(reverse("gallery")).content.decode()

    assert poll_of(body) == {"since": str(newest())}


def test_takes_of_other_projects_never_arrive(ask: Ask, project: Project) -> None:
    make_render(make_project())

    response = ask(since=0)

    assert (response.status_code, response.content) == (204, b"")


def test_page_is_moved_on_when_much_has_happened_elsewhere(ask: Ask) -> None:
    busy = make_render(make_project())
    RenderEvent.objects.bulk_create(
        RenderEvent(render=busy, from_state="running", to_state="running", reason="1 % done") for _ in range(120)
    )
    settle()

    response = ask(since=0)

    body = response.content.decode()
    assert (inserted(response), replaced(response)) == ([], [])
    assert "<article" not in body
    assert poll_of(body)["since"] == str(newest())


def test_project_page_hears_of_its_own_takes_only(ask: Ask, artist: User, project: Project) -> None:
    make_render(make_project({Role.ARTIST: artist}))
    mine = make_render(project)

    response = ask(since=before_all(), project=project.slug)

    assert inserted(response) == [mine.pk]


def test_asking_about_a_project_of_others_tells_nothing(ask: Ask) -> None:
    other = make_project()
    make_render(other)

    assert ask(since=0, project=other.slug).status_code == 204


def test_reviewer_gets_cards_without_buttons_that_spend(
    client_of: Callable[[User], Client], reviewer: User, project: Project
) -> None:
    make_render(project)

    response = client_of(reviewer).get(reverse("changes"), {"since": "0"})

    assert "reuse/" not in response.content.decode()


def test_number_that_is_still_on_its_way_is_waited_for(ask: Ask, project: Project) -> None:
    first = make_render(project)
    settle()
    since = newest()
    late = RenderEvent.objects.create(render=first, to_state="queued", from_state="queued", reason="Rolled in later")
    note(render=first, reason="After the gap")
    gap = late.pk
    late.delete()

    waiting = ask(since=since)
    RenderEvent.objects.filter(pk__gt=gap).update(created_at=timezone.now() - timedelta(minutes=1))
    given_up = ask(since=since)

    assert waiting.status_code == 204
    assert poll_of(given_up.content.decode())["since"] == str(gap + 1)


def test_cursor_of_a_new_page_leaves_room_for_what_is_still_on_its_way(project: Project) -> None:
    make_render(project)
    settle()
    old = newest()
    make_render(project)

    assert RenderEvent.objects.cursor() == old


def test_cursor_starts_at_nothing(db: None) -> None:
    assert RenderEvent.objects.cursor() == 0


def test_far_behind_is_caught_up_in_steps(project: Project) -> None:
    take = make_render(project)
    for number in range(5):
        note(render=take, reason=str(number))
    first = RenderEvent.objects.order_by("pk")[0].pk

    steps = [event.pk for event in RenderEvent.objects.since(first - 1, limit=4)]

    assert steps == [first, first + 1, first + 2, first + 3]


def test_page_of_a_take_is_told_that_it_moved(ask: Ask, project: Project) -> None:
    take, other = make_render(project), make_render(project)
    since = newest()

    before = ask(since=since, take=take.pk)
    note(render=take, reason="50 % done")

    assert (before.status_code, "HX-Trigger" in before) == (204, False)
    assert ask(since=since, take=take.pk)["HX-Trigger"] == "take-changed"
    assert "HX-Trigger" not in ask(since=since, take=other.pk)


def test_page_of_a_take_hears_of_it_through_any_noise(ask: Ask, project: Project) -> None:
    take, busy = make_render(project), make_render(project)
    since = newest()
    RenderEvent.objects.bulk_create(
        RenderEvent(render=busy, from_state="running", to_state="running", reason="1 % done") for _ in range(600)
    )

    note(render=take, reason="50 % done")

    assert ask(since=since, take=take.pk)["HX-Trigger"] == "take-changed"


def test_take_of_others_is_not_told_of(ask: Ask) -> None:
    foreign = make_render(make_project())

    assert "HX-Trigger" not in ask(since=0, take=foreign.pk)


def test_number_of_a_strangers_take_looks_like_any_other(ask: Ask, project: Project) -> None:
    own, strange = make_render(project), make_render(make_project())
    for take in (own, strange):
        note(render=take, reason="looked at")

    body = ask(since=before_all(), shown=f"{own.pk},{strange.pk},999999").content.decode()

    assert poll_of(body)["shown"] == f"{strange.pk},999999"


@pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "٣", "9" * 400, "0x10", "null"])
@pytest.mark.parametrize("name", ["since", "take", "shown", "project"])
def test_nonsense_is_survived(ask: Ask, project: Project, name: str, since: str) -> None:
    make_render(project)

    assert ask(**{"since": 0, name: since}).status_code in {200, 204}


@pytest.mark.parametrize("count", [1, 24])
def test_changes_ask_the_same_number_of_questions_for_any_number_of_takes(
    ask: Ask, project: Project, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_output(make_render(project))
    start = before_all()

    with django_assert_num_queries(7):
        response = ask(since=start, project=project.slug)

    assert len(inserted(response)) == count


@pytest.mark.parametrize("more", [{}, {"doubts": "0"}])
def test_name_that_no_database_keeps_is_no_project(
    ask: Ask, project: Project, artist: User, more: dict[str, str]
) -> None:
    make_unconfirmed(project, asked_by=artist)

    assert ask(since=before_all(), project="te\x00a", **more).status_code == 204
