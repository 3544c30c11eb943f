"""Clears away the files of takes that were deleted a month ago. Safe to run twice; what is left goes next time."""

from __future__ import annotations

import logging
import time

from studio.media import storage
from studio.models import Output
from studio.services import bulk, take_bin
from studio.services.queue import enqueue

log = logging.getLogger(__name__)

# Well under the queue's time-out.
RUN_SECONDS = 120


def clear() -> None:
    """Remove the files of what is due, some at a time, and what is kept of old work on many takes."""
    bulk.forget_old()
    until = time.monotonic() + RUN_SECONDS
    while outputs := take_bin.clear_next():
        cleared = [output for output in outputs if _is_cleared(output)]
        if not cleared:
            return
        if time.monotonic() > until:
            enqueue(take_bin.JOB)
            return


def _is_cleared(output: Output) -> bool:
    """Remove what belongs to it; False when the disk does not let go of a file, which is tried again tomorrow."""
    try:
        for name in take_bin.files_of(output):
            storage.remove(name)
    except OSError as error:
        log.warning("take %s: its files could not be cleared away: %s", output.render_id, error)
        return False
    take_bin.record_cleared(output=output)
    return True
