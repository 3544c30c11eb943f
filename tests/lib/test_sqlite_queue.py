"""Threads of one process queue up for SQLite's lock: in turn, with an end, and never left behind by a failure."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from studio.lib.sqlite import base
from studio.models import Lease
from studio.services import leases

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one lock for all"),
]


class Writer(threading.Thread):
    """A thread that begins a transaction, writes, and ends it when it is told to; it keeps what SQLite was asked."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.asked: list[str] = []
        self.has_written, self.may_end = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        try:
            with connection.execute_wrapper(self._note), transaction.atomic():
                leases.beat(name=self.name)
                self.has_written.set()
                self.may_end.wait(10)
        finally:
            connections.close_all()

    def _note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.asked.append(sql)
        return execute(sql, params, many, context)


@contextmanager
def writers(*names: str) -> Iterator[list[Writer]]:
    """One after the other, the next when the one before holds the lock or waits for it."""
    found = []
    for name in names:
        found.append(Writer(name))
        found[0].has_written.wait(10)
    try:
        yield found
    finally:
        for writer in found:
            writer.may_end.set()
            writer.join(10)


@pytest.fixture
def impatient() -> Iterator[None]:
    options = connection.settings_dict["OPTIONS"]
    before = options["timeout"]
    options["timeout"] = 0.1
    yield
    options["timeout"] = before


def test_second_thread_does_not_ask_sqlite_before_the_first_is_through() -> None:
    with writers("first", "second") as (first, second):
        waited = not second.has_written.wait(0.3)
        during = list(second.asked)
        first.may_end.set()
        came = second.has_written.wait(10)

    assert (waited, during, came) == (True, [], True)
    assert second.asked[0] == "BEGIN IMMEDIATE"
    assert Lease.objects.count() == 2


@pytest.mark.usefixtures("impatient")
def test_wait_for_ones_turn_ends_with_the_time_out_of_the_database() -> None:
    with writers("first"), pytest.raises(OperationalError, match="database is locked"), transaction.atomic():
        pass


@pytest.mark.usefixtures("impatient")
def test_turn_is_over_after_a_rollback_a_failure_and_a_lost_connection() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        raise RuntimeError
    with writers("after a rollback") as (writer,):
        assert writer.has_written.wait(5)
        with pytest.raises(OperationalError), transaction.atomic():
            pass
    with pytest.raises(OperationalError), transaction.atomic():
        connection.cursor().execute("INSERT INTO nowhere VALUES (1)")
    with transaction.atomic():
        connection.close()
    with writers("after the rest") as (writer,):
        assert writer.has_written.wait(5)


@pytest.mark.usefixtures("impatient")
def test_long_wait_for_ones_turn_leaves_that_much_less_for_sqlite() -> None:
    name, options = str(connection.settings_dict["NAME"]), connection.settings_dict["OPTIONS"]
    options["timeout"] = 3
    connection.close()
    connection.ensure_connection()
    turn = base._locks[name]
    with closing(sqlite3.connect(name, isolation_level=None)) as elsewhere:
        elsewhere.execute("BEGIN IMMEDIATE")
        turn.acquire()
        threading.Timer(2, turn.release).start()
        since = time.monotonic()
        with pytest.raises(OperationalError, match="database is locked"), transaction.atomic():
            pass
        took = time.monotonic() - since
    left = connection.cursor().execute("PRAGMA busy_timeout").fetchone()
    connection.close()

    assert (took < 4.5, left) == (True, (3000,))
