"""The demo's review room fills while somebody may be watching; this looks every few seconds whether it can."""

from __future__ import annotations

import logging
import time

from django.core.exceptions import ValidationError

from studio.services import demo_review

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 2


def look() -> None:
    """Fill in what is due, and come back as long as something is still to come."""
    try:
        is_filled = demo_review.fill()
    except ValidationError as error:
        # Somebody has changed the people or their roles; the demo is theirs from then on.
        log.info("the demo's review room is not filled: %s", " ".join(error.messages))
        return
    if not is_filled:
        # Short, so that it never holds up the end of the studio.
        time.sleep(SECONDS_BETWEEN_LOOKS)
    demo_review.ask(again=True)
