"""Which takes belong side by side."""

from __future__ import annotations

from typing import Any

import pytest

from studio.choices import Role
from studio.lib.clock import now
from studio.models import Project, Render, User
from studio.services import compare
from tests.factories import make_output, make_project, make_prompt, make_render, make_request

WORDS = make_request(prompt="A swan.")


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, **over)
    make_output(take)
    return take


def test_comparable_takes_come_in_the_order_asked_for_and_each_once(project: Project, artist: User) -> None:
    first, second = ready(project), ready(project)

    takes = compare.comparable(user=artist, ids=[second.pk, first.pk, second.pk])

    assert takes == [second, first]


def test_comparable_takes_are_four_at_most(project: Project, artist: User) -> None:
    ids = [ready(project).pk for _ in range(5)]

    assert [take.pk for take in compare.comparable(user=artist, ids=ids)] == ids[:4]


def test_comparable_takes_leave_out_what_is_foreign_deleted_or_not_ready(project: Project, artist: User) -> None:
    mine = ready(project)
    others = [ready(make_project()), ready(project, deleted_at=now()), make_render(project)]

    takes = compare.comparable(user=artist, ids=[mine.pk, *(take.pk for take in others), 999_999])

    assert takes == [mine]


def test_siblings_of_the_same_version_come_before_those_of_the_same_words_and_of_the_same_shot(
    project: Project,
) -> None:
    version = make_prompt(project, "A swan.").latest
    take = ready(project, request=WORDS, prompt_version=version)
    of_the_shot = ready(project, shot=take)
    of_the_words = ready(project, request=WORDS)
    of_the_version = ready(project, prompt_version=version)
    ready(project)

    assert compare.siblings(take=take) == [of_the_version, of_the_words, of_the_shot]


def test_siblings_in_a_shot_have_its_first_take_among_them(project: Project) -> None:
    first = ready(project, request=make_request(prompt="One."))
    second = ready(project, request=make_request(prompt="Two."), shot=first)
    third = ready(project, request=make_request(prompt="Three."), shot=first)

    assert compare.siblings(take=second) == [third, first]


def test_siblings_are_never_of_another_project_or_unfinished_or_without_words(project: Project, artist: User) -> None:
    take = ready(project, request=make_request(prompt=""))
    ready(project, request=make_request(prompt=""))
    ready(make_project({Role.ARTIST: artist}), request=make_request(prompt=""), shot=take)
    make_render(project, shot=take)

    assert compare.siblings(take=take) == []


@pytest.mark.parametrize("count", [1, 3, 5])
def test_one_take_alone_gets_its_newest_siblings(project: Project, count: int) -> None:
    take = ready(project, request=WORDS)
    siblings = [ready(project, request=WORDS) for _ in range(count)][::-1]
    ready(project, shot=take)

    takes = compare.filled(chosen=[take], offered=compare.siblings(take=take))

    assert takes == [take, *siblings][:4]


def test_choice_of_two_takes_stays_as_it_is(project: Project) -> None:
    one, other, third = (ready(project, request=WORDS) for _ in range(3))

    assert compare.filled(chosen=[one, other], offered=[third]) == [one, other]
