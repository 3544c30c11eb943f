"""The whole studio as real processes in a folder of its own, started as `make up` starts it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from studio.environment import BASE_DIR, variable_names

T = TypeVar("T")
START_SECONDS = 60.0
STOP_SECONDS = 40.0
# What each way to start a studio sets, for its other commands.
SETTINGS = {"demo": "STUDIO_DEMO", "sandbox": "STUDIO_ALLOW_LOOPBACK_PROVIDERS"}


@dataclass(frozen=True)
class Stack:
    """A running studio: where it answers, where it keeps its things, and how to reach its processes."""

    base_url: str
    sandbox_url: str
    data_dir: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    def manage(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command in the same studio."""
        command = [sys.executable, str(BASE_DIR / "manage.py"), *words]
        return subprocess.run(command, env=self.env, cwd=BASE_DIR, check=check, capture_output=True, text=True)

    def child(self, word: str) -> int:
        """The number of the process started by `up` whose command line holds `word` (`qcluster`, `sandbox` …)."""

        def find() -> int | None:
            return next((number for number in children_of(self.process.pid) if word in command_line(number)), None)

        return wait_for(find, f"a process with {word}")


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def wait_for(condition: Callable[[], T | None], what: str, seconds: float = 30.0) -> T:
    """What `condition` gives once it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s for {what}")


def start(data_dir: Path, log: Path, *, pace: float = 0.5, mode: str = "demo") -> Stack:
    """Start `manage.py up --demo` on free ports and wait until it says how to get in; an empty studio as `sandbox`."""
    port, sandbox_port = free_port(), free_port()
    # The database alone may be given from outside, so that the whole path can be walked on PostgreSQL too.
    settings = {*variable_names(), "Q_CLUSTER_NAME"} - {"DATABASE_URL"}
    env = {name: value for name, value in os.environ.items() if name not in settings}
    env |= {
        "STUDIO_DATA_DIR": str(data_dir),
        "STUDIO_PORT": str(port),
        "STUDIO_SANDBOX_PORT": str(sandbox_port),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, str(BASE_DIR / "manage.py"), "up", f"--{mode}", "--pace", str(pace)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=env, cwd=BASE_DIR, stdout=output, stderr=output, process_group=0)
    env[SETTINGS[mode]] = "1"
    addresses = (f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}")
    stack = Stack(*addresses, data_dir=data_dir, env=env, process=process, log=log)
    try:
        wait_for(lambda: process.poll() is not None or _is_up(stack), "the studio to start", START_SECONDS)
        assert process.poll() is None, "the studio ended while it was starting"
    except AssertionError as error:
        stop(stack)
        raise AssertionError(f"{error}; it said:\n{log.read_text()}") from None
    except BaseException:
        # Whatever else ends the wait, no studio is left running behind it.
        stop(stack)
        raise
    return stack


def stop(stack: Stack) -> int:
    """End it as Ctrl-C does; gives its exit code."""
    if stack.process.poll() is None:
        stack.process.send_signal(signal.SIGINT)
    try:
        return stack.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        stack.process.kill()
        stack.process.wait()
        raise


def _is_up(stack: Stack) -> bool:
    return "Rushes is running at" in stack.log.read_text() and answers(stack.sandbox_url)


def answers(url: str) -> bool:
    """Whether anything there speaks HTTP."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def children_of(number: int) -> list[int]:
    """The numbers of the direct children of a process."""
    listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    return [int(child) for child, parent in re.findall(r"(\d+)\s+(\d+)", listing) if int(parent) == number]


def command_line(number: int) -> str:
    """The words a process was started with, or nothing when it is gone."""
    answer = subprocess.run(["ps", "-o", "args=", "-p", str(number)], check=False, capture_output=True, text=True)
    return answer.stdout.strip()
