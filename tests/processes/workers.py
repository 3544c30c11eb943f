"""A worker and a shell of a studio of their own, as real processes, for tests that kill, lock and restart."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from studio.environment import BASE_DIR, variable_names
from studio.lib.holders import holder_of
from tests.e2e.stack import children_of, wait_for

# The real command with a shorter patience; what a test changes is inherited by its clusters, which are forks of it.
WORKER = """
import dataclasses, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
import django
django.setup()
from django.core.management import call_command
from studio.management import heartbeats
from studio.management.commands import qcluster
heartbeats.BEAT_SECONDS, heartbeats.SILENCE_SECONDS, heartbeats.CHECK_SECONDS = 1.0, 8.0, 0.2
program = qcluster._program
def impatient(name, run):
    real = program(name, run)
    return dataclasses.replace(real, grace=min(real.grace, 3.0))
qcluster._program = impatient
exec(sys.argv[1])
call_command("qcluster")
"""
SHELL = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
import django
django.setup()
from django.db import close_old_connections
for line in sys.stdin:
    scope = {}
    exec(json.loads(line), scope)
    close_old_connections()
    print(json.dumps(scope.get("answer"), default=str), flush=True)
"""
CLUSTERS = ("studio", "media", "track")


def environment_of(folder: Path, **over: str) -> dict[str, str]:
    """The variables of a small studio whose everything lies in `folder`, unless `over` names another database."""
    ours = {*variable_names(), "Q_CLUSTER_NAME"}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    workers = {"STUDIO_JOB_WORKERS": "1", "STUDIO_MEDIA_WORKERS": "1"}
    fixed = {"STUDIO_DATA_DIR": str(folder), "STUDIO_ALLOW_LOOPBACK_PROVIDERS": "1", "PYTHONUNBUFFERED": "1"}
    return env | fixed | workers | over


def migrate(env: Mapping[str, str]) -> None:
    """Make the empty database of a studio."""
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=BASE_DIR, env=env, check=True)


class Shell:
    """A process of the studio that does what it is told, line by line, without starting anew each time."""

    def __init__(self, env: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        words = [sys.executable, "-c", SHELL]
        self.process = subprocess.Popen(words, cwd=BASE_DIR, env=env, stdin=pipe, stdout=pipe, text=True)

    def __call__(self, code: str) -> Any:
        """Run `code`; what it puts into `answer` comes back."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the shell died of: {code}"
        return json.loads(line)

    def close(self) -> None:
        self.process.communicate()


class Worker:
    """A running worker: `manage.py qcluster` with a short patience and a log that can be read."""

    def __init__(self, env: Mapping[str, str], log: Path, *, change: str = "") -> None:
        self.log = log
        self.folder = Path(env["STUDIO_DATA_DIR"])
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WORKER, change],
                cwd=BASE_DIR,
                env=env,
                stdout=output,
                stderr=output,
                process_group=0,
            )

    def said(self) -> str:
        return self.log.read_text()

    def is_up(self) -> bool:
        """Every cluster with its leader and a worker that waits."""
        return all(self.cluster(name) and self.parts(name) for name in CLUSTERS)

    def wait_until_up(self, seconds: float = 120) -> None:
        try:
            wait_for(self.is_up, "all clusters to be up", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said:\n{self.said()}") from None

    def everyone(self) -> list[int]:
        """The numbers of all its processes, itself first."""
        return family(self.process.pid)

    def cluster(self, name: str = "studio") -> int:
        """The number of the process that leads a cluster."""
        found = [number for number in children_of(self.process.pid) if named(number) == name]
        return found[0] if found else 0

    def parts(self, name: str = "studio") -> list[int]:
        """The workers of a cluster, the oldest first."""
        return sorted(children_of(self.cluster(name)))

    def kill_while_idle(self, name: str) -> list[int]:
        """Kill all workers of a cluster right after a beat, while they wait for the next task; gives their numbers."""
        folder = self.folder / "run" / f"{name}:{holder_of(self.cluster(name))}"
        wait_for(folder.exists, f"the first beat of {name}")
        before = folder.stat().st_mtime_ns
        wait_for(
            lambda: folder.stat().st_mtime_ns != before and not list(folder.iterdir()), f"{name} to have done a beat"
        )
        victims = self.parts(name)
        for number in victims:
            os.kill(number, signal.SIGKILL)
        return victims

    def stop(self, seconds: float = 40) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(seconds)


def family(number: int) -> list[int]:
    """A process and all that descends from it."""
    found = [number]
    for each in found:
        found += children_of(each)
    return found


def named(number: int) -> str:
    """The short name of a process, as `ps` shows it; nothing for one that is gone."""
    try:
        return Path(f"/proc/{number}/comm").read_text().strip()
    except OSError:
        return ""


def gone(numbers: list[int]) -> Callable[[], bool]:
    return lambda: not any(Path(f"/proc/{number}").exists() for number in numbers)


def wait_until_gone(numbers: list[int], seconds: float = 10) -> None:
    wait_for(gone(numbers), "every process to be gone", seconds)
