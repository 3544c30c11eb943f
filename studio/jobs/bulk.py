"""Goes on with work on many takes, step by step. Safe to run twice; a dead run is taken up again where it was."""

from __future__ import annotations

import time

from studio.services import bulk

# Well under the queue's time-out; what is left goes on in the next run, behind what others have asked for.
RUN_SECONDS = 60


def work(work_id: int) -> None:
    """Do the steps of a work that was asked for, as long as there is time."""
    claimed = bulk.claim(work_id=work_id)
    if claimed is None:
        return
    until = time.monotonic() + RUN_SECONDS
    while bulk.step(work=claimed):
        if time.monotonic() > until:
            bulk.go_on_later(work=claimed)
            return
