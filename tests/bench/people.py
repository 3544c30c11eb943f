"""Measures twenty people at work beside two workers: `python -m tests.bench.people`.

Real processes on SQLite and, where its programs are, on PostgreSQL: a web server of two processes, two workers, the
sandbox gateway. Whatever goes wrong for anybody ends the run with its words.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres
from tests.bench import figures
from tests.e2e.stack import wait_for
from tests.processes.crowd import let_work
from tests.processes.house import house

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "20"))
ROUNDS = int(os.environ.get("BENCH_PEOPLE_ROUNDS", "3"))
KINDS = {
    "look": "A page: project, gallery or references",
    "watch": "What changed",
    "choose": "Composer, one option changed",
    "ask": "A take asked for",
    "upload": "A picture uploaded",
}


def main() -> None:
    """Measure on each database, print, and take everything away again."""
    for name in ("sqlite", "postgres"):
        with _database(name) as address:
            if address is None:
                figures.say("PostgreSQL is not installed on this machine: nothing was measured on it.")
            else:
                figures.keep(_measured(name, address))


@contextmanager
def _database(name: str) -> Iterator[str | None]:
    if name == "sqlite":
        yield ""
    elif (programs := postgres.programs()) is None:
        yield None
    else:
        with postgres.server(programs) as address:
            yield address


def _measured(name: str, address: str) -> dict[str, figures.Figure]:
    folder = Path(tempfile.mkdtemp(prefix="rushes-people-"))
    try:
        with house(folder, people=PEOPLE, database=address) as studio:
            began = time.monotonic()
            seen = let_work(studio, ROUNDS)
            worked = time.monotonic() - began
            if seen.troubles:
                raise SystemExit("\n".join(seen.troubles))
            wait_for(lambda: studio.states() == ["ready"] * seen.asked, "every take to come home", 300)
            home = time.monotonic() - began
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures.say(f"\n{name}: {PEOPLE} people, {seen.asked} takes; {worked:.0f} s at work, all home after {home:.0f} s\n")
    rows = [
        (words, len(seen.seconds[kind]), round(1000 * statistics.median(seen.seconds[kind]), 1), seen.p95_ms(kind))
        for kind, words in KINDS.items()
    ]
    figures.table(("what", "times", "median ms", "p95 ms"), rows)
    return {f"people_{kind}_ms_p95_{name}": seen.p95_ms(kind) for kind in KINDS}


if __name__ == "__main__":
    main()
