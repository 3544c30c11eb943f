"""One run: asks for takes, kills processes, waits until nothing moves, and gathers what came of it."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture import checks, facts
from tests.torture.database import Database
from tests.torture.facts import Facts
from tests.torture.house import MACHINES, House
from tests.torture.plan import ROLES, Kill, Order, kills, orders
from tests.torture.viewer import Viewer

TICK = 0.25
BATCH = 10
TOLD_EVERY = 15.0
# How long a victim that is not there at the moment is looked for.
LOOK_SECONDS = 2.0
PROOF_SECONDS = 5.0
FEW = 10
STATES = "SELECT id, state FROM studio_render"
# Each step of a take leaves an event.
STEPS = "SELECT COUNT(*) AS steps FROM studio_renderevent"
MOVING = ("queued", "submitting", "waiting", "running", "fetching")
SENT = ("waiting", "running")


@dataclass(frozen=True)
class Settings:
    """How large a run is. `in_flight` takes are kept moving at once until all are asked for."""

    seed: int
    renders: int
    in_flight: int = 150
    pace: float = 3.0
    steps: tuple[int, int] = (10, 100)
    roles: Sequence[str] = tuple(ROLES)
    most_kills: int = 10_000
    # Until when everything has to be asked for and ended, and how long what is left may take after the last kill.
    most_seconds: float = 900.0
    settle_seconds: float = 240.0


@dataclass
class Outcome:
    """What happened, for the judgement and the report."""

    facts: Facts = field(default_factory=lambda: Facts(()))
    killed: Counter[str] = field(default_factory=Counter)
    exits: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    looks: int = 0
    slowest_look: float = 0.0


class Run:
    """Drives the processes of one house until everything has ended."""

    def __init__(self, settings: Settings, house: House, database: Database, say: Callable[[str], None]) -> None:
        self._settings, self._house, self._database, self._say = settings, house, database, say
        self._orders = orders(settings.seed, settings.renders)
        self._asked: dict[int, Order] = {}
        self._to_cancel: dict[int, Order] = {}
        self._outcome = Outcome()
        self._kills: Iterator[Kill] = kills(settings.seed, len(MACHINES), settings.steps, settings.roles)
        self._kill = next(self._kills)
        self._kill_at_step = self._kill.steps
        self._looked_since = 0.0
        self._began = self._last_kill = self._next_proof = time.monotonic()
        self._told = 0.0

    def go(self) -> Outcome:
        """Everything from the first process to the last look at the files."""
        viewer = None
        try:
            self._house.open()
            viewer = Viewer(self._house.url, self._house.cookies)
            viewer.start()
            self._began = time.monotonic()
            self._torment()
            self._outcome.seconds = time.monotonic() - self._began
            viewer.stop()
            self._end(viewer)
        finally:
            if viewer:
                viewer.stop()
            self._house.close()
        return self._outcome

    def _torment(self) -> None:
        while True:
            states = {row["id"]: row["state"] for row in self._database.rows(STATES)}
            moving = sum(state in MOVING for state in states.values())
            self._ask(moving)
            self._cancel(states)
            self._kill_when_due(moving)
            self._outcome.killed.update({"started again": len(self._house.start_again())})
            self._tell(states)
            if self._is_over(moving):
                return
            time.sleep(TICK)

    def _ask(self, moving: int) -> None:
        room = self._settings.in_flight - moving
        if not self._orders or room <= 0:
            return
        batch, self._orders = self._orders[: min(BATCH, room)], self._orders[min(BATCH, room) :]
        for order, made in zip(
            batch, self._house.wish("ask", orders=[order.to_json() for order in batch]), strict=True
        ):
            if not isinstance(made, int):
                self._outcome.wrong.append(f"“{order.prompt}” could not be asked for: {made}")
                continue
            self._asked[made] = order
            if order.cancel:
                self._to_cancel[made] = order

    def _cancel(self, states: dict[int, str]) -> None:
        due = [pk for pk, order in self._to_cancel.items() if order.cancel == "asked" or states.get(pk) in SENT]
        if due:
            self._house.wish("cancel", takes=due)
            for pk in due:
                del self._to_cancel[pk]

    def _kill_when_due(self, moving: int) -> None:
        now, step = time.monotonic(), self._database.rows(STEPS)[0]["steps"]
        killed = self._outcome.killed.total() - self._outcome.killed["started again"]
        # The last few are left in peace, so that the run comes to its end.
        peace = not self._orders and moving <= self._settings.in_flight // 10
        if step < self._kill_at_step or killed >= self._settings.most_kills or peace:
            return
        self._looked_since = self._looked_since or now
        if self._house.kill(self._kill):
            self._outcome.killed[self._kill.role] += 1
            self._last_kill = now
        elif now < self._looked_since + LOOK_SECONDS:
            return
        self._kill, self._looked_since = next(self._kills), 0.0
        self._kill_at_step = step + self._kill.steps

    def _is_over(self, moving: int) -> bool:
        now = time.monotonic()
        if now > self._began + self._settings.most_seconds and (self._orders or moving):
            left = f"{len(self._orders)} takes were not even asked for and {moving} still moved"
            self._outcome.wrong.append(f"After {now - self._began:.0f} s {left}.")
            return True
        if self._orders:
            return False
        if now > self._last_kill + self._settings.settle_seconds:
            return True
        if moving > FEW or now < self._next_proof:
            return False
        self._next_proof = now + PROOF_SECONDS
        return not any(checks.is_under_way(take) for take in self._gather().takes)

    def _tell(self, states: dict[int, str]) -> None:
        now = time.monotonic()
        if now < self._told + TOLD_EVERY:
            return
        self._told = now
        counts = ", ".join(f"{count} {state}" for state, count in sorted(Counter(states.values()).items()))
        killed = self._outcome.killed.total() - self._outcome.killed["started again"]
        self._say(f"{now - self._began:4.0f} s, {killed} killed, {len(self._orders)} to be asked for; {counts}")

    def _gather(self) -> Facts:
        return facts.gather(self._database, self._house.books(), self._house.folder / "media")

    def _end(self, viewer: Viewer) -> None:
        self._outcome.exits = self._house.stop_workers()
        self._outcome.facts = self._gather()
        self._outcome.looks, self._outcome.slowest_look = len(viewer.times), max(viewer.times, default=0.0)
        self._outcome.wrong += [f"{text}, {count} times" for text, count in viewer.wrong.items()]
        self._outcome.wrong += [
            f"The worker {name} ended with {code} when it was asked to stop."
            for name, code in self._outcome.exits.items()
            if code
        ]
        found = len(self._outcome.facts.takes)
        if found != len(self._asked):
            self._outcome.wrong.append(f"{len(self._asked)} takes were asked for, and {found} are there.")


def say(text: str) -> None:
    """A line for whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(settings: Settings, folder: Path, say: Callable[[str], None]) -> Outcome:
    """In `folder`, on the PostgreSQL that DATABASE_URL names, or on SQLite without one."""
    address = os.environ.get("DATABASE_URL", "")
    database = Database(address, folder)
    say(f"seed {settings.seed}, {settings.renders} takes, {database.kind}")
    return Run(settings, House(folder, address, settings.pace), database, say).go()
