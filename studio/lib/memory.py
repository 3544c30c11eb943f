"""Memory that a process needed for a moment goes back to the machine, and what is read before a fork stays shared."""

from __future__ import annotations

import ctypes
import gc
import sys

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
# Of glibc alone; other C libraries of Linux have nothing of the kind.
_trim = getattr(_libc, "malloc_trim", None)


def give_back() -> None:
    """Return to the machine what the C library keeps of memory already freed, as after a film. Takes milliseconds."""
    if _trim is not None:
        _trim(0)


def keep_shared() -> None:
    """To be called before forking: what is in memory now is left alone by the collector of every fork.

    Otherwise the collector's own notes in each page would soon make it every process's own."""
    gc.collect()
    gc.freeze()
    give_back()
