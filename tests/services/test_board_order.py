"""The order of a board: one row written per move, whoever moves what at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from pytest_django import DjangoAssertNumQueries

from studio.lib.clock import now
from studio.models import Collection, CollectionTake, Project, Render
from studio.services import boards, projects
from studio.services.board_order import AFTER, BEFORE, EARLIER, FIRST, LAST, LATER, arrange
from studio.services.collections import GAP
from tests.factories import make_render
from tests.team_factories import make_collection


@pytest.fixture
def takes(project: Project) -> list[Render]:
    return [make_render(project) for _ in range(4)]


@pytest.fixture
def board(project: Project, takes: list[Render]) -> Collection:
    return make_collection(project, *takes)


def order_of(board: Collection, takes: list[Render]) -> str:
    """The takes as letters: "abcd" is the order in which they were made."""
    letters = {take.pk: letter for take, letter in zip(takes, "abcdefgh", strict=False)}
    return "".join(letters[pk] for pk in board.places.shown().values_list("render_id", flat=True))


@pytest.mark.parametrize(
    ("which", "way", "beside", "after"),
    [
        (0, AFTER, 2, "bcad"),
        (3, BEFORE, 1, "adbc"),
        (2, AFTER, 3, "abdc"),
        (1, BEFORE, 0, "bacd"),
        (1, AFTER, 0, "abcd"),
        (1, BEFORE, 1, "abcd"),
        (2, EARLIER, None, "acbd"),
        (0, EARLIER, None, "abcd"),
        (1, LATER, None, "acbd"),
        (3, LATER, None, "abcd"),
        (2, FIRST, None, "cabd"),
        (1, LAST, None, "acdb"),
        (3, LAST, None, "abcd"),
    ],
)
def test_take_lands_where_it_is_put(
    board: Collection, takes: list[Render], which: int, way: str, beside: int | None, after: str
) -> None:
    anchor = None if beside is None else takes[beside].pk

    arrange(collection=board, take=takes[which].pk, way=way, beside=anchor)

    assert order_of(board, takes) == after


def test_move_writes_one_row(board: Collection, takes: list[Render]) -> None:
    before = dict(board.places.values_list("render_id", "position"))

    arrange(collection=board, take=takes[3].pk, way=BEFORE, beside=takes[1].pk)

    after = dict(board.places.values_list("render_id", "position"))
    assert [pk for pk in before if before[pk] != after[pk]] == [takes[3].pk]


def test_deleted_takes_are_stepped_over(board: Collection, takes: list[Render]) -> None:
    Render.objects.filter(pk=takes[1].pk).update(deleted_at=now())

    arrange(collection=board, take=takes[2].pk, way=EARLIER)

    assert order_of(board, takes) == "cad"


def test_gap_that_is_used_up_is_opened_again(board: Collection, takes: list[Render]) -> None:
    for place, take in enumerate(takes):
        board.places.filter(render=take).update(position=7 if place else 6)

    arrange(collection=board, take=takes[3].pk, way=AFTER, beside=takes[0].pk)

    assert order_of(board, takes) == "adbc"
    assert list(board.places.values_list("position", flat=True)) == [GAP, GAP * 3 // 2, GAP * 2, GAP * 3]


def test_same_gap_takes_hundreds_of_moves(board: Collection, takes: list[Render]) -> None:
    for _ in range(100):
        arrange(collection=board, take=takes[3].pk, way=AFTER, beside=takes[0].pk)
        arrange(collection=board, take=takes[2].pk, way=AFTER, beside=takes[0].pk)

    assert order_of(board, takes) == "acdb"


def test_places_of_one_position_stay_in_the_order_of_their_making(board: Collection, takes: list[Render]) -> None:
    board.places.update(position=5)

    arrange(collection=board, take=takes[0].pk, way=LATER)

    assert order_of(board, takes) == "bacd"


@pytest.mark.parametrize("beside", [True, False])
def test_take_that_is_not_in_it_is_not_moved(
    project: Project, board: Collection, takes: list[Render], beside: bool
) -> None:
    stranger = make_render(project)
    take, anchor = (takes[0], stranger) if beside else (stranger, takes[0])

    with pytest.raises(ValidationError, match=f"Take {stranger.pk} is not in this collection any more"):
        arrange(collection=board, take=take.pk, way=AFTER, beside=anchor.pk)
    assert order_of(board, takes) == "abcd"


def test_unknown_way_is_refused(board: Collection, takes: list[Render]) -> None:
    with pytest.raises(ValueError, match="sideways"):
        arrange(collection=board, take=takes[0].pk, way="sideways")


def test_archived_project_is_not_put_in_order(project: Project, board: Collection, takes: list[Render]) -> None:
    projects.archive(project=project)
    board.project.refresh_from_db()

    with pytest.raises(ValidationError, match="archived"):
        arrange(collection=board, take=takes[0].pk, way=LAST)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_move_at_once_both_get_their_way(board: Collection, takes: list[Render]) -> None:
    gate, problems = threading.Barrier(2), list[BaseException]()

    def mover(take: Render, way: str, beside: Render) -> Callable[[], None]:
        def move() -> None:
            try:
                gate.wait(10)
                for _ in range(20):
                    arrange(collection=board, take=take.pk, way=way, beside=beside.pk)
            except BaseException as problem:
                problems.append(problem)
            finally:
                connections.close_all()

        return move

    moves = [mover(takes[0], AFTER, takes[1]), mover(takes[3], BEFORE, takes[2])]
    threads = [threading.Thread(target=move) for move in moves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert problems == []
    assert order_of(board, takes) in {"badc", "bdac"}
    positions = list(CollectionTake.objects.filter(collection=board).values_list("position", flat=True))
    assert len(set(positions)) == 4


def test_pages_of_a_board_follow_one_another(
    project: Project, board: Collection, takes: list[Render], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "PAGE", 3)
    Render.objects.filter(pk=takes[1].pk).update(deleted_at=now())
    more = make_render(project)
    CollectionTake.objects.create(collection=board, render=more, position=GAP * 9)

    first = boards.page_of(collection=board)
    second = boards.page_of(collection=board, after=first.next_after)

    assert (first.takes, first.start, first.total) == ([takes[0], takes[2], takes[3]], 1, 4)
    assert (second.takes, second.start, second.next_after) == ([more], 4, "")


def test_cursor_holds_when_its_take_is_moved(
    board: Collection, takes: list[Render], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "PAGE", 2)
    first = boards.page_of(collection=board)

    arrange(collection=board, take=takes[1].pk, way=FIRST)

    assert boards.page_of(collection=board, after=first.next_after).takes == takes[2:]


@pytest.mark.parametrize("after", ["x", "1", "_", "1_", "_1", "1_x", "9" * 30 + "_1", "--1_2", "\x00_1", "²_1"])
def test_cursor_that_is_none_starts_at_the_beginning(board: Collection, takes: list[Render], after: str) -> None:
    assert boards.page_of(collection=board, after=after).takes == takes


@pytest.mark.parametrize("number", [1, 60])
def test_page_of_a_board_asks_the_same_for_any_size(
    project: Project, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = make_render(project).key
    board = make_collection(project, *(make_render(project, key) for _ in range(number)))

    with django_assert_num_queries(3):
        boards.page_of(collection=board)


def test_page_reads_the_order_from_the_index(board: Collection) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's plan depends on how much there is")
    plan = board.places.shown().explain()

    assert "collection_order" in plan
    assert "TEMP B-TREE" not in plan
