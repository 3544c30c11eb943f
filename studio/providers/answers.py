"""What gateways answer, in the studio's words: the same four shapes for every gateway. No parsing here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RemoteState(StrEnum):
    """Where the gateway says that its task stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN_WORD = "unknown_word"


# The error code of a task that is called completed but names no video: probably paid for, unlike other failures.
NO_VIDEO_CODE = "no_video_url"

ENDED_STATES = frozenset({RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELLED, RemoteState.EXPIRED})


@dataclass(frozen=True, slots=True)
class RemoteStatus:
    """One reading of a task. `word` is the gateway's own; an unknown word counts as still running."""

    state: RemoteState
    word: str = ""
    progress: int | None = None
    video_url: str = ""
    last_frame_url: str = ""
    error_code: str = ""
    error_text: str = ""
    billing_id: str = ""
    cancelled: bool = False

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED_STATES


@dataclass(frozen=True, slots=True)
class Created:
    """The gateway took the request. `status` may have ended already."""

    remote_id: str
    poll_url: str
    status: RemoteStatus
    request_id: str = ""


class CancelKind(StrEnum):
    """What came of asking for a cancel; the status read afterwards has the last word."""

    CANCELLED = "cancelled"
    TOO_LATE = "too_late"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    kind: CancelKind
    said: str = ""
