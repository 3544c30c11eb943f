"""SQLite for many threads: within a process, transactions queue up instead of asking for the lock over and over.

SQLite itself wakes nobody. Whoever finds the database locked sleeps and tries again, in no order, so that with dozens
of threads some are unlucky for longer than its time-out, and a person reads of a locked database. With this, only one
thread of each process tries at a time. A single statement outside of a transaction still goes its own way.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

# A wait as short as this is not worth reckoning with.
_SHORT_SECONDS = 1.0
_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
# A lock that is held while a process forks would be held in the child for ever.
os.register_at_fork(after_in_child=_locks.clear)


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection; in the queue and for SQLite together it waits no longer than its time-out."""

    def __init__(self, *args: Any, **over: Any) -> None:
        super().__init__(*args, **over)
        self._held: threading.Lock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        lock, patience = _locks[str(self.settings_dict["NAME"])], self.settings_dict["OPTIONS"].get("timeout", 5)
        since = time.monotonic()
        if self._held is None:
            if not lock.acquire(timeout=patience):
                raise OperationalError("database is locked")
            self._held = lock
        try:
            with self._patience(patience, since):
                super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._let_go()
            raise

    @contextmanager
    def _patience(self, patience: float, since: float) -> Iterator[None]:
        """What is left of it: after a long wait for its turn, a thread does not wait as long for SQLite once more."""
        waited = time.monotonic() - since
        if waited < _SHORT_SECONDS:
            yield
            return
        self._be_patient(max(patience - waited, 0))
        try:
            yield
        finally:
            self._be_patient(patience)

    def _be_patient(self, seconds: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._let_go()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._let_go()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()
