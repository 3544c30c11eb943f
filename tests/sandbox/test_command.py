"""`manage.py sandbox` starts, says where, and ends cleanly; or says why not."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from studio.sandbox.faults import FAULTS
from studio.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def _started(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, str(ROOT / "manage.py"), "sandbox", "--port", "0", "--data-dir", str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_says_where_it_listens_and_ends_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with _started(tmp_path) as (process, line):
        found = re.fullmatch(r"sandbox listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert found is not None
        answer = httpx.get(f"{found.group(1)}/_sandbox/")

        process.send_signal(number)
        _, errors = process.communicate(timeout=20)

    assert (answer.json()["sandbox"], process.returncode, errors) == ("rushes", 0, "")


def test_command_says_that_the_port_is_taken(sandbox: Sandbox, tmp_path: Path) -> None:
    port = sandbox.base_url.rpartition(":")[2]

    with pytest.raises(CommandError, match=f"Port {port} on 127.0.0.1 is taken"):
        call_command("sandbox", "--port", port, "--data-dir", str(tmp_path))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com"])
def test_command_refuses_to_listen_beyond_this_machine(tmp_path: Path, host: str) -> None:
    with pytest.raises(CommandError, match="only listens on this machine"):
        call_command("sandbox", "--host", host, "--port", "0", "--data-dir", str(tmp_path))


def test_command_lists_the_faults(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sandbox", "--list-faults")

    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]]
    assert listed == list(FAULTS)
