"""`manage.py up`: the whole studio under one Ctrl-C: web server, worker and, in the demo, the sandbox gateway."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from studio.environment import BASE_DIR
from studio.lib.processes import SPARING, Program, port_problem
from studio.management.static_files import collect_when_changed
from studio.watching import Watch

MANAGE = (sys.executable, str(BASE_DIR / "manage.py"))
STOPPING = "Stopping: jobs in hand may finish, for up to 20 s. Ctrl-C again ends everything at once."


class Command(BaseCommand):
    help = "Start the studio: prepare the database and static files, then run web server and worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo",
            action="store_true",
            help="with a filled demo project, the sandbox gateway, and a door that lets anybody on this machine in",
        )
        parser.add_argument(
            "--sandbox",
            action="store_true",
            help="with the sandbox gateway beside it, and keys that may lead to this machine: for trying it out",
        )
        parser.add_argument("--pace", type=float, default=4.0, help="seconds a task takes in the sandbox gateway")

    def handle(self, *args: Any, demo: bool, sandbox: bool, pace: float, **options: Any) -> None:
        if demo and not settings.STUDIO_DEMO:
            self._start_over_with("STUDIO_DEMO")
        if sandbox and not settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS:
            self._start_over_with("STUDIO_ALLOW_LOOPBACK_PROVIDERS")
        demo = settings.STUDIO_DEMO
        sandbox = sandbox or demo
        self._check_ports(sandbox=sandbox)
        try:
            self._prepare(demo=demo)
        except KeyboardInterrupt:
            raise CommandError("Stopped before it was ready.") from None
        self._turn_into(
            Watch(
                programs=programs(sandbox=sandbox, pace=pace),
                stopping=STOPPING,
                welcome="\n".join(_welcome(demo=demo)),
                host=settings.STUDIO_HOST,
                port=settings.STUDIO_PORT,
            )
        )

    def _turn_into(self, watch: Watch) -> None:
        """Nothing of what was read for preparing is needed for watching: the same process begins anew without it."""
        connections.close_all()
        os.chdir(BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "studio.watching", watch.to_json()])  # noqa: S606

    def _start_over_with(self, setting: str) -> None:
        # Settings are read once, before any command runs.
        os.environ[setting] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606

    def _check_ports(self, *, sandbox: bool) -> None:
        wanted = [("STUDIO_PORT", settings.STUDIO_HOST, settings.STUDIO_PORT)]
        if sandbox:
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


def programs(*, sandbox: bool, pace: float) -> list[Program]:
    """What has to run; the sandbox, whose tasks take `pace` seconds, only where it is asked for and in the demo."""
    web = Program(
        name="web",
        command=_web_command(),
        environment=SPARING,
        folder=BASE_DIR,
        # Its workers only end when it tells them to.
        death_signal=signal.SIGTERM,
    )
    # Longer than its clusters get from it.
    worker = Program(name="worker", command=(*MANAGE, "qcluster"), environment=SPARING, folder=BASE_DIR, grace=25.0)
    gateway = Program(
        name="sandbox",
        command=_sandbox_command(pace),
        environment=SPARING,
        folder=BASE_DIR,
        grace=3.0,
    )
    # The worker last: it is stopped first, and what it has in hand may still need the others.
    return [web, gateway, worker] if sandbox else [web, worker]


def _sandbox_command(pace: float) -> tuple[str, ...]:
    # As `manage.py sandbox`, but without the studio in its memory.
    options = {
        "--port": settings.STUDIO_SANDBOX_PORT,
        "--data-dir": settings.STUDIO_DATA_DIR / "sandbox",
        "--pace": pace,
    }
    words = [str(word) for option in options.items() for word in option]
    return (sys.executable, "-m", "studio.sandbox", *words)


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
    return (sys.executable, "-m", "studio.serving", *words, *flags, "studio.wsgi:application")


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
