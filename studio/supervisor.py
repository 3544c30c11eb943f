"""Keeps programs running: one watch, one stop. It knows nothing of what they do, nor of Django."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from studio.lib import processes
from studio.lib.processes import Process, Program

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
QUICK_SECONDS = 10.0
QUICK_DEATHS = 5
LONGEST_PAUSE = 8.0
TICK = 0.1


@dataclass
class _Child:
    """One program as it stands: running, asked to end, or waiting for its next start."""

    program: Program
    process: Process | None = None
    started_at: float = 0.0
    next_start: float = 0.0
    kill_at: float | None = None
    quick_deaths: int = 0

    def start(self) -> None:
        self.process = processes.start(self.program)
        self.started_at = time.monotonic()
        self.kill_at = None

    def interrupt(self, grace: float | None = None) -> None:
        if self.process is not None and self.kill_at is None:
            processes.interrupt(self.process)
            self.kill_at = time.monotonic() + (self.program.grace if grace is None else grace)

    def kill_when_late(self) -> None:
        if self.process is not None and self.kill_at is not None and time.monotonic() >= self.kill_at:
            processes.kill_group(self.process)

    def collect(self) -> int | None:
        """The exit code when it is over; whatever it left behind in its group is killed first."""
        if self.process is None or not processes.has_ended(self.process):
            return None
        processes.kill_group(self.process)
        code, self.process = self.process.wait(), None
        return code


class Supervisor:
    """Runs `programs` until it is told to stop, starting again what dies; `each_tick` is called all the while.

    They are started in the order given and stopped in the opposite one.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        say: Callable[[str], None],
        each_tick: Callable[[Supervisor], None] | None = None,
        words_at_stop: str = "",
    ) -> None:
        self._children = {program.name: _Child(program) for program in programs}
        self._say = say
        self._each_tick = each_tick
        self._words_at_stop = words_at_stop
        self._stop_requests = 0
        self._gave_up = False

    def run(self) -> int:
        """Start everything and watch it; 0 after a stop that was asked for, 1 when a program would not stay up."""
        with self._signals():
            try:
                while not self._stop_requests and not self._gave_up:
                    self._tick()
            finally:
                self._stop_all()
        return 1 if self._gave_up else 0

    def stop(self) -> None:
        """End everything; asked a second time, at once."""
        self._stop_requests += 1

    def restart(self, name: str, reason: str, *, grace: float | None = None) -> None:
        """End one program, killing it when it does not listen within `grace`; the watch starts it again."""
        child = self._children[name]
        if child.process is not None and child.kill_at is None:
            self._say(f"{name} is being restarted: {reason}.")
            child.interrupt(grace)

    def number_of(self, name: str) -> int | None:
        """The process number (and group) of the program now running; None while it is not, or is to end."""
        child = self._children[name]
        return child.process.pid if child.process is not None and child.kill_at is None else None

    def _tick(self) -> None:
        for child in self._children.values():
            child.kill_when_late()
            asked = child.kill_at is not None
            code = child.collect()
            if code is not None:
                self._plan_next_start(child, code, asked=asked)
            if child.process is None and time.monotonic() >= child.next_start and not self._gave_up:
                child.start()
        if self._each_tick is not None and not self._gave_up:
            self._each_tick(self)
        time.sleep(TICK)

    def _plan_next_start(self, child: _Child, code: int, *, asked: bool) -> None:
        lived = time.monotonic() - child.started_at
        child.next_start, child.kill_at = 0.0, None
        if asked:
            return
        child.quick_deaths = child.quick_deaths + 1 if lived < QUICK_SECONDS else 0
        name, ending = child.program.name, _ending(code)
        if child.quick_deaths >= QUICK_DEATHS:
            self._gave_up = True
            self._say(f"{name} {ending}, {QUICK_DEATHS} times right after its start. Giving up; see its words above.")
            return
        pause = min(0.5 * 2 ** max(child.quick_deaths - 1, 0), LONGEST_PAUSE)
        child.next_start = time.monotonic() + pause
        self._say(f"{name} {ending} after {lived:.0f} s. Starting it again.")

    def _stop_all(self) -> None:
        if self._words_at_stop:
            self._say(self._words_at_stop)
        # What was started later may need what was started before to finish its work.
        for child in reversed(self._children.values()):
            child.interrupt()
            while child.process is not None:
                if self._stop_requests > 1:
                    child.kill_at = 0.0
                self._kill_late(child)
                child.collect()
                time.sleep(TICK / 5)

    def _kill_late(self, child: _Child) -> None:
        grace = child.program.grace
        if grace and child.kill_at and child.kill_at <= time.monotonic():
            self._say(f"{child.program.name} did not end within {grace:g} s and is killed.")
            child.kill_at = 0.0
        child.kill_when_late()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def asked(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, asked) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was killed by signal {-code} ({signal.strsignal(-code)})"
