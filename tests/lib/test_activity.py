"""Which workers have a task in hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from studio.lib.activity import Activity


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
    os.utime(tmp_path / str(os.getpid()), (1, 1))

    assert activity.busy(60) == 0


def test_activity_forgets_a_worker_that_died(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / str(gone.pid)).touch()

    assert Activity(tmp_path).busy(60) == 0
    assert list(tmp_path.iterdir()) == []


def test_activity_last_change_moves_with_every_task(tmp_path: Path) -> None:
    activity = Activity(tmp_path / "run")

    never = activity.last_change()
    activity.begin()
    os.utime(activity.folder, (5, 5))
    activity.end()

    assert never == 0.0
    assert activity.last_change() > 5
