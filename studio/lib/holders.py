"""Who holds a claim: this process, by host and number; and whether a holder on this host is known to be gone."""

from __future__ import annotations

import os
import socket


def this_process() -> str:
    """The name under which this process claims work."""
    return holder_of(os.getpid())


def holder_of(number: int) -> str:
    """The name of the process of this host with that number."""
    return f"{socket.gethostname()}:{number}"


def is_gone(holder: str) -> bool:
    """True only of a process of this host that has ended; of other hosts nothing is known."""
    host, _, number = holder.rpartition(":")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
