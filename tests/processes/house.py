"""A whole studio as real processes on one database: web server, two workers, the sandbox gateway, and its people."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from studio.environment import BASE_DIR
from tests.e2e.stack import answers, free_port, wait_for
from tests.processes.workers import Shell, environment_of, migrate

STOP_SECONDS = 40.0
FURNISH = """
from django.test import Client
from studio.choices import Role
from studio.management.static_files import collect_when_changed
from tests.factories import make_key, make_project, make_user
collect_when_changed()
people = [make_user(f"person-{{number}}", display_name=f"Person {{number}}") for number in range({people})]
project = make_project(name="Lumen", slug="lumen")
for person in people:
    project.memberships.create(user=person, role=Role.ARTIST)
make_key(base_url="{sandbox}", secret="sk-test-9f2c5d81e07a4b63")
answer = []
for person in people:
    browser = Client()
    browser.force_login(person, backend="studio.views.backends.PersonBackend")
    answer.append({{name: morsel.value for name, morsel in browser.cookies.items()}})
"""
STATES = "from studio.models import Render; answer = list(Render.objects.values_list('state', flat=True))"


@dataclass
class House:
    """What runs, where it answers, and the cookies of everybody who is signed in."""

    folder: Path
    env: Mapping[str, str]
    port: int
    shell: Shell
    cookies: list[dict[str, str]] = field(default_factory=list)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def states(self) -> list[str]:
        """The state of every take."""
        return list(self.shell(STATES))

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command], cwd=BASE_DIR, env=self.env, stdout=log, stderr=log, process_group=0
            )

    def said(self) -> str:
        """All that the processes have written."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        self.shell.close()
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
        for process in self.running.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def house(folder: Path, *, people: int, database: str = "") -> Iterator[House]:
    """A studio with `people` artists in one project, on SQLite unless another database is named."""
    port, sandbox_port = free_port(), free_port()
    over = {"STUDIO_DEMO": "1", "STUDIO_PORT": str(port), "STUDIO_SANDBOX_PORT": str(sandbox_port)}
    over |= {"STUDIO_JOB_WORKERS": "2"} | ({"DATABASE_URL": database} if database else {})
    env = environment_of(folder, **over)
    migrate(env)
    whole = House(folder, env, port, Shell(env))
    try:
        sandbox = f"http://127.0.0.1:{sandbox_port}"
        whole.start("sandbox", "manage.py", "sandbox", "--port", str(sandbox_port), "--pace", "1", "--plain-films")
        whole.cookies = whole.shell(FURNISH.format(people=people, sandbox=sandbox))
        web = ("-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "16", "--no-ws")
        whole.start("web", *web, "--port", str(port), "--log-level", "error", "studio.wsgi:application")
        for number in (1, 2):
            whole.start(f"worker-{number}", "manage.py", "qcluster")
        wait_for(lambda: answers(whole.url) and answers(sandbox), "web and sandbox to answer", 120)
        alive = "from studio.services import workers; answer = len(workers.live())"
        wait_for(lambda: whole.shell(alive) == 2, "both workers to be up", 120)
        yield whole
    except AssertionError as error:
        raise AssertionError(f"{error}; they said:\n{whole.said()[-8000:]}") from error
    finally:
        whole.close()
