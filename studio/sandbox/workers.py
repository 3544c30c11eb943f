"""The few threads that make films, so that a status read never waits for one."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Any

from studio.lib.memory import give_back
from studio.sandbox.fetch import InputError
from studio.sandbox.film.plain import Shelf
from studio.sandbox.film.render import Stopped, render
from studio.sandbox.gateway import Gateway
from studio.sandbox.tasks import COMPLETED, FAILED, PENDING, PROCESSING, Film, Task

log = logging.getLogger(__name__)

LATE_FAILURES = {
    "moderation": ("content_policy_violation", "Content policy violation"),
    "error-string": ("generation_failed", "The video could not be generated"),
    "error-object": ("generation_failed", "The video could not be generated"),
    "expires": ("execution_expired", "The task was not executed in time"),
    "error-missing": ("generation_failed", "The video could not be generated"),
}

# Named after the upstream's own code, which is the only one the documents give for this.
SOUND_REFUSED = ("OutputAudioSensitiveContentDetected", "The output audio was refused by content moderation")


@dataclass(frozen=True)
class Failure(Exception):
    """Why a task could not be finished, in words for the caller."""

    code: str
    message: str


class Workers:
    """Takes due tasks oldest first. A stop abandons what is half drawn; the next start takes it up again."""

    def __init__(self, gateway: Gateway, *, plain_films: bool = False, count: int = 2) -> None:
        self._gateway = gateway
        self._shelf = Shelf() if plain_films else None
        self._taken: set[str] = set()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"sandbox-render-{n}", daemon=True) for n in range(count)
        ]
        gateway.wake = self.wake

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout=20)

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            try:
                self._finish(task)
            except Stopped:
                if self._stopping.is_set():
                    return
            finally:
                with self._changed:
                    self._taken.discard(task.id)
                give_back()

    def _next(self) -> Task | None:
        """Wait for a due task and mark it as running; None when it is time to stop."""
        store = self._gateway.store
        with self._changed:
            while not self._stopping.is_set():
                task = store.due(time.time(), self._taken)
                if task is None:
                    soonest = store.next_start(self._taken)
                    self._changed.wait(None if soonest is None else max(soonest - time.time(), 0.01))
                    continue
                started = store.change(
                    task.id,
                    only=lambda now: now.state in (PENDING, PROCESSING),
                    state=PROCESSING,
                    started=task.started or time.time(),
                )
                if started is not None:
                    self._taken.add(task.id)
                    return started
        return None

    def _finish(self, task: Task) -> None:
        try:
            film = self._make(task)
        except Stopped:
            raise
        except (Failure, InputError) as problem:
            self._end(task, state=FAILED, error=problem.message, error_code=problem.code)
        except Exception:
            log.exception("sandbox: task %s could not be rendered", task.id)
            message = "The sandbox could not render this; its log says why"
            self._end(task, state=FAILED, error=message, error_code="internal_error")
        else:
            self._end(task, state=COMPLETED, film=film)

    def _end(self, task: Task, **fields: Any) -> None:
        """Unless it was cancelled meanwhile, write how it ended and let its gateway tell whom it promised to."""
        ended = self._gateway.store.change(task.id, only=_is_running, ended=time.time(), **fields)
        if ended is not None:
            self._gateway.ended(ended)

    def _is_given_up(self, task: Task) -> bool:
        now = self._gateway.store.get(task.id)
        return self._stopping.is_set() or now is None or not _is_running(now)

    def _make(self, task: Task) -> Film:
        if task.fault in LATE_FAILURES:
            raise Failure(*LATE_FAILURES[task.fault])
        if task.fault == "sound-moderated" and task.job.sound:
            raise Failure(*SOUND_REFUSED)
        films = self._gateway.store.films
        parent = None
        if task.job.parent_id:
            origin = self._gateway.store.get(task.job.parent_id)
            if origin is None or origin.film is None:
                raise Failure("source_task_gone", "The video of the task to extend is no longer here")
            parent = films / f"{origin.film.name}.mp4"
        return render(
            task.job,
            films=films,
            name=task.id,
            parent=parent,
            stopping=lambda: self._is_given_up(task),
            shelf=self._shelf,
        )


def _is_running(task: Task) -> bool:
    return task.state == PROCESSING
