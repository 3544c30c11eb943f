"""A cluster of our own: its workers come with the work, none keeps anything from the others, and its leader knows."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.lib.forking import Forked
from studio.management import crew
from studio.management.crew import Crew
from studio.management.crew_tasks import Board

LIMIT = 3


def nothing() -> None:
    """There is nothing to prepare."""


def rest(_board: Board, _place: int) -> None:
    time.sleep(60)


def toil(board: Board, place: int) -> None:
    board.begin(place)
    time.sleep(60)


def overrun(board: Board, place: int) -> None:
    board.set_limit(place, -1)
    time.sleep(60)


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    """A crew whose leader is this process, without a pause after a death."""
    monkeypatch.setattr(crew, "PAUSE_SECONDS", 0.0)
    ours = Crew(LIMIT)
    yield ours
    for worker in ours._workers.values():
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()


def look_until(ours: Crew, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        ours._look()


@pytest.mark.processes
def test_crew_at_rest_is_one_worker(ours: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "work", rest)

    for _ in range(50):
        ours._look()

    assert list(ours._workers) == [0]


@pytest.mark.processes
def test_crew_grows_with_the_work_up_to_its_limit(ours: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "work", toil)
    look_until(ours, lambda: len(ours._workers) == LIMIT and all(ours._board.begun(place) for place in range(LIMIT)))
    time.sleep(crew.SOON_SECONDS)

    ours._look()

    assert list(ours._workers) == [0, 1, 2]
    assert {os.getpgid(worker.pid) for worker in ours._workers.values()} == {os.getpgrp()}


@pytest.mark.processes
def test_crew_replaces_a_worker_that_died(ours: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "work", rest)
    ours._look()
    victim = ours._workers[0].pid

    os.kill(victim, signal.SIGKILL)

    look_until(ours, lambda: 0 in ours._workers and ours._workers[0].pid != victim)


@pytest.mark.processes
def test_worker_after_a_killed_one_takes_over_what_that_one_held(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(crew, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(crew, "work", rest)
    taken = tmp_path / "taken"
    ours = Crew(2, take_over=taken.touch)
    ours._look()
    before = taken.exists()

    os.kill(ours._workers[0].pid, signal.SIGKILL)

    look_until(ours, taken.exists)
    os.kill(ours._workers[0].pid, signal.SIGKILL)
    assert (before, ours._has_lost_one) == (False, False)


@pytest.mark.processes
def test_crew_kills_a_worker_that_overran_its_time(ours: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "work", overrun)
    ours._look()
    victim = ours._workers[0].pid

    look_until(ours, lambda: 0 in ours._workers and ours._workers[0].pid != victim)


@pytest.mark.processes
def test_crew_kills_a_worker_that_hangs_before_its_first_question(ours: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "work", rest)
    monkeypatch.setattr(crew, "QUESTION_SECONDS", -1.0)
    ours._look()
    victim = ours._workers[0].pid

    look_until(ours, lambda: 0 in ours._workers and ours._workers[0].pid != victim)


def test_crew_goes_on_when_there_is_no_room_for_another_process(
    ours: Crew, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*_: Any, **__: Any) -> Forked:
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(crew, "PAUSE_SECONDS", 60.0)
    monkeypatch.setattr(crew, "fork", refused)

    ours._look()
    ours._look()

    said = "a job process could not be started, trying again: [Errno 11] no more processes"
    assert (caplog.messages, ours._workers) == ([said], {})
