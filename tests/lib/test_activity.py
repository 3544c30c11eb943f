"""Which workers have a task in hand."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.lib.activity import Activity, clear_dead
from studio.lib.holders import holder_of, this_process


def test_activity_counts_a_worker_from_begin_to_end(tmp_path: Path) -> None:
    activity = Activity(tmp_path / "run")

    before = activity.busy(60)
    activity.begin()
    between = activity.busy(60)
    activity.end()

    assert (before, between, activity.busy(60)) == (0, 1, 0)


def test_activity_does_not_count_a_task_beyond_its_limit(tmp_path: Path) -> None:
    activity = Activity(tmp_path)
    activity.begin()
    long_ago = time.monotonic() - 61
    os.utime(tmp_path / str(os.getpid()), (long_ago, long_ago))

    assert activity.busy(60) == 0


def test_activity_does_not_heed_a_clock_that_was_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    activity = Activity(tmp_path)
    activity.begin()
    tomorrow = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: tomorrow)

    assert activity.busy(60) == 1


def test_activity_forgets_a_worker_that_died(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / str(gone.pid)).touch()

    assert Activity(tmp_path).busy(60) == 0
    assert list(tmp_path.iterdir()) == []


def test_clear_dead_removes_what_dead_clusters_of_this_host_left(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    names = [f"studio:{holder}" for holder in (holder_of(gone.pid), this_process(), "elsewhere:1")]
    for name in names:
        Activity(tmp_path / name).begin()

    clear_dead(tmp_path)

    assert sorted(folder.name for folder in tmp_path.iterdir()) == sorted(names[1:])
