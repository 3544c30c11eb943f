"""A program that is a fork of whoever watches it: it holds in memory once, with all its like, what was read before."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

# Not delivered between the fork and the moment when the new process answers them as its own.
_HELD_BACK = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class Forked:
    """A forked process, for who watches it the same as one of `subprocess`."""

    def __init__(self, number: int) -> None:
        self.pid = number
        self.returncode: int | None = None

    def wait(self) -> int:
        """Its exit code once it has ended; negative for the signal that killed it."""
        if self.returncode is None:
            try:
                self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            except ChildProcessError:
                # Whoever started us has children collected by the system, as `subprocess` allows for as well.
                self.returncode = 0
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        if self.returncode is None:
            try:
                number, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                number, status = self.pid, 0
            self.returncode = os.waitstatus_to_exitcode(status) if number else None
        return self.returncode


def fork(run: Callable[[], None], *, prepare: Callable[[], None], leads: bool = True) -> Forked:
    """Call `run` in a process of its own, which leads a process group unless told otherwise; `prepare` comes first.

    The caller has no other threads and nothing open that two processes must not share."""
    _flush()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
    try:
        number = os.fork()
    except OSError:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        raise
    if number:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        # Here as well as there: whoever comes first, the group is there when it is asked for.
        if leads:
            with suppress(OSError):
                os.setpgid(number, number)
        return Forked(number)
    code = 1
    try:
        if leads:
            os.setpgid(0, 0)
        _like_new()
        prepare()
        signal.pthread_sigmask(signal.SIG_SETMASK, before - _HELD_BACK)
        run()
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(bool(ending.code))
    except KeyboardInterrupt:
        # Asked to end before there was anything to end.
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            _flush()
        # Nothing that the watcher had planned for its own end is done by its fork.
        os._exit(code)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def _like_new() -> None:
    """Signals and input as a program finds them that was just started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
