"""`manage.py` when the settings cannot be read: a sentence, as a process of its own gives it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.environment import BASE_DIR


@pytest.mark.parametrize("command", ["doctor", "migrate", "up"])
def test_data_folder_that_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, command: str) -> None:
    uploads = tmp_path / "uploads"
    uploads.touch()

    done = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=BASE_DIR,
        env=os.environ | {"STUDIO_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Rushes cannot start: The data folder cannot be used: File exists ({uploads}). Give it to the account that "
        "runs the studio, or name another with STUDIO_DATA_DIR.\n"
    )
