"""One job cluster: a leader that never touches the database, and workers that come with the work and leave after it.

django-q2's own cluster fetches tasks in one process, writes results down in another, and joins them to its workers by
pipes, whose locks a killed worker takes to its grave. Here each worker takes its tasks from the database and writes
down what became of them (`crew_tasks.py`), so a cluster at rest is two processes, and no death stops any other."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import FrameType

from studio.lib.forking import Forked, fork
from studio.management.crew_tasks import QUESTION_SECONDS, Board, work

log = logging.getLogger(__name__)

TICK = 0.1
# Whoever is at work for less, as with most tasks, is no reason for another worker.
SOON_SECONDS = 0.15
# After a death: whatever kills workers as they start must not keep the machine busy.
PAUSE_SECONDS = 1.0


class Crew:
    """Keeps one worker waiting for the next task, as long as there are not `limit` of them at work already."""

    def __init__(self, limit: int, take_over: Callable[[], None] = lambda: None) -> None:
        """`take_over` is what a worker does first that comes after one that was killed."""
        self._board = Board(limit)
        self._workers: dict[int, Forked] = {}
        self._next_start = 0.0
        self._take_over = take_over
        self._has_lost_one = False

    def run(self) -> None:
        """Until SIGINT or SIGTERM, and then until every task in hand is done. Only the main thread may call it."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)
        while not self._board.stopping:
            self._look()
            time.sleep(TICK)
        while self._workers:
            self._collect()
            time.sleep(TICK / 5)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self._board.stopping = True

    def _look(self) -> None:
        self._collect()
        moment = time.monotonic()
        free = [place for place in range(self._board.places) if place not in self._workers]
        if free and moment >= self._next_start and not self._has_one_soon(moment):
            self._try_to_start(free[0])

    def _has_one_soon(self, moment: float) -> bool:
        return any(moment - (self._board.begun(place) or moment) < SOON_SECONDS for place in self._workers)

    def _try_to_start(self, place: int) -> None:
        try:
            self._workers[place] = self._start(place)
        except OSError as error:
            # No room for another process: the leader's own end would take along whatever is at work.
            log.critical("a job process could not be started, trying again: %s", error)
            self._next_start = time.monotonic() + PAUSE_SECONDS

    def _start(self, place: int) -> Forked:
        self._board.clear(place)
        # Until its first question: one that hangs before that would be waited for as if it were ready for work.
        self._board.set_limit(place, QUESTION_SECONDS)
        life = partial(work, self._board, place)
        if self._has_lost_one:
            life = partial(_after, self._take_over, life)
        # In the leader's own process group, by whose number the cluster is known.
        worker = fork(life, prepare=_by_leader_only, leads=False)
        self._has_lost_one = False
        return worker

    def _collect(self) -> None:
        for place, worker in list(self._workers.items()):
            code = worker.poll()
            if code is not None:
                del self._workers[place]
                if code:
                    log.critical("a job process ended with %d and is replaced", code)
                    self._next_start = time.monotonic() + PAUSE_SECONDS
                    self._has_lost_one = True
            elif 0 < self._board.limit(place) < time.monotonic():
                log.critical("a job process overran its time and is replaced")
                # Where the system itself collects dead children, it may be gone by now.
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGKILL)
                self._board.clear(place)


def _after(take_over: Callable[[], None], life: Callable[[], None]) -> None:
    take_over()
    life()


def _by_leader_only() -> None:
    # A stop is the leader's to answer, also one that is sent to every process: it lets the work in hand end. Cut off, a
    # request on its way to a gateway would be unconfirmed. Whoever dies without a word takes its workers along anyway.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
