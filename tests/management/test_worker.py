"""`manage.py qcluster` with real clusters: how it starts, loses processes and ends."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.workers import Worker, environment_of, migrate, wait_until_gone

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process learns of its parent's death"),
]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty studio's database."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate(environment_of(folder))
    return folder / "studio.sqlite3"


@pytest.fixture
def worker(tmp_path: Path, migrated: Path) -> Iterator[Worker]:
    shutil.copy(migrated, tmp_path)
    worker = Worker(environment_of(tmp_path), tmp_path / "worker.log")
    try:
        worker.wait_until_up()
        yield worker
    except AssertionError as error:
        raise AssertionError(f"{error}; it said:\n{worker.said()}") from error
    finally:
        worker.stop()


def test_worker_ends_with_all_its_processes_when_interrupted(worker: Worker) -> None:
    everyone = worker.everyone()

    worker.process.send_signal(signal.SIGINT)

    assert worker.process.wait(25) == 0
    # Itself, and of each cluster its leader and at least one worker.
    assert len(everyone) >= 7
    wait_until_gone(everyone, 5)


def test_worker_killed_outright_leaves_no_process(worker: Worker) -> None:
    everyone = worker.everyone()

    worker.process.kill()
    worker.process.wait()

    wait_until_gone(everyone)


FORKABLE = """
import django, sys, threading
django.setup()
from django.db import connection
from studio.management.clusters import share
share()
modules, closed = {"studio.jobs.submit", "studio.views.takes"} <= sys.modules.keys(), connection.connection is None
with connection.cursor() as cursor:
    window = cursor.execute("PRAGMA mmap_size").fetchone()
print(modules, threading.active_count(), closed, window)
"""


def test_worker_reads_all_before_it_forks_and_has_nothing_open_then(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path)
    env = environment_of(tmp_path) | {"DJANGO_SETTINGS_MODULE": "studio.settings"}

    answer = subprocess.run([sys.executable, "-c", FORKABLE], env=env, check=True, capture_output=True, text=True)

    assert answer.stdout == "True 1 True (0,)\n"
