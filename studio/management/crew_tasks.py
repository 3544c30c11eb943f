"""What a worker of a crew does: take a task from the database, do it as django-q2 does, write down what came of it.

One waiting worker at a time asks the database: whose turn it is says a lock of the kernel, which no death can keep."""

from __future__ import annotations

import fcntl
import logging
import mmap
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from django import db
from django.db import connections
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.monitor import save_task
from django_q.scheduler import scheduler
from django_q.signing import BadSignature, SignedPackage
from django_q.worker import worker

log = logging.getLogger(__name__)

NO_MORE = "STOP"
SCHEDULE_SECONDS = 30.0
# How long a worker may be at a question to the database or at writing down, before it counts as hanging.
QUESTION_SECONDS = 400.0
# Until a worker whose turn it was not looks again; while there is much to do, turns are short.
NAP_SECONDS = 0.05
# So long after its first task a worker leaves once there is none to do, and takes the memory along that it needed: the
# fresh fork that waits in its place shares nearly all of its own.
REST_SECONDS = 30.0
_STOPPING, _NEXT_SCHEDULE, _FIRST = 0, 1, 2


class Board:
    """A page of memory that leader and workers share: who is at a task since when, and until when at most.

    Each place is written by its worker alone, save before it starts. Times are of the monotonic clock, 0 for none."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._times = memoryview(mmap.mmap(-1, 8 * (_FIRST + 2 * places))).cast("d")
        # Its lock is each process's own, while that of `flock` is shared by forks.
        self._turn, name = tempfile.mkstemp()
        Path(name).unlink()

    @property
    def stopping(self) -> bool:
        return bool(self._times[_STOPPING])

    @stopping.setter
    def stopping(self, value: bool) -> None:
        self._times[_STOPPING] = float(value)

    def begun(self, place: int) -> float:
        """Since when the worker has been at one task after another."""
        return self._times[_FIRST + 2 * place]

    def begin(self, place: int) -> None:
        """The worker has a task, maybe right after another one."""
        self._times[_FIRST + 2 * place] = self.begun(place) or time.monotonic()

    def limit(self, place: int) -> float:
        """When the worker is to be killed unless it is done by then."""
        return self._times[_FIRST + 2 * place + 1]

    def set_limit(self, place: int, seconds: float) -> None:
        self._times[_FIRST + 2 * place + 1] = time.monotonic() + seconds

    def clear(self, place: int) -> None:
        """The worker waits, or is no more."""
        self._times[_FIRST + 2 * place] = self._times[_FIRST + 2 * place + 1] = 0.0

    def wants_schedule(self) -> bool:
        """Whether what is due by the clock is to be looked for; yes to one worker every thirty seconds."""
        due = time.monotonic() >= self._times[_NEXT_SCHEDULE]
        if due:
            self._times[_NEXT_SCHEDULE] = time.monotonic() + SCHEDULE_SECONDS
        return due

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether this worker may ask for a task now; False while another one does."""
        try:
            fcntl.lockf(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.lockf(self._turn, fcntl.LOCK_UN)


class Timer:
    """What django-q2's worker writes the time-out of a task into; -1 while it has none."""

    def __init__(self, board: Board, place: int) -> None:
        self._board, self._place = board, place
        self._value = -1.0

    @property
    def value(self) -> float:
        return self._value

    @value.setter
    def value(self, seconds: float) -> None:
        self._value = seconds
        if seconds > 0:
            self._board.set_limit(self._place, seconds)

    def get_lock(self) -> AbstractContextManager[None]:
        """Nobody else writes it."""
        return nullcontext()


class Tasks:
    """Stands for both queues of django-q2's worker: what `get` gives is the next task, what is `put` has been done."""

    def __init__(self, board: Board, place: int) -> None:
        self._board, self._place = board, place
        self._broker = get_broker()
        self._done: dict[str, Any] | None = None
        self._leaves_at = float("inf")

    def get(self) -> dict[str, Any] | str:
        """The next task, once there is one; NO_MORE when this worker is to end."""
        self.write_down()
        waits_since = time.monotonic()
        while not self._board.stopping:
            with self._board.turn() as mine:
                task = self._ask() if mine else None
            if task is not None:
                return task
            self._board.clear(self._place)
            if time.monotonic() > min(self._leaves_at, float("inf") if mine else waits_since + REST_SECONDS):
                break
            if not mine:
                time.sleep(NAP_SECONDS)
        return NO_MORE

    def put(self, task: dict[str, Any]) -> None:
        """Keep what became of a task: it is written down once its time is no longer measured."""
        self._done = task
        self._leaves_at = min(self._leaves_at, time.monotonic() + REST_SECONDS)

    def write_down(self) -> None:
        """A failure into its table, and whatever is over off the queue."""
        task, self._done = self._done, None
        if task is None:
            return
        self._board.set_limit(self._place, QUESTION_SECONDS)
        if not task["success"]:
            log.error("the job %s failed: %s", task["name"], task["result"])
        save_task(task, self._broker)
        if task["success"] or task.get("ack_failure", False):
            self._broker.acknowledge(task["ack_id"])

    def end(self) -> None:
        """Write down the last task of a worker that ends for its time-out or its age."""
        if self._done is not None:
            self._board.set_limit(self._place, QUESTION_SECONDS)
            _ask_afresh()
            self.write_down()

    def _ask(self) -> dict[str, Any] | None:
        self._board.set_limit(self._place, QUESTION_SECONDS)
        if self._board.wants_schedule():
            scheduler(broker=self._broker)
        for number, payload in self._broker.dequeue() or ():
            if (task := self._read(number, payload)) is not None:
                self._board.begin(self._place)
                return task
        return None

    def _read(self, number: int, payload: str) -> dict[str, Any] | None:
        try:
            task: dict[str, Any] = SignedPackage.loads(payload)
        except (TypeError, BadSignature):
            self._broker.fail(number)
            return None
        return task | {"cluster": Conf.CLUSTER_NAME, "ack_id": number}


def work(board: Board, place: int) -> None:
    """The life of a worker, in a process of its own."""
    tasks = Tasks(board, place)
    worker(tasks, tasks, Timer(board, place), Conf.TIMEOUT)
    tasks.end()
    connections.close_all()


def _ask_afresh() -> None:
    """Forget all transactions and questions that were begun: a time-out comes anywhere, also where none ends them."""
    for connection in connections.all(initialized_only=True):
        # A database that is away is asked again by whoever needs it.
        with suppress(db.Error):
            connection.close()
        with suppress(db.Error):
            connection.connect()
