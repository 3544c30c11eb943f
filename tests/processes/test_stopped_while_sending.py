"""A stop that reaches every process at once, as a service manager may send it: what is being sent is still answered."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.stack import wait_for
from tests.processes.test_database_away import ASK, ATTEMPTS, STATES, Hesitant
from tests.processes.workers import Shell, Worker, environment_of, migrate

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process learns of its parent's death"),
]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Hesitant]:
    gateway = Hesitant(data_dir=tmp_path / "sandbox", pace=2, plain_films=True)
    with gateway:
        yield gateway


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_take_that_is_being_sent_when_every_process_is_asked_to_end_is_not_left_in_doubt(
    tmp_path: Path, gateway: Hesitant, number: signal.Signals
) -> None:
    env = environment_of(tmp_path)
    migrate(env)
    shell, worker = Shell(env), Worker(env, tmp_path / "worker.log")
    try:
        worker.wait_until_up()
        shell(ASK.format(base_url=gateway.base_url, prompt="A blue car, wait for it"))
        wait_for(gateway.asked.is_set, "the take to be sent")

        for process in worker.everyone():
            with suppress(ProcessLookupError):
                os.kill(process, number)
        gateway.may_answer.set()

        assert worker.process.wait(20) == 0
        assert (shell(ATTEMPTS), shell(STATES), len(gateway.creates)) == (["accepted"], ["waiting"], 1)
    finally:
        shell.close()
        worker.stop()
