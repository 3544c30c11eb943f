"""The sandbox as a program of its own: `python -m studio.sandbox`, as `manage.py up` starts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from studio.sandbox.faults import FAULTS
from studio.sandbox.program import main
from studio.sandbox.server import Sandbox

LIGHT = "import sys, studio.sandbox.program; print({'django', 'studio.settings'} & set(sys.modules))"


@pytest.mark.processes
def test_program_answers_until_it_is_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "studio.sandbox", "--port", "0", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("sandbox listening on ").strip()
        answer = httpx.get(f"{address}/_sandbox/")
        process.terminate()
        _, errors = process.communicate(timeout=20)

    assert (answer.json()["sandbox"], process.returncode, errors) == ("rushes", 0, "")


@pytest.mark.processes
def test_program_has_no_studio_in_its_memory() -> None:
    answer = subprocess.run([sys.executable, "-c", LIGHT], check=True, capture_output=True, text=True)

    assert answer.stdout == "set()\n"


def test_program_says_why_it_cannot_start(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = sandbox.base_url.rpartition(":")[2]

    code = main(["--port", port, "--data-dir", str(tmp_path)])

    said = f"Port {port} on 127.0.0.1 is taken. Stop what listens there, or choose another with --port.\n"
    assert (code, capsys.readouterr().err) == (1, said)


def test_program_lists_the_faults(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--list-faults"])

    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]]
    assert (code, listed) == (0, list(FAULTS))
