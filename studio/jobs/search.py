"""Brings the index of words up to date after a change to many rows at once. Safe to run twice or side by side."""

from __future__ import annotations

import time

from studio.services import search_index

# Well under the queue's time-out; the next minute goes on.
RUN_SECONDS = 120


def work_off(token: str = "") -> None:
    """Step by step until nothing is due or the time is up; `token` is that of the hint."""
    search_index.begin(token=token)
    until = time.monotonic() + RUN_SECONDS
    while time.monotonic() < until and search_index.work_off():
        pass
