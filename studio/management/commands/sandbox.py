"""`manage.py sandbox`: the bundled gateway that renders without a key, until Ctrl-C."""

from __future__ import annotations

import errno
import logging
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.sandbox.faults import FAULTS
from studio.sandbox.server import Sandbox

DEFAULT_PORT = 8701


class Command(BaseCommand):
    help = "Run the sandbox gateway: it speaks the paid gateways' dialects on this machine and renders real clips."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        port = getattr(settings, "STUDIO_SANDBOX_PORT", DEFAULT_PORT)
        folder = Path(getattr(settings, "STUDIO_DATA_DIR", "data")) / "sandbox"
        parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
        parser.add_argument("--port", type=int, default=port, help="0 takes any free one (default: %(default)s)")
        parser.add_argument("--data-dir", type=Path, default=folder, help="where tasks and clips are kept")
        parser.add_argument("--key", action="append", help="take only this key; may be given several times")
        parser.add_argument("--pace", type=float, default=4.0, help="seconds a task takes (default: %(default)s)")
        parser.add_argument("--fault", default="", choices=["", *FAULTS], metavar="NAME", help="what goes wrong")
        parser.add_argument("--plain-films", action="store_true", help="hand out cheap films, for thousands of tasks")
        parser.add_argument("--list-faults", action="store_true", help="print the faults and end")

    def handle(self, **options: Any) -> None:
        if options["list_faults"]:
            return self._list_faults()
        logging.basicConfig(level=logging.ERROR)
        sandbox = self._open(options)
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        with sandbox:
            self.stdout.write(f"sandbox listening on {sandbox.base_url}")
            self.stdout.flush()
            ended.wait()

    def _open(self, options: dict[str, Any]) -> Sandbox:
        names = ("host", "port", "data_dir", "pace", "fault", "plain_films")
        try:
            return Sandbox(keys=options["key"], **{name: options[name] for name in names})
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(_port_trouble(problem, options["host"], options["port"])) from problem

    def _list_faults(self) -> None:
        self.stdout.write("Write [fault:NAME] into a prompt, or start the sandbox with --fault NAME.\n\n")
        for name, meaning in FAULTS.items():
            self.stdout.write(f"{name:22}{meaning}")


def _port_trouble(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken. Stop what listens there, or choose another with --port."
    return f"The sandbox cannot listen on {host}:{port}: {problem.strerror or problem}."
