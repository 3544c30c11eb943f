"""The tasks on disk: one JSON file each, replaced atomically, read back at the start."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.sandbox.tasks import PENDING, PROCESSING, UNFINISHED, Task

log = logging.getLogger(__name__)


class TaskStore:
    """Every change goes through `change`, under one lock, and is on disk before anybody is told of it."""

    def __init__(self, data_dir: Path) -> None:
        self.films = data_dir / "films"
        self._folder = data_dir / "tasks"
        for folder in (self.films, self._folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._tasks: dict[str, Task] = {}
        self._by_film: dict[str, str] = {}
        self._unfinished: set[str] = set()
        self._load()

    def _load(self) -> None:
        for path in sorted(self._folder.glob("*.json")):
            try:
                self._remember(Task.from_json(json.loads(path.read_text("utf-8"))))
            except (ValueError, KeyError, TypeError):
                log.error("sandbox: %s cannot be read and is left out", path)

    def _remember(self, task: Task) -> None:
        self._tasks[task.id] = task
        if task.film:
            self._by_film[task.film.name] = task.id
        if task.state in UNFINISHED:
            self._unfinished.add(task.id)
        else:
            self._unfinished.discard(task.id)

    def _save(self, task: Task) -> None:
        path = self._folder / f"{task.id}.json"
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(task.to_json(), ensure_ascii=False), "utf-8")
        draft.replace(path)

    def add(self, task: Task) -> None:
        with self._lock:
            self._save(task)
            self._remember(task)

    def get(self, task_id: str) -> Task | None:
        with self._lock:
            return self._tasks.get(task_id)

    def by_film(self, name: str) -> Task | None:
        with self._lock:
            return self._tasks.get(self._by_film.get(name, ""))

    def all(self) -> list[Task]:
        with self._lock:
            return sorted(self._tasks.values(), key=lambda task: task.created)

    def change(self, task_id: str, *, only: Callable[[Task], bool] | None = None, **fields: Any) -> Task | None:
        """Write the fields if `only` still holds; None says somebody else was quicker."""
        with self._lock:
            task = self._tasks[task_id]
            if only is not None and not only(task):
                return None
            changed = replace(task, **fields)
            self._save(changed)
            self._remember(changed)
            return changed

    def count(self, task_id: str, what: str) -> int:
        """How often this has happened to the task, this time included."""
        with self._lock:
            tally = self._tasks[task_id].tally
            times = tally.get(what, 0) + 1
            self.change(task_id, tally={**tally, what: times})
            return times

    def due(self, now: float, taken: set[str]) -> Task | None:
        """The oldest task to be worked on; one left in processing by a killed server is due at once."""
        with self._lock:
            waiting = [self._tasks[task_id] for task_id in self._unfinished - taken]
        ready = [task for task in waiting if task.state == PROCESSING or self._may_start(task, now)]
        return min(ready, key=lambda task: task.created, default=None)

    @staticmethod
    def _may_start(task: Task, now: float) -> bool:
        return task.state == PENDING and task.starts_at <= now

    def next_start(self, taken: set[str]) -> float | None:
        """When the next waiting task may begin."""
        with self._lock:
            return min((self._tasks[task_id].starts_at for task_id in self._unfinished - taken), default=None)
