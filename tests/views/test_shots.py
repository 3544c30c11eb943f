"""The page of a shot's tree, and the strip on the page of a take: who sees what of which takes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import Lineage, ReviewState
from studio.lib.clock import now
from studio.models import Project, Render, User
from studio.services import shots
from tests.factories import make_output, make_project, make_render, make_request
from tests.services.test_shots import grow
from tests.team_factories import make_comment

ClientOf = Callable[[User], Client]


def tree_page(client: Client, take: Render, query: str = "") -> str:
    return client.get(reverse("render-tree", args=[take.pk]) + query).content.decode()


def linked(body: str) -> list[int]:
    """The takes of the tree, from the top down."""
    return [int(pk) for pk in re.findall(r'data-shot="(\d+)"', body)]


def test_tree_names_every_take_and_how_it_came(client_of: ClientOf, project: Project, reviewer: User) -> None:
    first = make_render(project)
    hows = [Lineage.EXTEND, Lineage.VARY, Lineage.RETRY, Lineage.REMIX, Lineage.SWITCH, Lineage.NOTE, ""]
    takes = [grow(first, lineage=how)[0] for how in hows]

    body = tree_page(client_of(reviewer), first)

    assert linked(body) == [first.pk, *(take.pk for take in takes)]
    assert re.findall(r'class="shot-how">([^<]+)<', body) == [
        f"{words} take {first.pk}"
        for words in (
            "Extends", "Varies", "Retries", "Uses the last frame of", "Tries the next gateway for", "Answers a note on",
            "Comes from",
        )
    ]  # fmt: skip


def test_tree_marks_where_one_comes_from(client_of: ClientOf, project: Project, reviewer: User) -> None:
    first = make_render(project)
    second = grow(first)[0]

    body = tree_page(client_of(reviewer), second)

    assert re.findall(r'data-shot="(\d+)"[^>]* aria-current="true"', body) == [str(second.pk)]
    assert re.findall(r'data-shot="(\d+)" data-before="(\d+)"', body) == [(str(second.pk), str(first.pk))]


def test_row_says_who_when_what_it_cost_and_how_it_was_judged(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    take = make_render(project, asked_by=artist, review_state=ReviewState.APPROVED)
    make_output(take)

    body = tree_page(client_of(artist), take)

    said = ("Ada Artist", "≈ $0.42", "Approved", take.created_at.strftime("%H:%M"), f"/takes/{take.pk}/poster/")
    assert [word for word in said if word not in body] == []


def test_words_and_notes_are_escaped(client_of: ClientOf, project: Project, artist: User) -> None:
    first = make_render(project, request=make_request(prompt="<b>bold"))
    note = make_comment(first, "<i>note")
    grow(first, lineage=Lineage.NOTE, answers=note)

    body = tree_page(client_of(artist), first)

    assert ("&lt;b&gt;bold" in body, "&lt;i&gt;note" in body, "<b>bold" in body, "<i>note" in body) == (
        True, True, False, False,
    )  # fmt: skip


def test_note_that_was_removed_is_not_told(client_of: ClientOf, project: Project, artist: User) -> None:
    first = make_render(project)
    grow(first, lineage=Lineage.NOTE, answers=make_comment(first, "A secret", removed_at=now()))

    body = tree_page(client_of(artist), first)

    assert ("A secret" in body, "The note has been removed" in body) == (False, True)


def test_deleted_take_is_a_gap_without_a_link(client_of: ClientOf, project: Project, artist: User) -> None:
    first = make_render(project)
    gone = grow(first, request=make_request(prompt="A secret"))[0]
    last = grow(gone)[0]
    Render.objects.filter(pk=gone.pk).update(deleted_at=now())

    body, page = tree_page(client_of(artist), first), client_of(artist).get(reverse("render-detail", args=[last.pk]))

    assert (linked(body), f"Take {gone.pk} was deleted" in body, "A secret" in body) == (
        [first.pk, last.pk], True, False,
    )  # fmt: skip
    assert "A deleted take" in page.content.decode()


def test_tree_of_a_deleted_take_is_not_there(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project, deleted_at=now())

    assert client_of(artist).get(reverse("render-tree", args=[take.pk])).status_code == 404


def test_large_shot_is_shown_whole_on_request(
    client_of: ClientOf, project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shots, "SHOWN", 4)
    first = make_render(project)
    fan = grow(first, 9)

    short, whole = (tree_page(client_of(artist), first, query) for query in ("", "?all=1"))

    assert (len(linked(short)), "6 more takes" in short, "Show all 10 takes" in short) == (4, True, True)
    assert (linked(whole), "more takes" in whole) == ([first.pk, *(take.pk for take in fan)], False)


@pytest.mark.parametrize("count", [1, 40])
def test_tree_asks_the_same_number_of_questions_for_any_number(
    client_of: ClientOf, project: Project, artist: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = make_render(project, asked_by=artist)
    for take in grow(first, count, asked_by=artist, answers=make_comment(first)):
        make_output(take)
    client = client_of(artist)

    # The session with its person is two, the take and the role two, the shape of the tree and its rows two.
    with django_assert_num_queries(6):
        assert len(linked(tree_page(client, first))) == count + 1


def test_take_that_stands_alone_has_no_strip(client_of: ClientOf, project: Project, artist: User) -> None:
    body = client_of(artist).get(reverse("render-detail", args=[make_render(project).pk])).content.decode()

    assert 'id="shot-strip"' not in body


def test_strip_walks_to_parent_siblings_and_children(client_of: ClientOf, project: Project, artist: User) -> None:
    first = make_render(project)
    here, beside = grow(first, 2)
    child = grow(here)[0]
    make_render(make_project(), parent=here, shot=first)

    body = client_of(artist).get(reverse("render-detail", args=[here.pk])).content.decode()

    steps = re.findall(r'<a class="shot-step" href="/takes/(\d+)/"', body)
    assert (steps, "Shot: 4 takes" in body) == ([str(first.pk), str(beside.pk), str(child.pk)], True)
