"""Ratings, which a project shares, and hearts, which are each person's own."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from studio.lib.clock import now
from studio.models import Favourite, Project, Render, RenderEvent, User
from studio.services import favourites, ratings
from tests.factories import make_project, make_render


def ratings_of(*takes: Render) -> list[int]:
    return [Render.objects.get(pk=take.pk).rating for take in takes]


def test_the_last_rating_counts_and_history_tells_whose(project: Project, artist: User, reviewer: User) -> None:
    take = make_render(project)

    changed = [
        ratings.rate(project=project, takes=[take.pk], rating=rating, actor=actor)
        for rating, actor in ((4, artist), (4, reviewer), (2, reviewer), (0, artist))
    ]

    assert (changed, ratings_of(take)) == ([1, 0, 1, 1], [0])
    told = RenderEvent.objects.filter(render=take, actor__isnull=False).values_list("reason", "actor__username")
    assert list(told) == [
        ("Rated 4 of 5", "artist"),
        ("Rated 2 of 5", "reviewer"),
        ("Rating taken away", "artist"),
    ]


def test_deleted_takes_and_those_of_other_projects_keep_their_rating(project: Project, artist: User) -> None:
    deleted, elsewhere = make_render(project, deleted_at=now()), make_render(make_project())

    assert ratings.rate(project=project, takes=[deleted.pk, elsewhere.pk], rating=5, actor=artist) == 0
    assert ratings_of(deleted, elsewhere) == [0, 0]


@pytest.mark.parametrize("rating", [-1, 6])
def test_no_rating_beyond_five(project: Project, artist: User, rating: int) -> None:
    with pytest.raises(ValidationError):
        ratings.rate(project=project, takes=[make_render(project).pk], rating=rating, actor=artist)


def test_nothing_is_rated_in_an_archived_project(project: Project, artist: User) -> None:
    project.archived_at = now()

    with pytest.raises(ValidationError):
        ratings.rate(project=project, takes=[make_render(project).pk], rating=3, actor=artist)


def test_a_heart_is_put_on_once_and_is_ones_own(project: Project, artist: User, reviewer: User) -> None:
    take, other = make_render(project), make_render(project)

    added = [
        favourites.add(takes=[take.pk], user=artist),
        favourites.add(takes=[take.pk, other.pk], user=artist),
        favourites.add(takes=[take.pk], user=reviewer),
    ]
    removed = [favourites.remove(takes=[take.pk, other.pk], user=reviewer)]

    assert (added, removed) == ([1, 1, 1], [1])
    assert sorted(Favourite.objects.values_list("user", "render")) == [(artist.pk, take.pk), (artist.pk, other.pk)]
