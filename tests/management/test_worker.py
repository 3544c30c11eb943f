"""`manage.py qcluster` with real clusters: how it starts, loses processes and ends."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.environment import BASE_DIR, variable_names
from tests.e2e.stack import children_of, wait_for

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process learns of its parent's death"),
]

# The real command with a shorter patience.
COMMAND = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
import django
django.setup()
from django.core.management import call_command
from studio.management import heartbeats
heartbeats.BEAT_SECONDS, heartbeats.SILENCE_SECONDS, heartbeats.CHECK_SECONDS = 0.5, 4.0, 0.2
call_command("qcluster")
"""
CLUSTERS = 2


class Worker:
    """A running worker with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "worker.log"
        self.env = {name: value for name, value in os.environ.items() if name not in variable_names()}
        self.env |= {"STUDIO_DATA_DIR": str(folder), "STUDIO_JOB_WORKERS": "1", "PYTHONUNBUFFERED": "1"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", COMMAND], cwd=BASE_DIR, env=self.env, stdout=log, stderr=log, process_group=0
            )

    def beat(self) -> str:
        """When the main cluster last did its beat, or nothing."""
        with sqlite3.connect(self.folder / "studio.sqlite3", timeout=10) as database:
            row = database.execute("SELECT beat_at FROM studio_lease WHERE name = 'heartbeat:studio'").fetchone()
        database.close()
        return str(row[0]) if row else ""

    def is_up(self) -> bool:
        # The tracker keeps its cluster's only worker for most of a minute, so a beat there may take that long.
        return bool(self.beat()) and len(self.everyone()) == 1 + CLUSTERS * 5

    def clusters(self) -> list[int]:
        return sorted(children_of(self.process.pid))

    def everyone(self) -> list[int]:
        """The numbers of all its processes, itself first."""
        found = [self.process.pid]
        for number in found:
            found += children_of(number)
        return found

    def main_cluster(self) -> int:
        environments = {number: Path(f"/proc/{number}/environ").read_bytes() for number in self.clusters()}
        return next(number for number, words in environments.items() if b"Q_CLUSTER_NAME=studio" in words)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty studio's database."""
    folder = tmp_path_factory.mktemp("migrated")
    env = {name: value for name, value in os.environ.items() if name not in variable_names()}
    env["STUDIO_DATA_DIR"] = str(folder)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=BASE_DIR, env=env, check=True)
    return folder / "studio.sqlite3"


@pytest.fixture
def worker(tmp_path: Path, migrated: Path) -> Iterator[Worker]:
    shutil.copy(migrated, tmp_path)
    worker = Worker(tmp_path)
    try:
        wait_for(worker.is_up, "both clusters to be up", 60)
        yield worker
    except AssertionError as error:
        raise AssertionError(f"{error}; it said:\n{worker.log.read_text()}") from error
    finally:
        worker.process.send_signal(signal.SIGINT)
        worker.process.wait(40)


def gone(numbers: list[int]) -> Callable[[], bool]:
    return lambda: not any(Path(f"/proc/{number}").exists() for number in numbers)


def test_worker_ends_with_all_its_processes_when_interrupted(worker: Worker) -> None:
    everyone = worker.everyone()

    worker.process.send_signal(signal.SIGINT)

    assert worker.process.wait(25) == 0
    assert len(everyone) == 1 + CLUSTERS * 5
    wait_for(gone(everyone), "every process to be gone", 5)


def test_worker_killed_outright_leaves_no_process(worker: Worker) -> None:
    everyone = worker.everyone()

    worker.process.kill()
    worker.process.wait()

    wait_for(gone(everyone), "every process to be gone", 10)


def test_worker_replaces_a_cluster_that_was_killed_and_what_it_left(worker: Worker) -> None:
    victim = worker.main_cluster()
    its_own = [victim, *(child for number in children_of(victim) for child in [number, *children_of(number)])]

    os.kill(victim, signal.SIGKILL)
    wait_for(gone(its_own), "the old cluster to be gone", 10)
    before = worker.beat()

    wait_for(lambda: worker.beat() != before, "the new cluster to beat")
    assert "studio was killed by signal 9" in worker.log.read_text()


def test_worker_replaces_a_cluster_whose_idle_worker_was_killed(worker: Worker) -> None:
    victim = worker.main_cluster()
    (sentinel,) = children_of(victim)
    # It dies holding the lock of the queue: the cluster lives on and never takes a task again.
    idle_worker = min(children_of(sentinel))

    os.kill(idle_worker, signal.SIGKILL)

    wait_for(gone([victim]), "the cluster to be replaced", 40)
    assert "studio is being restarted: it has taken no task for" in worker.log.read_text()
    before = worker.beat()
    wait_for(lambda: worker.beat() != before, "the new cluster to beat")
