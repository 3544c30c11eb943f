"""Deletes from the bucket what gateways have no more use for. Safe to run twice; what fails is tried again."""

from __future__ import annotations

import logging
import time

from studio.media import bucket
from studio.media.bucket import BucketTrouble
from studio.services import reference_copies

log = logging.getLogger(__name__)

# Well under the queue's time-out; what is left goes a minute later.
RUN_SECONDS = 120


def clear_references() -> None:
    """Take away the copies of takes that have ended; stops at the first trouble, for the next minute to go on."""
    until = time.monotonic() + RUN_SECONDS
    for copy in reference_copies.done_with():
        if time.monotonic() > until:
            return
        try:
            bucket.delete(copy.name)
        except BucketTrouble as error:
            log.warning("references in the bucket: %s They are tried again in a minute.", error)
            return
        reference_copies.forget(copy=copy)
