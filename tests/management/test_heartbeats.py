"""When a cluster counts as dead although its processes live."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.db import OperationalError

from studio.management.heartbeats import Cluster, Heartbeats

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """A clock, a cluster and a supervisor that a test moves by hand."""

    now: float = 0.0
    beat: int = 0
    work: int = 0
    busy: int = 0
    answering: bool = True
    database: bool = True
    started_at: dict[str, float | None] = field(default_factory=lambda: {"studio": 0.0})
    restarts: list[str] = field(default_factory=list)
    asked: int = 0
    revivals: int = 0

    def ask(self) -> None:
        if not self.database:
            raise OperationalError("the database is gone")
        self.asked += 1
        if self.answering:
            self.beat += 1

    def last_beat(self) -> int:
        if not self.database:
            raise OperationalError("the database is gone")
        return self.beat

    def revive(self) -> None:
        self.revivals += 1

    def pass_seconds(self, heartbeats: Heartbeats, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            heartbeats(_Supervised(self))  # type: ignore[arg-type]


@dataclass
class _Supervised:
    world: World

    def started_at(self, name: str) -> float | None:
        return self.world.started_at[name]

    def restart(self, name: str, reason: str, *, grace: float | None) -> None:
        self.world.restarts.append(f"{name}: {reason}, grace {grace}")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def heartbeats(world: World) -> Heartbeats:
    cluster = Cluster(
        name="studio",
        ask=world.ask,
        last_beat=world.last_beat,
        last_work=lambda: world.work,
        busy=lambda: world.busy,
        workers=2,
    )
    return Heartbeats([cluster], revive=world.revive, clock=lambda: world.now)


def test_heartbeats_ask_a_healthy_cluster_every_twenty_seconds(world: World, heartbeats: Heartbeats) -> None:
    world.pass_seconds(heartbeats, 100)

    assert world.restarts == []
    assert world.asked == 5
    assert world.revivals == 1


def test_heartbeats_do_not_ask_again_while_a_beat_waits(world: World, heartbeats: Heartbeats) -> None:
    world.answering = False

    world.pass_seconds(heartbeats, 80)

    assert world.asked == 1


def test_heartbeats_restart_a_cluster_that_shows_no_sign_of_work(world: World, heartbeats: Heartbeats) -> None:
    world.answering = False

    world.pass_seconds(heartbeats, 94)

    assert world.restarts == ["studio: it has taken no task for 92 s, grace 2.0"]


def test_heartbeats_let_a_task_in_hand_finish_before_a_restart(world: World, heartbeats: Heartbeats) -> None:
    world.answering, world.busy = False, 1

    world.pass_seconds(heartbeats, 94)

    assert world.restarts == ["studio: it has taken no task for 92 s, grace None"]


def test_heartbeats_leave_a_cluster_alone_that_works_off_a_backlog(world: World, heartbeats: Heartbeats) -> None:
    world.answering = False

    for _ in range(10):
        world.pass_seconds(heartbeats, 60)
        world.work += 1

    assert world.restarts == []


def test_heartbeats_leave_a_cluster_alone_whose_workers_are_all_at_long_tasks(
    world: World, heartbeats: Heartbeats
) -> None:
    world.answering, world.busy = False, 2

    world.pass_seconds(heartbeats, 300)

    assert world.restarts == []


def test_heartbeats_ask_anew_after_a_restart(world: World, heartbeats: Heartbeats) -> None:
    world.answering = False
    world.pass_seconds(heartbeats, 50)

    world.started_at["studio"] = 50.0
    world.pass_seconds(heartbeats, 80)

    assert world.asked == 2
    assert world.revivals == 2
    assert world.restarts == []


def test_heartbeats_wait_while_the_cluster_is_down(world: World, heartbeats: Heartbeats) -> None:
    world.started_at["studio"] = None

    world.pass_seconds(heartbeats, 200)

    assert (world.asked, world.restarts) == (0, [])


def test_heartbeats_survive_a_database_that_restarts(
    world: World, heartbeats: Heartbeats, caplog: pytest.LogCaptureFixture
) -> None:
    world.pass_seconds(heartbeats, 10)

    world.database = False
    world.pass_seconds(heartbeats, 300)
    world.database = True
    world.pass_seconds(heartbeats, 60)

    assert world.restarts == []
    assert [record.getMessage() for record in caplog.records] == [
        "the database does not answer, trying again: the database is gone"
    ]
