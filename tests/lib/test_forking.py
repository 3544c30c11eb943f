"""A fork that is watched like a program that was started."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from studio.lib.forking import Forked, fork

pytestmark = pytest.mark.processes


def nothing() -> None:
    """There is nothing to prepare."""


@pytest.mark.parametrize(("run", "code"), [(nothing, 0), (lambda: sys.exit(3), 3), (lambda: 1 / 0, 1)])
def test_fork_ends_with_the_code_of_what_it_did(run: object, code: int) -> None:
    process = fork(run, prepare=nothing)  # type: ignore[arg-type]

    assert (process.wait(), process.poll()) == (code, code)


def test_fork_leads_a_group_of_its_own_and_can_be_killed(tmp_path: Path) -> None:
    process = fork(lambda: time.sleep(60), prepare=nothing)

    assert (os.getpgid(process.pid), process.poll()) == (process.pid, None)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def test_fork_is_interrupted_as_a_fresh_program_would_be(tmp_path: Path) -> None:
    began = tmp_path / "began"

    def run() -> None:
        began.touch()
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            sys.exit(7)

    process: Forked = fork(run, prepare=nothing)
    while not began.exists():
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)

    assert process.wait() == 7


def test_fork_interrupted_at_birth_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.setpgid

    def interrupted(number: int, group: int) -> None:
        real(number, group)
        if number == 0:
            os.kill(os.getpid(), signal.SIGINT)

    # Whoever watches has its own answer to the signal, which must not be the fork's.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    monkeypatch.setattr(os, "setpgid", interrupted)
    try:
        process = fork(lambda: time.sleep(60), prepare=nothing)
    finally:
        signal.signal(signal.SIGINT, before)

    assert process.wait() == 1
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
