"""`manage.py up` turns into this once everything is prepared: the watch over the programs, without Django in memory."""

from __future__ import annotations

import dataclasses
import json
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.lib.processes import Program
from studio.supervisor import Supervisor

PATIENCE_SECONDS = 60.0
ANSWER = b"HTTP/"
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (to ask there, not to listen)


@dataclass(frozen=True)
class Watch:
    """What is watched, and what is said: at the stop, and once the web server answers at `host` and `port`."""

    programs: Sequence[Program]
    stopping: str
    welcome: str
    host: str
    port: int

    def to_json(self) -> str:
        """All of it as one word of a command line."""
        return json.dumps(dataclasses.asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Watch:
        """What `to_json` made."""
        values = json.loads(text)
        return cls(**{**values, "programs": [_program(each) for each in values["programs"]]})


def _program(values: dict[str, Any]) -> Program:
    folder, death = values["folder"], values["death_signal"]
    return Program(
        **values
        | {
            "command": tuple(values["command"]),
            "folder": Path(str(folder)) if folder else None,
            "death_signal": signal.Signals(death),
        }
    )


class Announcement:
    """Tells once that the web server answers and how to get in, or that it takes unusually long."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._done = False
        self._complain_at = time.monotonic() + PATIENCE_SECONDS

    def __call__(self, _supervisor: Supervisor) -> None:
        if self._done:
            return
        if _answers(self._watch.host, self._watch.port):
            self._done = True
            say(self._watch.welcome)
        elif time.monotonic() >= self._complain_at:
            self._complain_at = float("inf")
            say(f"The web server does not answer yet after {PATIENCE_SECONDS:.0f} s; still trying.")


def _answers(host: str, port: int) -> bool:
    # By hand: a client would be a third of all the memory that this process holds for months.
    try:
        with socket.create_connection((ANY_ADDRESS.get(host, host), port), timeout=2) as connection:
            connection.sendall(b"HEAD /sign-in/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(len(ANSWER)) == ANSWER
    except OSError:
        return False


def say(text: str) -> None:
    """A line at once, whoever reads; nobody when the terminal is gone, and then everything still ends in order."""
    with suppress(OSError, ValueError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def main(watch: Watch) -> int:
    """Watch until it is stopped; 0 after a stop that was asked for."""
    announcement = Announcement(watch)
    code = Supervisor(watch.programs, say=say, each_tick=announcement, words_at_stop=watch.stopping).run()
    say("Stopped. Nothing is lost; start it again whenever you like." if code == 0 else "Stopped.")
    return code


if __name__ == "__main__":
    sys.exit(main(Watch.from_json(sys.argv[1])))
