"""What has changed since: the one small request that every page with takes repeats."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState, Role
from studio.models import Project, RenderEvent, User
from studio.services.transitions import move
from tests.factories import make_output, make_project, make_render, make_unconfirmed
from tests.views.asking import Ask, ask, before_all, newest, poll_of, settle

__all__ = ["ask"]


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


@pytest.mark.parametrize("count", [1, 24])
def test_changes_ask_the_same_number_of_questions_for_any_number_of_takes(
    ask: Ask, project: Project, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_output(make_render(project))
    start = before_all()

    with django_assert_num_queries(6):
        response = ask(since=start, project=project.slug)

    assert len(inserted(response)) == count


@pytest.mark.parametrize("more", [{}, {"doubts": "0"}])
def test_name_that_no_database_keeps_is_no_project(
    ask: Ask, project: Project, artist: User, more: dict[str, str]
) -> None:
    make_unconfirmed(project, asked_by=artist)

    assert ask(since=before_all(), project="te\x00a", **more).status_code == 204
