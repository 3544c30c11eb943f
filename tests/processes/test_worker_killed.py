"""The promise, with real processes: a worker killed in the midst of everything loses no take and pays none twice."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from studio.environment import BASE_DIR, variable_names
from tests.e2e.stack import answers, children_of, free_port, wait_for
from tests.media_factories import make_image

pytestmark = pytest.mark.processes

DEADLINE = 50.0
SECRET = "sk-test-processes-4711"
SET_UP = f"""
from studio.models import Project
from studio.services.keys import add_key
Project.objects.create(name="Demo", slug="demo")
add_key(provider="tokenlab", label="sandbox", base_url="http://127.0.0.1:{{port}}", secret="{SECRET}")
"""


@dataclass
class Studio:
    """Web, worker and sandbox, each its own process, in a folder of their own."""

    folder: Path
    port: int
    sandbox_port: int
    env: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def manage(self, *words: str, given: str = "") -> str:
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=BASE_DIR, env=self.env, input=given, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command], cwd=BASE_DIR, env=self.env, stdout=log, stderr=log, process_group=0
            )

    def start_worker(self) -> None:
        self.start("worker", "manage.py", "qcluster")

    def kill_worker(self) -> None:
        """Every process of it, without a word."""
        found = [self.running["worker"].pid]
        for number in found:
            found += children_of(number)
        for number in found:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.running["worker"].wait()
        wait_for(lambda: not any(Path(f"/proc/{number}").exists() for number in found), "every process to be gone", 5)

    def states(self) -> dict[int, str]:
        with closing(sqlite3.connect(self.folder / "studio.sqlite3", timeout=10)) as database:
            return dict(database.execute("SELECT id, state FROM studio_render"))

    def creates(self) -> list[str]:
        """The prompts of all tasks that the gateway was made to work on."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.sandbox_port}/_sandbox/creates", timeout=10) as answer:
            return sorted(task["body"]["prompt"] for task in json.load(answer)["creates"])

    def ask(self, prompt: str, *words: str) -> None:
        fixed = ("--project", "demo", "--provider", "tokenlab", "--model", "seedance-2.0-fast", "--json")
        small = ("--set", "resolution=480p", "--set", "duration=4", "--set", "sound=off", "--takes", "2")
        rows = json.loads(self.manage("render", *fixed, *small, "--prompt", prompt, *words))
        assert len(rows) == 2

    def log(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    port, sandbox_port = free_port(), free_port()
    env = {name: value for name, value in os.environ.items() if name not in {*variable_names(), "Q_CLUSTER_NAME"}}
    env |= {
        "STUDIO_DATA_DIR": str(tmp_path),
        "STUDIO_PORT": str(port),
        "STUDIO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "STUDIO_ALLOW_LOOPBACK_PROVIDERS": "1",
        "PYTHONUNBUFFERED": "1",
    }
    studio = Studio(tmp_path, port, sandbox_port, env)
    try:
        address = f"http://127.0.0.1:{sandbox_port}"
        studio.start("sandbox", "manage.py", "sandbox", "--port", str(sandbox_port), "--pace", "1")
        web = ("-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws", "studio.wsgi:application")
        studio.start("web", *web)
        studio.manage("migrate", "-v0")
        studio.manage("shell", "-v0", "-c", SET_UP.format(port=sandbox_port))
        wait_for(lambda: answers(address) and answers(f"http://127.0.0.1:{port}"), "web and sandbox to answer", 30)
        yield studio
    except AssertionError as error:
        raise AssertionError(f"{error}; they said:\n{studio.log()}") from error
    finally:
        for process in studio.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in studio.running.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def soon(studio: Studio, condition: Callable[[Counter[str]], bool], what: str, seconds: float = DEADLINE) -> None:
    try:
        wait_for(lambda: condition(Counter(studio.states().values())), what, seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}, but: {studio.states()}\n{studio.log()}") from None


def test_worker_killed_in_the_midst_of_everything_loses_and_repeats_nothing(studio: Studio, tmp_path: Path) -> None:
    picture = make_image(tmp_path / "first.jpg", size=(640, 360))
    film = ("--operation", "text-to-video")
    slow, cut, queued = "A red car [fault:slow]", "A blue car [fault:cut-download]", "A green car"
    studio.start_worker()
    studio.ask(slow, *film)
    studio.ask(cut, *film)
    # Their downloads have broken off and go on in a moment, while the slow ones still are at the gateway.
    soon(studio, lambda states: states["fetching"] >= 1, "a download to begin")

    studio.kill_worker()
    studio.ask(queued, "--operation", "image-to-video", "--input", f"first_frame={picture}")
    before = Counter(studio.states().values())
    started = time.monotonic()
    studio.start_worker()
    soon(studio, lambda states: states["ready"] == 6, "all takes to be ready")
    took = time.monotonic() - started

    assert (before["queued"], before["fetching"] >= 1, before["waiting"] + before["running"] >= 2) == (2, True, True)
    assert studio.creates() == sorted([slow, cut, queued] * 2)
    assert took < DEADLINE
    assert SECRET not in studio.log()
    for number in studio.states():
        folder = studio.folder / "media" / "renders" / str(number)
        assert [path.suffix for path in folder.glob("[it]*-*")] == [".mp4"]
