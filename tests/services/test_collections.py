"""Collections: made, filled, emptied, moved between; and what stays when one goes."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from studio.lib.clock import now
from studio.models import Collection, Project, Render, User
from studio.services import collections, projects, take_bin
from tests.factories import make_project, make_render
from tests.team_factories import make_collection


def order_of(collection: Collection) -> list[int]:
    return list(collection.places.shown().values_list("render_id", flat=True))


def made(project: Project, number: int) -> list[Render]:
    return [make_render(project) for _ in range(number)]


def test_collection_is_made_with_a_tidy_name(project: Project, artist: User) -> None:
    collection = collections.create(project=project, name="  Hero\x00  shots\n", actor=artist)

    assert (collection.name, collection.created_by, collection.project) == ("Hero shots", artist, project)


@pytest.mark.parametrize("name", ["", " \n", "\x00"])
def test_collection_needs_a_name(project: Project, artist: User, name: str) -> None:
    with pytest.raises(ValidationError, match="Give the collection a name"):
        collections.create(project=project, name=name, actor=artist)


def test_name_is_free_in_another_project_only(project: Project, artist: User) -> None:
    make_collection(project, name="Hero")

    collections.create(project=make_project(), name="Hero", actor=artist)
    with pytest.raises(ValidationError, match="“Hero” in this project already"):
        collections.create(project=project, name="Hero", actor=artist)


def test_rename_gives_no_name_twice(project: Project) -> None:
    make_collection(project, name="Hero")
    other = make_collection(project, name="Other")

    with pytest.raises(ValidationError, match="already"):
        collections.rename(collection=other, name="Hero")
    collections.rename(collection=other, name="Villain")

    assert sorted(Collection.objects.values_list("name", flat=True)) == ["Hero", "Villain"]


def test_takes_land_at_the_end_in_their_order(project: Project, artist: User) -> None:
    one, two, three = made(project, 3)
    collection = make_collection(project, two)

    added = collections.add(collection=collection, takes=[three.pk, one.pk], actor=artist)

    assert (added, order_of(collection)) == ([three.pk, one.pk], [two.pk, three.pk, one.pk])
    assert collection.places.get(render=three).added_by == artist


def test_adding_twice_is_adding_once(project: Project, artist: User) -> None:
    take = make_render(project)
    collection = make_collection(project)

    first = collections.add(collection=collection, takes=[take.pk, take.pk], actor=artist)
    second = collections.add(collection=collection, takes=[take.pk], actor=artist)

    assert (first, second, order_of(collection)) == ([take.pk], [], [take.pk])


def test_only_takes_of_the_project_that_are_there_are_added(project: Project, artist: User) -> None:
    foreign, deleted = make_render(make_project()), make_render(project, deleted_at=now())
    collection = make_collection(project)

    wanted = [foreign.pk, deleted.pk, 0, -1, 2**63, 10**40]

    assert collections.add(collection=collection, takes=wanted, actor=artist) == []


def test_removing_says_what_was_in_it(project: Project, artist: User) -> None:
    one, two, other = made(project, 3)
    collection = make_collection(project, one, two)

    gone = collections.remove(collection=collection, takes=[two.pk, other.pk], actor=artist)

    assert (gone, order_of(collection)) == ([two.pk], [one.pk])


def test_moving_takes_over_keeps_their_order(project: Project, artist: User) -> None:
    one, two, three, four = made(project, 4)
    source, target = make_collection(project, one, two, three), make_collection(project, four, two)

    moved = collections.move_takes(source=source, target=target, takes=[three.pk, two.pk, one.pk], actor=artist)

    assert moved == [one.pk, two.pk, three.pk]
    assert (order_of(source), order_of(target)) == ([], [four.pk, two.pk, one.pk, three.pk])


def test_moving_to_where_they_are_changes_nothing(project: Project, artist: User) -> None:
    one, two = made(project, 2)
    collection = make_collection(project, one, two)

    moved = collections.move_takes(source=collection, target=collection, takes=[one.pk], actor=artist)

    assert (moved, order_of(collection)) == ([], [one.pk, two.pk])


def test_takes_never_move_to_another_project(project: Project, artist: User) -> None:
    source, target = make_collection(project, make_render(project)), make_collection(make_project())

    with pytest.raises(ValidationError, match="different projects"):
        collections.move_takes(source=source, target=target, takes=order_of(source), actor=artist)


def test_deleted_take_leaves_the_board_and_comes_back_to_its_place(project: Project, artist: User) -> None:
    one, three = made(project, 2)
    two = make_render(project, state="failed", standing="released")
    collection = make_collection(project, one, two, three)

    take_bin.delete(take=two, actor=artist)
    without = order_of(collection)
    take_bin.bring_back(take=two, actor=artist)

    assert (without, order_of(collection)) == ([one.pk, three.pk], [one.pk, two.pk, three.pk])


def test_takes_stay_when_their_collection_goes(project: Project) -> None:
    take = make_render(project)
    collection = make_collection(project, take)

    collections.delete(collection=collection)
    collections.delete(collection=collection)

    assert (Collection.objects.count(), list(Render.objects.present())) == (0, [take])


def test_collection_that_somebody_deleted_takes_nothing_in(project: Project, artist: User) -> None:
    collection = make_collection(project)
    Collection.objects.filter(pk=collection.pk).delete()

    with pytest.raises(ValidationError, match="deleted by somebody"):
        collections.add(collection=collection, takes=[make_render(project).pk], actor=artist)


@pytest.mark.parametrize(
    "act",
    [
        lambda it, who: collections.create(project=it.project, name="New", actor=who),
        lambda it, who: collections.rename(collection=it, name="New"),
        lambda it, who: collections.delete(collection=it),
        lambda it, who: collections.add(collection=it, takes=[1], actor=who),
        lambda it, who: collections.remove(collection=it, takes=[1], actor=who),
        lambda it, who: collections.move_takes(source=it, target=it, takes=[1], actor=who),
    ],
)
def test_archived_project_is_only_read(project: Project, artist: User, act: Any) -> None:
    collection = make_collection(project, make_render(project), name="Hero")
    projects.archive(project=project)
    collection.project.refresh_from_db()

    with pytest.raises(ValidationError, match="archived"):
        act(collection, artist)
    assert list(Collection.objects.values_list("name", flat=True)) == ["Hero"]
