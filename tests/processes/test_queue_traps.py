"""Every known trap of the job engine, walked into on purpose: the worker notices within a minute and mends itself.

One worker goes through all of them in turn; the letters are those of the table in the README.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studio.media.looks import DEADLY
from tests.deaf_gateway import deaf_gateway
from tests.e2e.stack import wait_for
from tests.processes.workers import Shell, Worker, environment_of, gone, migrate, wait_until_gone

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process learns of its parent's death"),
]

# A file whose decoder crashes, as far as the worker can tell.
KILLER = """
import os, signal
from studio.jobs import ingest
ingest.verify_playable = lambda file: os.kill(os.getpid(), signal.SIGKILL)
"""
TAKE = """
from tests.factories import *
from studio.models import Project
from studio.services import queue
project = Project.objects.filter(slug="tea").first() or make_project(slug="tea")
"""


@dataclass
class House:
    """A worker at work, and a shell beside it."""

    folder: Path
    env: dict[str, str]
    worker: Worker
    shell: Shell

    def database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "studio.sqlite3", timeout=20, isolation_level=None)

    def beat(self, cluster: str = "studio") -> str:
        """When a cluster last did its beat."""
        return str(self.shell(f"from studio.models import Lease; "
                              f"answer = Lease.objects.filter(name='heartbeat:{cluster}')"
                              f".values_list('beat_at', flat=True).first()"))  # fmt: skip

    def waits_for_a_beat(self, cluster: str = "studio", seconds: float = 40) -> None:
        before = self.beat(cluster)
        wait_for(lambda: self.beat(cluster) != before, f"{cluster} to do a beat", seconds)

    def freeze(self, cluster: int) -> None:
        """Stop all processes of a cluster at a moment when none of them holds the lock of the database."""
        with closing(self.database()) as database:
            # While this is open, none of them can begin to write.
            database.execute("BEGIN IMMEDIATE")
            os.killpg(cluster, signal.SIGSTOP)
            database.execute("ROLLBACK")

    def state(self, render: int) -> str:
        return str(self.shell(f"from studio.models import Render; answer = Render.objects.get(pk={render}).state"))

    def said_since(self, mark: int) -> str:
        return self.worker.said()[mark:]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("traps")
    env = environment_of(folder, STUDIO_JOB_WORKERS="2")
    migrate(env)
    shell, worker = Shell(env), Worker(env, folder / "worker.log", change=KILLER)
    try:
        worker.wait_until_up()
        yield House(folder, env, worker, shell)
    finally:
        shell.close()
        worker.stop()


@pytest.fixture
def mark(house: House) -> Iterator[int]:
    """Where the log ends before the test; what was said since is told when it fails."""
    begin = len(house.worker.said())
    try:
        yield begin
    except AssertionError as error:
        raise AssertionError(f"{error}; it said:\n{house.said_since(begin)}") from error


@pytest.mark.parametrize("cluster", ["studio", "media"])
def test_trap_a_idle_workers_killed_take_no_lock_along(house: House, mark: int, cluster: str) -> None:
    leader = house.worker.cluster(cluster)

    victims = house.worker.kill_while_idle(cluster)

    wait_until_gone(victims)
    house.waits_for_a_beat(cluster, seconds=20)
    assert house.worker.cluster(cluster) == leader
    assert "a job process ended with -9 and is replaced" in house.said_since(mark)


def test_trap_a_cluster_that_lives_and_does_nothing(house: House, mark: int) -> None:
    victim = house.worker.cluster("media")

    house.freeze(victim)

    wait_for(gone([victim]), "the cluster to be replaced", 60)
    assert "media is being restarted: it has taken no task for" in house.said_since(mark)
    house.waits_for_a_beat("media")


def test_trap_a_is_noticed_in_one_worker_while_another_does_all_the_work(house: House, mark: int) -> None:
    second = Worker(house.env, house.folder / "second.log")
    try:
        second.wait_until_up()
        alive = house.shell("from studio.services import workers; answer = len(workers.live())")
        first, victim = house.worker.cluster(), second.cluster()

        house.freeze(victim)

        wait_for(gone([victim]), "the cluster to be replaced", 60)
    finally:
        second.stop()
    assert alive == 2
    assert "studio is being restarted: it has taken no task for" in second.said()
    assert house.worker.cluster() == first
    assert house.shell("from studio.services import workers; answer = len(workers.live())") == 1


def test_trap_b_sigterm_to_the_group_of_a_cluster(house: House, mark: int) -> None:
    victim = house.worker.cluster()

    os.killpg(victim, signal.SIGTERM)

    wait_for(gone([victim]), "the cluster to be gone", 60)
    house.waits_for_a_beat()
    assert "studio" in house.said_since(mark)


def test_trap_c_parent_killed_leaves_nothing_behind_and_is_replaced(house: House, mark: int) -> None:
    victim = house.worker.cluster()
    its_own = [victim, *house.worker.parts()]

    os.kill(victim, signal.SIGKILL)

    wait_until_gone(its_own)
    house.waits_for_a_beat()
    assert "studio was killed by signal 9" in house.said_since(mark)


def test_trap_d_somebody_else_writes_all_the_time_and_no_result_is_lost(house: House, mark: int) -> None:
    with writing_all_the_time(house):
        house.shell("from studio.services import queue\n"
                    "for _ in range(60): queue.enqueue('studio.jobs.schedule.beat', 'trap-d')")  # fmt: skip
        wait_for(lambda: not hints(house, "beat"), "every hint to be done and off the queue", 40)

    said = house.said_since(mark)
    assert [word for word in ("locked", "Could not save", "Traceback") if word in said] == []


def test_trap_e_queue_that_cannot_be_read_for_a_while(house: House, mark: int) -> None:
    leader = house.worker.cluster()
    with closing(house.database()) as database:
        database.execute("ALTER TABLE django_q_ormq RENAME TO away")
        wait_for(lambda: "the queue “studio” cannot be read" in house.said_since(mark), "the trouble to be told")
        database.execute("ALTER TABLE away RENAME TO django_q_ormq")

    house.waits_for_a_beat(seconds=10)
    assert "the queue “studio” can be read again" in house.said_since(mark)
    assert house.worker.cluster() == leader
    assert "a job process ended" not in house.said_since(mark)


def test_trap_f_file_that_kills_its_worker_each_time_is_given_up_on(house: House, mark: int) -> None:
    number = house.shell(
        f"{TAKE}\n"
        "from studio.jobs.ingest import _incoming\n"
        "render = make_followed(project, state='fetching', next_poll_at=None, result_url='http://127.0.0.1:9/film')\n"
        "file = _incoming(render); file.parent.mkdir(parents=True, exist_ok=True); file.write_bytes(b'a film')\n"
        "queue.enqueue('studio.jobs.ingest.ingest', render.pk); answer = render.pk"
    )

    wait_for(lambda: house.state(number) == "failed", "the file to be given up on", 60)

    kept = [file.name.partition("-incoming")[0] for file in (house.folder / "media/renders" / str(number)).iterdir()]
    assert kept == ["rejected"]
    # Once for each death, and whoever waits behind it is served.
    assert house.said_since(mark).count("a job process ended with -9") == DEADLY
    house.waits_for_a_beat("media")


def test_trap_g_hint_handed_out_again_while_the_work_is_in_hand(house: House, mark: int) -> None:
    with deaf_gateway() as gateway:
        number = house.shell(
            f"{TAKE}\nkey = make_key(base_url='{gateway.base_url}')\n"
            "render = make_render(project, key); queue.enqueue('studio.jobs.submit.submit', render.pk)\n"
            "answer = render.pk"
        )
        wait_for(lambda: gateway.callers, "the take to be sent")

        # As if `retry` were shorter than the work.
        house.shell("from studio.services import queue; queue.take_back()")
        wait_for(lambda: not hints(house, "submit"), "the other worker to take it and be done with it")
        sending = house.state(number)
        gateway.hang_up()
        wait_for(lambda: house.state(number) == "unconfirmed", "the take to be unconfirmed")

    assert (sending, len(gateway.callers)) == ("submitting", 1)


def test_changed_secret_key_drops_the_queue_with_a_word_and_loses_no_work(house: House, mark: int) -> None:
    other = Shell(house.env | {"STUDIO_SECRET_KEY": "another-secret-" + "x" * 40})
    number = other(
        f"{TAKE}\nfrom studio.lib.clock import later\n"
        "render = make_render(project, make_key(), enqueued_at=later(-41))\n"
        "queue.enqueue('studio.jobs.submit.submit', render.pk); answer = render.pk"
    )
    other.close()

    wait_for(lambda: "signed with another STUDIO_SECRET_KEY" in house.said_since(mark), "the drop to be told")
    # Nobody listens at this key's address: that it ends shows that it was sent after all.
    wait_for(lambda: house.state(number) == "failed", "the take to be sent by another hint")
    assert (
        house.shell(f"from studio.models import Attempt; answer = Attempt.objects.filter(render={number}).count()") == 1
    )


def test_coroutine_as_a_job_fails_once_and_clearly(house: House, mark: int) -> None:
    house.shell("from studio.services import queue; queue.enqueue('tests.processes.jobs.coroutine')")
    rows = "Failure.objects.filter(name='coroutine').values_list('name', 'result')"
    failures = f"from django_q.models import Failure; answer = list({rows})"

    found: Any = wait_for(lambda: house.shell(failures), "the failure to be written down")

    assert found == [["coroutine", "A job must not be a coroutine: nothing of it was run."]]
    assert "cannot pickle" not in house.said_since(mark)
    house.waits_for_a_beat()


def test_trap_b_sigterm_to_every_process_at_once_still_ends_them_all(house: House, mark: int) -> None:
    """As a service manager does it that knows the processes and not who leads them. The last, as it ends the worker."""
    everyone = house.worker.everyone()

    for number in everyone:
        # One that heard of it from its leader may be gone already.
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)

    assert house.worker.process.wait(20) == 0
    wait_until_gone(everyone, 5)
    assert house.shell("from studio.services import workers; answer = len(workers.live())") == 0


def hints(house: House, name: str) -> int:
    """How many hints of that name are in the queue, taken or not; a cluster's own beats aside."""
    code = "from django_q.models import OrmQ; rows = OrmQ.objects.exclude(key__contains=':')"
    return int(house.shell(f"{code}; answer = sum(row.task['name'] == '{name}' for row in rows)"))


@contextmanager
def writing_all_the_time(house: House) -> Iterator[None]:
    """A neighbour that holds the database's one lock for writing half of the time."""
    stop = threading.Event()

    def write() -> None:
        with closing(house.database()) as database:
            while not stop.is_set():
                database.execute("BEGIN IMMEDIATE")
                database.execute("UPDATE studio_lease SET holder = holder WHERE name = 'nobody'")
                time.sleep(0.05)
                database.execute("COMMIT")
                time.sleep(0.05)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
