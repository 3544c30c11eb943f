"""The tree of a shot: its shape, its gaps, and that it is two questions however large it has grown."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from studio.choices import Lineage
from studio.lib.clock import now
from studio.models import Project, Render
from studio.services import shots
from studio.services.shots import Row, near, tree_of
from tests.factories import make_output, make_project, make_render, make_request


def grow(parent: Render, count: int = 1, **over: Any) -> list[Render]:
    """So many takes that came from `parent`, in its shot."""
    origin = {"parent": parent, "shot_id": parent.shot_id or parent.pk, "lineage": Lineage.VARY}
    return [make_render(parent.project, parent.key, **(origin | over)) for _ in range(count)]


def chain(first: Render, count: int) -> list[Render]:
    """So many takes, each extending the one before."""
    found = [first]
    for _ in range(count):
        found += grow(found[-1], lineage=Lineage.EXTEND)
    return found


def lines(rows: list[Row]) -> list[str]:
    """The tree as a terminal would draw it, with the place of each take in the order of asking."""
    signs = {"rail": "│ ", "blank": "  ", "tee": "├ ", "elbow": "└ "}
    numbers = {pk: number for number, pk in enumerate(sorted({row.knot.pk for row in rows}), start=1)}
    return [
        "".join(signs[guide] for guide in row.guides) + (f"+{row.hidden}" if row.hidden else str(numbers[row.knot.pk]))
        for row in rows
    ]


def test_take_that_stands_alone_is_a_tree_of_one(project: Project) -> None:
    take = make_render(project)

    tree = tree_of(take)

    assert ([row.take for row in tree.rows], tree.count, near(take).count) == ([take], 1, 1)


def test_what_alone_came_of_a_take_stands_straight_under_it(project: Project) -> None:
    takes = chain(make_render(project), 3)

    rows = tree_of(takes[1]).rows

    assert lines(rows) == ["1", "2", "3", "4"]
    assert [(row.has_above, row.has_below) for row in rows] == [
        (False, True),
        (True, True),
        (True, True),
        (True, False),
    ]


def test_branches_stand_one_step_in_under_the_take_they_came_from(project: Project) -> None:
    first = make_render(project)
    second, third = grow(first, 2)
    fourth, fifth = grow(second, 2)
    grow(fourth)

    assert lines(tree_of(fifth).rows) == ["1", "├ 2", "│ ├ 4", "│ │ 6", "│ └ 5", "└ 3"]
    assert third.pk == tree_of(first).rows[-1].knot.pk


def test_branches_of_branches_stay_within_the_page(project: Project) -> None:
    step = make_render(project)
    for _ in range(shots.DEEPEST + 3):
        step, _ = grow(step, 2)

    rows = tree_of(step).rows

    assert max(len(row.guides) for row in rows) == shots.DEEPEST
    # The second of two that stand at the same depth as their parent is not drawn as if it came of the row above it.
    loose = [row for row in rows if len(row.guides) == shots.DEEPEST and not row.has_above]
    assert len(loose) > 0


def test_tree_is_the_same_from_each_of_its_takes(project: Project) -> None:
    first = make_render(project)
    second, third = grow(first, 2)
    last = grow(third)[0]

    trees = [[row.knot.pk for row in tree_of(take).rows] for take in (first, second, third, last)]
    current = [[row.knot.pk for row in tree_of(take).rows if row.is_current] for take in (first, last)]

    assert (trees, current) == ([[first.pk, second.pk, third.pk, last.pk]] * 4, [[first.pk], [last.pk]])


def test_other_shots_of_the_project_are_not_in_it(project: Project) -> None:
    first, other = make_render(project), make_render(project)
    grow(other)

    assert [row.knot.pk for row in tree_of(first).rows] == [first.pk]


def test_takes_of_another_project_are_never_in_it(project: Project) -> None:
    first = make_render(project)
    make_render(make_project(), parent=first, shot=first)

    assert (tree_of(first).count, near(first).count) == (1, 1)


def test_deleted_take_is_a_gap_and_tells_nothing(project: Project) -> None:
    first = make_render(project)
    middle = grow(first)[0]
    last = grow(middle)[0]
    Render.objects.filter(pk=middle.pk).update(deleted_at=now())

    tree, around = tree_of(last), near(last)

    assert [(row.knot.pk, row.take is None) for row in tree.rows] == [
        (first.pk, False), (middle.pk, True), (last.pk, False),
    ]  # fmt: skip
    assert (tree.count, around.count, around.before, around.before_is_gap) == (2, 2, None, True)


def test_take_whose_parent_was_lost_hangs_on_the_first_one(project: Project) -> None:
    first = make_render(project)
    lost = grow(first)[0]
    Render.objects.filter(pk=lost.pk).update(parent=None)

    assert lines(tree_of(lost).rows) == ["1", "2"]


def test_words_are_told_where_they_changed(project: Project) -> None:
    first = make_render(project, request=make_request(prompt="A car."))
    same = grow(first, request=make_request(prompt="A car."))[0]
    grow(same, request=make_request(prompt="A red car."))

    assert [row.words for row in tree_of(first).rows] == ["A car.", "", "A red car."]


def test_neighbours_are_where_it_comes_from_what_else_did_and_what_came_of_it(project: Project) -> None:
    first = make_render(project)
    before, here, after = grow(first, 3)
    child = grow(here)[0]
    Render.objects.filter(pk=after.pk).update(deleted_at=now())

    found = near(here)

    assert (found.before, found.beside, found.after, found.count) == (first, (before,), (child,), 4)


def test_neighbours_are_the_newest_few(project: Project) -> None:
    first = make_render(project)
    many = grow(first, shots.NEAR + 2)

    assert [take.pk for take in near(first).after] == [take.pk for take in many[2:]]


def test_large_shot_shows_the_way_here_and_the_newest(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shots, "SHOWN", 5)
    first = make_render(project)
    fan = grow(first, 8)
    here = grow(fan[1])[0]

    tree, all_of_it = tree_of(here), tree_of(here, everything=True)

    assert [row.knot.pk for row in tree.rows if not row.hidden] == [first.pk, fan[1].pk, here.pk, fan[6].pk, fan[7].pk]
    assert [row.hidden for row in tree.rows if row.hidden] == [5]
    assert (tree.count, tree.hidden, all_of_it.hidden, len(all_of_it.rows)) == (10, 5, 0, 10)


@pytest.mark.parametrize("count", [2, 40])
def test_tree_is_two_questions_for_any_number(
    project: Project, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = make_render(project)
    for take in grow(first, count):
        make_output(take)

    with django_assert_num_queries(2):
        rows = tree_of(first).rows
        shown = [row.take.output.poster for row in rows if row.take and not row.is_current]
    with django_assert_num_queries(2):
        near(first)

    assert len(shown) == count


def test_thousand_steps_in_a_row_are_no_trouble(project: Project) -> None:
    first = make_render(project)
    # Through the database at once: each hangs on the one before it.
    rows = [
        Render(
            project=project, key=first.key, provider="tokenlab", model=first.model, operation=first.operation,
            spec=first.spec, submission=first.submission, take_number=number + 2, pk=first.pk + number + 1,
            parent_id=first.pk + number, shot=first,
        )
        for number in range(1000)
    ]  # fmt: skip
    Render.objects.bulk_create(rows)

    tree = tree_of(rows[0], everything=True)

    assert (tree.count, len(tree.rows), len(tree.rows[-1].guides)) == (1001, 1001, 0)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL weighs its plans by the rows there are.")
def test_shot_is_found_without_reading_the_other_takes_of_its_project(project: Project) -> None:
    first = make_render(project)
    grow(first, 2)

    with CaptureQueriesContext(connection) as asked:
        near(first)
    with connection.cursor() as cursor:
        plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}").fetchall()]

    read_through = [step for step in plan if step.startswith("SCAN studio") or step.endswith("(project_id=?)")]
    assert (read_through, sum("(shot_id=?)" in step for step in plan)) == ([], 1)
