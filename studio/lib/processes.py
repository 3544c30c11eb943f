"""Starting a program in a process group of its own and ending that group; who watches it is `supervisor.py`."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from studio.lib.forking import Forked, fork

_SET_DEATH_SIGNAL, _SET_NAME = 1, 15
# Loaded before any fork: between fork and exec a child must not import.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


Process = subprocess.Popen[bytes] | Forked

# For the C library of Linux: few arenas, and memory that was needed once is given back. Pictures and films take much
# of it for a moment, and a process would keep that for the rest of its life.
SPARING = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}


@dataclass(frozen=True)
class Program:
    """One program to keep running, with what is added to the environment it inherits."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    # How long it may take to end after SIGINT before its whole group is killed; 0 for one that has nothing to finish.
    grace: float = 10.0
    # What it gets when its parent dies without a word; a program with workers of its own needs one it can answer.
    death_signal: signal.Signals = signal.SIGKILL
    # In place of the command: what a fork of this process does, which shares with it all that was read so far.
    run: Callable[[], None] | None = None


def start(program: Program) -> Process:
    """Start `program` in a process group of its own that does not outlive this process (the latter on Linux)."""
    if program.run is not None:
        return fork(program.run, prepare=partial(_die_with_starter, os.getpid(), program))
    return subprocess.Popen(  # noqa: S603  (our own commands, no shell)
        program.command,
        stdin=subprocess.DEVNULL,
        cwd=program.folder,
        env={**os.environ, **program.environment},
        process_group=0,
        preexec_fn=_prepare(os.getpid(), program.death_signal),
    )


def _die_with_starter(parent: int, program: Program) -> None:
    die_with(parent, program.death_signal)
    os.environ.update(program.environment)
    if _libc is not None:
        # A fork has the command line of its parent: this is how `ps` and `top` tell them apart.
        _libc.prctl(_SET_NAME, program.name.encode()[:15], 0, 0, 0)


def _prepare(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def prepare() -> None:
        # A shell that starts us in the background ignores SIGINT, and a child would inherit that.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        die_with(parent, death_signal)

    return prepare


def die_with(parent: int, death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Let the kernel send this process `death_signal` when `parent` is gone; Linux only, elsewhere it does nothing."""
    if _libc is None:
        return
    _libc.prctl(_SET_DEATH_SIGNAL, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        # It died before the kernel was told.
        os._exit(1)


def die_with_parent_after_fork() -> None:
    """Let every process that this one or its children fork from now on end together with its own parent."""
    os.register_at_fork(after_in_child=_die_with_forker, before=_note_forker)


_forker = 0


def _note_forker() -> None:
    global _forker
    _forker = os.getpid()


def _die_with_forker() -> None:
    die_with(_forker)


def has_ended(process: Process) -> bool:
    """Whether `process` is over, without collecting it: until then nobody else can get its number."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def interrupt(process: Process) -> None:
    """Ask `process` alone to end; it passes that on to its own as it sees fit."""
    # SIGTERM to a whole group hangs a django-q2 cluster; SIGINT to its leader never does.
    # Not send_signal: that collects a dead process, and its group could no longer be named safely.
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGINT)


def kill_group(process: Process) -> None:
    """End everything in the process group of `process` at once; to be called before the process is collected."""
    # macOS answers "not permitted" for a group in which only dead processes are left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def port_problem(host: str, port: int) -> str:
    """Why nothing can listen on `host` and `port`, or an empty text."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as problem:
            return problem.strerror or str(problem)
    return ""
