"""When a cluster counts as dead although its processes live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from django.db import OperationalError

from studio.management.heartbeats import Cluster, Heartbeats

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """A clock, a cluster of two workers and a supervisor that a test moves by hand."""

    now: float = 0.0
    busy: int = 0
    answering: bool = True
    database: bool = True
    number: int | None = 7
    owed: int = 0
    restarts: list[str] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    revived: list[list[str]] = field(default_factory=list)
    signs: int = 0

    def ask(self, number: int) -> None:
        self.asked.append(number)
        self.owed = 0 if self.answering else 1

    def owes(self, number: int) -> bool:
        return self.owed > 0

    def sign(self) -> None:
        if not self.database:
            raise OperationalError("the database is gone")
        self.signs += 1

    def revive(self, names: Iterable[str]) -> None:
        self.revived.append(list(names))

    def pass_seconds(self, heartbeats: Heartbeats, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            heartbeats(_Supervised(self))  # type: ignore[arg-type]


@dataclass
class _Supervised:
    world: World

    def number_of(self, name: str) -> int | None:
        return self.world.number

    def restart(self, name: str, reason: str, *, grace: float | None) -> None:
        self.world.restarts.append(f"{name}: {reason}, grace {grace}")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def heartbeats(world: World) -> Heartbeats:
    cluster = Cluster(name="studio", workers=2, ask=world.ask, owes=world.owes, busy=lambda _: world.busy)
    return Heartbeats([cluster], revive=world.revive, sign=world.sign, clock=lambda: world.now)


def test_heartbeats_ask_a_healthy_cluster_every_ten_seconds_and_show_themselves_too(
    world: World, heartbeats: Heartbeats
) -> None:
    world.pass_seconds(heartbeats, 100)

    assert world.restarts == []
    assert world.asked == [7] * 10
    assert world.revived == [["studio"]]
    assert world.signs == 17


def test_heartbeats_do_not_ask_again_while_a_beat_waits(world: World, heartbeats: Heartbeats) -> None:
    world.answering = False

    world.pass_seconds(heartbeats, 38)

    assert world.asked == [7]


def test_heartbeats_restart_a_silent_cluster_within_a_minute(world: World, heartbeats: Heartbeats) -> None:
    world.pass_seconds(heartbeats, 30)
    world.answering = False

    world.pass_seconds(heartbeats, 55)

    assert world.restarts[0] == "studio: it has taken no task for 42 s, grace 2.0"


def test_heartbeats_give_a_cluster_time_to_start(world: World, heartbeats: Heartbeats) -> None:
    world.answering = False

    world.pass_seconds(heartbeats, 58)

    assert world.restarts == ["studio: it has taken no task for 56 s, grace 2.0"]


def test_heartbeats_let_a_task_in_hand_finish_before_a_restart(world: World, heartbeats: Heartbeats) -> None:
    world.pass_seconds(heartbeats, 30)
    world.answering, world.busy = False, 1

    world.pass_seconds(heartbeats, 44)

    assert world.restarts == ["studio: it has taken no task for 42 s, grace None"]


def test_heartbeats_restart_a_cluster_that_works_but_writes_nothing_down_as_done(
    world: World, heartbeats: Heartbeats
) -> None:
    world.pass_seconds(heartbeats, 30)
    world.answering = False

    for second in range(44):
        world.busy = second % 2
        world.pass_seconds(heartbeats, 1)

    assert len(world.restarts) == 1


def test_heartbeats_leave_a_cluster_alone_whose_workers_are_all_at_long_tasks(
    world: World, heartbeats: Heartbeats
) -> None:
    world.answering, world.busy = False, 2

    world.pass_seconds(heartbeats, 300)

    assert world.restarts == []


def test_heartbeats_ask_anew_after_a_restart(world: World, heartbeats: Heartbeats) -> None:
    world.answering = False
    world.pass_seconds(heartbeats, 30)

    world.number = 8
    world.pass_seconds(heartbeats, 38)

    assert world.asked == [7, 8]
    assert world.revived == [["studio"], ["studio"]]
    assert world.restarts == []


def test_heartbeats_wait_while_the_cluster_is_down(world: World, heartbeats: Heartbeats) -> None:
    world.number = None

    world.pass_seconds(heartbeats, 200)

    assert (world.asked, world.restarts) == ([], [])


def test_heartbeats_survive_a_database_that_restarts(
    world: World, heartbeats: Heartbeats, caplog: pytest.LogCaptureFixture
) -> None:
    world.pass_seconds(heartbeats, 10)

    world.database = False
    world.pass_seconds(heartbeats, 8)
    world.database = True
    world.pass_seconds(heartbeats, 10)
    words_of_a_short_one = list(caplog.records)
    world.database = False
    world.pass_seconds(heartbeats, 300)
    world.database = True
    world.pass_seconds(heartbeats, 60)

    assert (world.restarts, words_of_a_short_one) == ([], [])
    assert [record.getMessage() for record in caplog.records] == [
        "the database does not answer, trying again: the database is gone"
    ]
