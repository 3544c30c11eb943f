"""Stands in for the package that django-q2 uses where it is installed, so that its processes say what they are.

A title such as `qcluster Process-1:2 idle` becomes the short name `idle` that Linux shows in /proc/NUMBER/comm."""

from __future__ import annotations

import ctypes

_SET_NAME = 15
_WORDS = ("idle", "processing")
_libc = ctypes.CDLL(None)


def setproctitle(title: str) -> None:
    """Called by each process of a cluster whenever it turns to something else."""
    word = next((word for word in _WORDS if word in title.split()), "")
    if not word:
        # The head of a cluster keeps its own name.
        return
    _libc.prctl(_SET_NAME, word.encode(), 0, 0, 0)
