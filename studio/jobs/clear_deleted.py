"""Clears away the files of takes that were deleted a month ago, and copies for guests that nobody may see any more.

Safe to run twice; what the disk does not let go of is passed by, and tried again the next day."""

from __future__ import annotations

import logging
import time

from studio.media import storage
from studio.models import Output
from studio.services import bulk, people, previews, take_bin
from studio.services.queue import enqueue

log = logging.getLogger(__name__)

# Well under the queue's time-out.
RUN_SECONDS = 120


def clear(after: int = 0) -> None:
    """Remove the files of what is due, some at a time, and what is kept of old bulk work and of sessions that are over.

    `after` is the take that an earlier run of the same day has come to."""
    until = time.monotonic() + RUN_SECONDS
    if not after:
        bulk.forget_old()
        _clear_copies(until)
    goes_on: int | None = after
    while goes_on is not None:
        outputs, goes_on = take_bin.clear_next(after=goes_on)
        for output in outputs:
            _clear_take(output)
        if goes_on is not None and time.monotonic() > until:
            enqueue(take_bin.JOB, goes_on)
            return
    people.forget_ended_sessions()


def _clear_take(output: Output) -> None:
    try:
        for name in take_bin.files_of(output):
            storage.remove(name)
        frame = output.last_frame
        is_done = not frame or storage.remove_unless(frame, lambda: take_bin.needs_frame(output))
    except OSError as error:
        log.warning("take %s: its files could not be cleared away: %s", output.render_id, error)
    else:
        take_bin.record_cleared(output=output, with_frame=is_done)


def _clear_copies(until: float) -> None:
    after = 0
    while time.monotonic() < until and (copies := previews.outlived(after=after)):
        for shown_id in copies:
            _clear_copy(shown_id)
        after = copies[-1]


def _clear_copy(shown_id: int) -> None:
    names = previews.begin_clearing(shown_id=shown_id)
    if not names:
        return
    try:
        for name in names:
            storage.remove(name)
        previews.record_cleared(shown_id=shown_id)
    except OSError as error:
        log.warning("copy %s for guests could not be cleared away: %s", shown_id, error)
    finally:
        previews.let_go(shown_id=shown_id)
