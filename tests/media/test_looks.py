"""A file that kills whoever looks at it is left alone in the end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio.environment import BASE_DIR
from studio.media.errors import Rejected
from studio.media.looks import DEADLY, look_at

DIE = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from studio.media.looks import look_at
with look_at(Path(sys.argv[2])):
    os.kill(os.getpid(), 9)
"""


def die_looking_at(file: Path) -> int:
    """A process that is killed in the midst of it; gives how it ended."""
    return subprocess.run([sys.executable, "-c", DIE, str(BASE_DIR), str(file)], check=False).returncode


def test_file_that_kills_three_workers_is_rejected_and_may_be_tried_afresh_later(tmp_path: Path) -> None:
    file = tmp_path / "incoming.mp4"

    deaths = [die_looking_at(file) for _ in range(DEADLY)]
    with pytest.raises(Rejected) as rejected, look_at(file):
        pass

    assert deaths == [-9] * DEADLY
    assert (rejected.value.code, rejected.value.message) == (
        "deadly",
        "The studio's worker died 3 times while it looked at the file.",
    )
    assert list(tmp_path.iterdir()) == []


def test_looks_that_come_to_an_end_are_not_counted(tmp_path: Path) -> None:
    file = tmp_path / "incoming.mp4"

    for _ in range(DEADLY + 1):
        with look_at(file):
            pass
        with pytest.raises(Rejected, match="no video"), look_at(file):
            raise Rejected("no_video", "no video")

    assert list(tmp_path.iterdir()) == []


def test_look_that_the_queue_ends_for_taking_too_long_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "incoming.mp4"

    for _ in range(DEADLY):
        with pytest.raises(SystemExit), look_at(file):
            # What django-q2's own exception for it is.
            raise SystemExit

    with pytest.raises(Rejected), look_at(file):
        pass
