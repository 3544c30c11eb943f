"""Twenty people and two workers on one database: nobody ever hears of a lock, and every take comes home."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests import postgres
from tests.e2e.stack import wait_for
from tests.processes.crowd import let_work
from tests.processes.house import House, house

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process learns of its parent's death"),
]

PEOPLE = 20


def require_undisturbed_work(studio: House, rounds: int) -> None:
    seen = let_work(studio, rounds)
    assert seen.troubles == []
    wait_for(lambda: set(studio.states()) == {"ready"}, "every take to come home", 120)

    said = studio.said()
    assert Counter(studio.states()) == {"ready": seen.asked}
    assert seen.asked == PEOPLE * rounds
    assert [word for word in ("locked", "Traceback", "OperationalError", "deadlock") if word in said] == []


def test_sqlite_with_twenty_people_and_two_workers_shows_no_lock_to_anybody(tmp_path: Path) -> None:
    with house(tmp_path, people=PEOPLE) as studio:
        require_undisturbed_work(studio, 3)


def test_postgres_with_several_web_and_worker_processes_serves_the_same_people(tmp_path: Path) -> None:
    programs = postgres.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    with postgres.server(programs) as database, house(tmp_path, people=PEOPLE, database=database) as studio:
        require_undisturbed_work(studio, 1)
