"""What can come of carrying a mail or a call out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What is known for certain, or that nothing is."""

    SENT = "sent"
    # It did not arrive, and may the next time.
    NOT_NOW = "not now"
    # It did not arrive, and will not.
    REFUSED = "refused"
    # It may have arrived.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Carried:
    """How it went. `seconds` is the pause that was asked for; `is_silent` where nobody answered in time."""

    fate: Fate
    problem: str = ""
    seconds: float | None = None
    is_silent: bool = False


class CannotSend(Exception):
    """It cannot even be made ready; nothing has left."""
