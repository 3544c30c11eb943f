"""What a worker of a cluster does: it takes its turn at the database, and writes down what came of each task."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django_q.conf import Conf
from django_q.exceptions import TimeoutException
from django_q.models import Failure, OrmQ

from studio.lib.forking import Forked, fork
from studio.management import crew_tasks
from studio.management.crew_tasks import NO_MORE, Board, Tasks, Timer, work
from studio.services import queue


def nothing() -> None:
    """There is nothing to prepare."""


@pytest.mark.processes
def test_turn_is_one_processes_alone_and_free_again_when_that_is_killed() -> None:
    board = Board(1)
    holder = fork(lambda: _hold(board), prepare=nothing, leads=False)
    _wait_for_begin(board)

    with board.turn() as while_held:
        pass
    _kill(holder)
    with board.turn() as after_its_death:
        pass

    assert (while_held, after_its_death) == (False, True)


def _hold(board: Board) -> None:
    with board.turn():
        board.begin(0)
        time.sleep(60)


def _wait_for_begin(board: Board) -> None:
    deadline = time.monotonic() + 20
    while not board.begun(0):
        assert time.monotonic() < deadline


def _kill(process: Forked) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_schedule_is_one_workers_business_every_thirty_seconds() -> None:
    board = Board(2)

    assert [board.wants_schedule() for _ in range(3)] == [True, False, False]


def test_timer_gives_a_task_so_long_and_no_longer() -> None:
    board = Board(2)
    timer = Timer(board, 1)
    idle = board.limit(1)

    timer.value = 300
    with timer.get_lock():
        left = board.limit(1) - time.monotonic()

    assert (idle, timer.value, 299 < left <= 300, board.limit(0)) == (0.0, 300, True, 0.0)


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> Tasks:
    """What a worker of the main cluster reads; nobody waits for the next look into the queue."""
    monkeypatch.setattr(Conf, "POLL", 0.0)
    board = Board(1)
    board.wants_schedule()
    return Tasks(board, 0)


@pytest.mark.django_db
def test_worker_takes_the_hint_and_takes_it_off_the_queue_when_it_is_done(tasks: Tasks) -> None:
    queue.enqueue("studio.jobs.schedule.beat", "here")
    task: Any = tasks.get()
    locked = OrmQ.objects.count()

    tasks.put(task | {"success": True, "result": None})
    kept = OrmQ.objects.count()
    tasks.write_down()

    assert (task["name"], task["args"], task["cluster"]) == ("beat", ("here",), "studio")
    assert (locked, kept, OrmQ.objects.count()) == (1, 1, 0)


@pytest.mark.django_db
def test_worker_writes_a_failure_down(tasks: Tasks, caplog: pytest.LogCaptureFixture) -> None:
    queue.enqueue("studio.jobs.schedule.beat", "here")
    task: Any = tasks.get()

    tasks.put(task | {"success": False, "result": "it broke", "stopped": task["started"], "sync": True})
    tasks.write_down()

    assert list(Failure.objects.values_list("name", "result")) == [("beat", "it broke")]
    assert "the job beat failed: it broke" in caplog.messages


@pytest.mark.django_db
def test_worker_leaves_a_while_after_its_first_task_but_never_with_work_waiting(
    tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_tasks, "REST_SECONDS", -1.0)
    queue.enqueue("studio.jobs.schedule.beat", "one")
    queue.enqueue("studio.jobs.schedule.beat", "two")
    first: Any = tasks.get()
    tasks.put(first | {"success": True, "result": None})
    second: Any = tasks.get()
    tasks.put(second | {"success": True, "result": None})

    assert (first["args"], second["args"], tasks.get()) == (("one",), ("two",), NO_MORE)
    assert OrmQ.objects.count() == 0


@pytest.mark.django_db
def test_worker_of_a_cluster_that_ends_takes_no_more(tasks: Tasks) -> None:
    queue.enqueue("studio.jobs.schedule.beat", "here")
    tasks._board.stopping = True

    assert tasks.get() == NO_MORE


@pytest.mark.django_db(transaction=True)
def test_work_does_what_waits_and_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board(1)
    monkeypatch.setattr(Conf, "POLL", 0.0)
    monkeypatch.setattr(crew_tasks, "REST_SECONDS", -1.0)
    queue.enqueue("studio.jobs.schedule.beat", "here")

    work(board, 0)

    assert connection.connection is None
    assert OrmQ.objects.count() == 0


def failures_after(job: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What a worker that does this job writes down: names and how often each was tried."""
    monkeypatch.setattr(Conf, "POLL", 0.0)
    queue.enqueue(f"{__name__}.{job.__name__}")
    board = Board(1)
    board.wants_schedule()

    work(board, 0)

    return list(Failure.objects.values_list("name", "attempt_count"))


def overrun_within() -> None:
    """A job whose time is over just as a transaction has begun, before anybody is bound to end it."""
    transaction.atomic().__enter__()
    raise TimeoutException


@pytest.mark.django_db(transaction=True)
def test_time_out_in_the_midst_of_a_transaction_is_written_down_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failures_after(overrun_within, monkeypatch) == [("overrun_within", 1)]


def overrun_asking() -> None:
    """A job whose time is over while the database still works on its question."""
    connection.ensure_connection()
    # As a signal leaves it.
    connection.connection.pgconn.send_query(b"SELECT 1")
    raise TimeoutException


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="elsewhere a question is never left open")
def test_time_out_in_the_midst_of_a_question_is_written_down_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failures_after(overrun_asking, monkeypatch) == [("overrun_asking", 1)]
