"""A tracker that is killed: another one polls within seconds, and no cluster has to be started again for it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.lib.holders import holder_of
from tests.e2e.stack import wait_for
from tests.processes.workers import Shell, Worker, environment_of, migrate

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes of a worker in /proc"),
]
WHO_TRACKS = "from studio.models import Lease; answer = Lease.objects.filter(name='track').values('holder').first()"


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[tuple[Worker, Shell]]:
    env = environment_of(tmp_path)
    migrate(env)
    shell, worker = Shell(env), Worker(env, tmp_path / "worker.log")
    try:
        worker.wait_until_up()
        yield worker, shell
    finally:
        shell.close()
        worker.stop()


def test_tracker_that_is_killed_runs_again_without_a_restart_of_its_cluster(worker: tuple[Worker, Shell]) -> None:
    studio, shell = worker
    leader, [victim] = studio.cluster("track"), studio.parts("track")
    wait_for(lambda: shell(WHO_TRACKS) == {"holder": holder_of(victim)}, "the tracker to run", 60)

    os.kill(victim, signal.SIGKILL)

    wait_for(lambda: shell(WHO_TRACKS) != {"holder": holder_of(victim)}, "another tracker to run", 20)
    assert (studio.cluster("track"), studio.said().count("restarted")) == (leader, 0)
