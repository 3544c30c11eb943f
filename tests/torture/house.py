"""The processes of the tortured studio: sandbox, web server, the people, and workers that pretend to be machines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.environment import BASE_DIR, variable_names
from tests.e2e.stack import answers, free_port, wait_for
from tests.torture import victims
from tests.torture.plan import Kill
from tests.torture.victims import Victim

MACHINES = ("north", "south")
PREPARE = """
from django.core.management import call_command
from studio.management.static_files import collect_when_changed
call_command("migrate", verbosity=0)
collect_when_changed()
"""
PERSON = "from tests.torture.person import main; main()"
STOP_SECONDS = 40.0
START_SECONDS = 60.0


@dataclass
class House:
    """Everything that runs; `open` starts it, `close` ends what is left of it."""

    folder: Path
    database: str
    pace: float
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    def open(self) -> None:
        pace = ("--pace", str(self.pace), "--plain-films")
        self._start("sandbox", "manage.py", "sandbox", "--port", str(self.sandbox_port), *pace)
        prepared = [sys.executable, "manage.py", "shell", "-v0", "-c", PREPARE]
        subprocess.run(prepared, cwd=BASE_DIR, env=self._environment(), check=True)
        web = ("-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "8", "--no-ws")
        self._start("web", *web, "--port", str(self.port), "studio.wsgi:application")
        self._start("people", "manage.py", "shell", "-v0", "-c", PERSON, pipes=True)
        for machine in MACHINES:
            self.start_worker(machine)
        wait_for(lambda: answers(self.sandbox_url) and answers(self.url), "web and sandbox to answer", START_SECONDS)
        self.cookies = self.wish("furnish", sandbox=self.sandbox_url)

    def start_worker(self, machine: str) -> None:
        self._start(machine, "manage.py", "qcluster", host=machine)

    def wish(self, do: str, **values: Any) -> Any:
        """Let the people do something, and wait for what comes of it."""
        people = self.running["people"]
        assert people.stdin is not None and people.stdout is not None
        people.stdin.write(f"{json.dumps({'do': do, **values})}\n".encode())
        people.stdin.flush()
        line = people.stdout.readline()
        if not line:
            raise AssertionError(f"The people's process ended; it said:\n{self.log('people')}")
        return json.loads(line)

    def books(self) -> list[dict[str, Any]]:
        """The gateway's own account of all that it was made to do."""
        with urllib.request.urlopen(f"{self.sandbox_url}/_sandbox/creates", timeout=30) as answer:
            creates: list[dict[str, Any]] = json.load(answer)["creates"]
            return creates

    def kill(self, kill: Kill) -> Victim | None:
        """Kills whom it names, if there is one such process now."""
        machine = MACHINES[kill.machine]
        supervisor = self.running[machine]
        if supervisor.poll() is not None:
            return None
        victim = victims.pick(victims.of_worker(supervisor.pid, self.folder / "run"), kill.role, kill.pick)
        if victim is not None:
            with suppress(ProcessLookupError):
                os.kill(victim.number, signal.SIGKILL)
        return victim

    def start_again(self) -> list[str]:
        """As a service manager does with a worker that is gone; gives the machines' names."""
        gone = [machine for machine in MACHINES if self.running[machine].poll() is not None]
        for machine in gone:
            self.start_worker(machine)
        return gone

    def stop_workers(self) -> dict[str, int]:
        """Ask them to end; gives their exit codes."""
        for machine in MACHINES:
            with suppress(ProcessLookupError):
                self.running[machine].send_signal(signal.SIGINT)
        return {machine: self.running[machine].wait(STOP_SECONDS) for machine in MACHINES}

    def close(self) -> None:
        """Ends everything, at once where it does not listen."""
        alive = [process for process in self.running.values() if process.poll() is None]
        below = [number for process in alive for number in victims.all_of(process.pid)[1:]]
        for process in alive:
            process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + 15
        for process in alive:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0.1))
            if process.poll() is None:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        for number in below:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def log(self, name: str = "*", lines: int = 40) -> str:
        """The last words of a process, or of all."""
        said = ((path.stem, path.read_text(errors="replace").splitlines()) for path in self.folder.glob(f"{name}.log"))
        return "\n".join(f"{stem}: {line}" for stem, words in sorted(said) for line in words[-lines:])

    def _start(self, name: str, *command: str, host: str = "", pipes: bool = False) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=BASE_DIR,
                env=self._environment(host),
                process_group=0,
                stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipes else log,
                stderr=log,
            )

    def _environment(self, host: str = "") -> dict[str, str]:
        ours = {*variable_names(), "Q_CLUSTER_NAME", "DJANGO_SETTINGS_MODULE"}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        kept |= {
            "STUDIO_DATA_DIR": str(self.folder),
            "STUDIO_PORT": str(self.port),
            "STUDIO_PUBLIC_URL": self.url,
            "STUDIO_ALLOW_LOOPBACK_PROVIDERS": "1",
            "PYTHONUNBUFFERED": "1",
        }
        if self.database:
            kept["DATABASE_URL"] = self.database
        if host:
            kept |= {"TORTURE_HOST": host, "PYTHONPATH": str(Path(__file__).parent / "machine")}
        return kept
