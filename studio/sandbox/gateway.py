"""What every dialect stands on: accepting a task, whose it is, the fault in force, the links handed out."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.sandbox import faults
from studio.sandbox.jobs import Job
from studio.sandbox.keys import Caller, KeyRing
from studio.sandbox.store import TaskStore
from studio.sandbox.tasks import CANCELLED, PENDING, PROCESSING, Task

LARGEST_SEED = 2**32 - 1


class Gateway:
    """The state behind the server; safe to use from its many threads."""

    def __init__(self, data_dir: Path, *, pace: float, keys: Sequence[str] | None, fault: str = "") -> None:
        self.store = TaskStore(data_dir)
        self.keys = KeyRing(keys)
        self.pace = pace
        self.default_fault = faults.check_name(fault)
        self.base_url = ""
        self.wake: Callable[[], None] = lambda: None
        self.ended: Callable[[Task], None] = lambda task: None
        self.closed = threading.Event()
        self._tries: Counter[tuple[str, str]] = Counter()
        self._busy: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def set_fault(self, name: str) -> None:
        """What goes wrong from now on unless a prompt asks for something else; "" is nothing."""
        self.default_fault = faults.check_name(name)

    def fault_for_create(self, prompt: object) -> str:
        return faults.asked_for(prompt) or self.default_fault

    def fault_for_read(self, task: Task | None) -> str:
        """A fault on every request goes first, else a task's own, else the default."""
        if self.default_fault in faults.EVERY_REQUEST:
            return self.default_fault
        return (task.fault if task else "") or self.default_fault

    def tries(self, owner: str, what: str) -> int:
        """How often this caller has sent exactly this, this time included."""
        with self._lock:
            self._tries[owner, what] += 1
            return self._tries[owner, what]

    @contextmanager
    def alone(self, owner: str, what: str) -> Iterator[bool]:
        """Whether nobody else is at this for the same caller; whoever is told so is alone until the end."""
        with self._lock:
            is_alone = (owner, what) not in self._busy
            self._busy.add((owner, what))
        try:
            yield is_alone
        finally:
            if is_alone:
                with self._lock:
                    self._busy.discard((owner, what))

    def accept(
        self, dialect: str, task_id: str, caller: Caller, body: dict[str, Any], job: Job, fault: str, **more: Any
    ) -> Task:
        seed = job.seed if job.seed >= 0 else random.randint(0, LARGEST_SEED)
        task = Task(
            id=task_id,
            dialect=dialect,
            owner=caller.owner,
            key_suffix=caller.suffix,
            body=body,
            job=replace(job, seed=seed),
            created=time.time(),
            pace=self.pace,
            fault=fault,
            billing_id=secrets.token_hex(13),
            **more,
        )
        self.store.add(task)
        self.wake()
        return task

    def cancel(self, task: Task, *, while_running: bool = False) -> Task | None:
        """Stop a task that has not begun, or has not ended; None when it is too late."""
        if task.fault == "cancel-race":
            self.store.count(task.id, "cancel")
            return None
        return self.store.change(
            task.id,
            only=lambda now: now.state == PENDING or (while_running and now.status(time.time()) == PROCESSING),
            state=CANCELLED,
            ended=time.time(),
            error="Task cancelled before execution",
        )

    def video_link(self, task: Task) -> str:
        """A fresh link is signed anew after the first was refused, as a gateway with expiring links does."""
        assert task.film is not None
        is_renewed = self.fault_for_read(task) == "link-expires-once" and task.tally.get("link refused")
        renewed = "?renewed=1" if is_renewed else ""
        return f"{self.base_url}/files/{task.film.name}.mp4{renewed}"

    def last_frame_link(self, task: Task) -> str:
        assert task.film is not None
        return f"{self.base_url}/files/{task.film.name}.png"
