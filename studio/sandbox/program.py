"""The sandbox as a program: its words on the command line, how it starts and ends. Needs nothing of the studio."""

from __future__ import annotations

import errno
import logging
import signal
import sys
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from studio.sandbox.faults import FAULTS
from studio.sandbox.server import Sandbox

DEFAULT_PORT = 8701


class CannotStart(Exception):
    """Why the sandbox cannot run as asked, in words for who asked."""


def add_arguments(parser: ArgumentParser, *, port: int, data_dir: Path) -> None:
    """What can be asked of the sandbox; `port` and `data_dir` hold where nothing is said."""
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    parser.add_argument("--port", type=int, default=port, help="0 takes any free one (default: %(default)s)")
    parser.add_argument("--data-dir", type=Path, default=data_dir, help="where tasks and clips are kept")
    parser.add_argument("--key", action="append", help="take only this key; may be given several times")
    parser.add_argument("--pace", type=float, default=4.0, help="seconds a task takes (default: %(default)s)")
    parser.add_argument("--fault", default="", choices=["", *FAULTS], metavar="NAME", help="what goes wrong")
    parser.add_argument("--plain-films", action="store_true", help="hand out cheap films, for thousands of tasks")
    parser.add_argument("--list-faults", action="store_true", help="print the faults and end")


def run(options: dict[str, Any]) -> None:
    """Answer requests until SIGINT or SIGTERM; CannotStart when that is impossible."""
    if options["list_faults"]:
        return _list_faults()
    logging.basicConfig(level=logging.ERROR)
    sandbox = _open(options)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with sandbox:
        _say(f"sandbox listening on {sandbox.base_url}")
        ended.wait()


def main(words: list[str]) -> int:
    """`python -m studio.sandbox`: the exit code."""
    parser = ArgumentParser(prog="studio.sandbox", description="Run the sandbox gateway, until Ctrl-C.")
    add_arguments(parser, port=DEFAULT_PORT, data_dir=Path("data") / "sandbox")
    try:
        run(vars(parser.parse_args(words)))
    except CannotStart as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def _open(options: dict[str, Any]) -> Sandbox:
    names = ("host", "port", "data_dir", "pace", "fault", "plain_films")
    try:
        return Sandbox(keys=options["key"], **{name: options[name] for name in names})
    except ValueError as problem:
        raise CannotStart(str(problem)) from problem
    except OSError as problem:
        raise CannotStart(_port_trouble(problem, options["host"], options["port"])) from problem


def _list_faults() -> None:
    _say("Write [fault:NAME] into a prompt, or start the sandbox with --fault NAME.\n")
    for name, meaning in FAULTS.items():
        _say(f"{name:22}{meaning}")


def _port_trouble(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken. Stop what listens there, or choose another with --port."
    return f"The sandbox cannot listen on {host}:{port}: {problem.strerror or problem}."


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
