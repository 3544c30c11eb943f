"""`manage.py up`: the whole studio under one Ctrl-C: web server, worker and, in the demo, the sandbox gateway."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from studio.environment import BASE_DIR
from studio.lib.processes import Program, port_problem
from studio.management.static_files import collect_when_changed
from studio.supervisor import Supervisor

MANAGE = (sys.executable, str(BASE_DIR / "manage.py"))
PATIENCE_SECONDS = 60.0
STOPPING = "Stopping: jobs in hand may finish, for up to 20 s. Ctrl-C again ends everything at once."
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (to ask there, not to listen)


class Command(BaseCommand):
    help = "Start the studio: prepare the database and static files, then run web server and worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo",
            action="store_true",
            help="with a filled demo project, the sandbox gateway, and a door that lets anybody on this machine in",
        )
        parser.add_argument("--pace", type=float, default=4.0, help="seconds a task takes in the sandbox gateway")

    def handle(self, *args: Any, demo: bool, pace: float, **options: Any) -> None:
        if demo and not settings.STUDIO_DEMO:
            self._start_over_as_demo()
        demo = settings.STUDIO_DEMO
        self._check_ports(demo=demo)
        try:
            self._prepare(demo=demo)
        except KeyboardInterrupt:
            raise CommandError("Stopped before it was ready.") from None
        announcement = Announcement(self._say, demo=demo)
        code = Supervisor(
            programs(demo=demo, pace=pace), say=self._say, each_tick=announcement, words_at_stop=STOPPING
        ).run()
        self._say("Stopped. Nothing is lost; start it again whenever you like." if code == 0 else "Stopped.")
        sys.exit(code)

    def _start_over_as_demo(self) -> None:
        # Settings are read once, before any command runs.
        os.environ["STUDIO_DEMO"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606

    def _check_ports(self, *, demo: bool) -> None:
        wanted = [("STUDIO_PORT", settings.STUDIO_HOST, settings.STUDIO_PORT)]
        if demo:
            wanted.append(("STUDIO_SANDBOX_PORT", "127.0.0.1", settings.STUDIO_SANDBOX_PORT))
        problems = [
            f"Port {port} on {host} cannot be used ({problem}). Stop what listens there, "
            f"or choose another port: {name}={port + 10} make up"
            for name, host, port in wanted
            if (problem := port_problem(host, port))
        ]
        if problems:
            raise CommandError("\n".join(problems))

    def _prepare(self, *, demo: bool) -> None:
        self._say("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
        if collect_when_changed():
            self._say("Compressed the static files.")
        if demo and "demo" in get_commands():
            call_command("demo")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def programs(*, demo: bool, pace: float) -> list[Program]:
    """What has to run; the sandbox, which gives every task `pace` seconds, only in the demo."""
    web = Program(
        name="web",
        command=_web_command(),
        folder=BASE_DIR,
        # Its workers only end when it tells them to.
        death_signal=signal.SIGTERM,
    )
    # Longer than its clusters get from it.
    worker = Program(name="worker", command=(*MANAGE, "qcluster"), folder=BASE_DIR, grace=25.0)
    sandbox = Program(
        name="sandbox",
        command=(*MANAGE, "sandbox", "--port", str(settings.STUDIO_SANDBOX_PORT), "--pace", str(pace)),
        folder=BASE_DIR,
        grace=3.0,
    )
    # The worker last: it is stopped first, and what it has in hand may still need the others.
    return [web, sandbox, worker] if demo else [web, worker]


def _web_command() -> tuple[str, ...]:
    options = {
        "--interface": "wsgi",
        "--host": settings.STUDIO_HOST,
        "--port": settings.STUDIO_PORT,
        "--workers": settings.STUDIO_WEB_WORKERS,
        "--blocking-threads": settings.STUDIO_WEB_THREADS,
        "--workers-kill-timeout": 5,
        # Its one warning, about more threads than cores, is meant: they wait for slow readers, not for the processor.
        "--log-level": "error",
    }
    flags = ("--no-ws", "--respawn-failed-workers")
    words = [str(word) for option in options.items() for word in option]
    return (sys.executable, "-m", "granian", *words, *flags, "studio.wsgi:application")


class Announcement:
    """Tells once that the web server answers and how to get in, or that it takes unusually long."""

    def __init__(self, say: Any, *, demo: bool) -> None:
        self._say, self._demo = say, demo
        self._done = False
        self._complain_at = time.monotonic() + PATIENCE_SECONDS

    def __call__(self, _supervisor: Supervisor) -> None:
        if self._done:
            return
        if _answers(settings.STUDIO_HOST, settings.STUDIO_PORT):
            self._done = True
            self._say("\n".join(_welcome(demo=self._demo)))
        elif time.monotonic() >= self._complain_at:
            self._complain_at = float("inf")
            self._say(f"The web server does not answer yet after {PATIENCE_SECONDS:.0f} s; still trying.")


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(ANY_ADDRESS.get(host, host), port, timeout=2)
    try:
        connection.request("HEAD", "/sign-in/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _welcome(*, demo: bool) -> list[str]:
    way_in = (
        "choose on the page whether to enter as artist, reviewer or admin"
        if demo
        else "sign in; make the first admin with `manage.py createsuperuser`"
    )
    return [
        "",
        f"  Rushes is running at  {settings.STUDIO_PUBLIC_URL}/",
        f"  To get in:            {way_in}",
        f"  Everything is kept in {settings.STUDIO_DATA_DIR}",
        "  To stop:              Ctrl-C",
        "",
    ]
