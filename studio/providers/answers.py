"""What gateways answer, in the studio's words: the same four shapes for every gateway. No parsing here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any


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
class Usage:
    """What the gateway itself says that it counts or takes: tokens, seconds of output, or a sum in its currency."""

    tokens: int | None = None
    seconds: Decimal | None = None
    charged: Decimal | None = None
    currency: str = ""

    def to_json(self) -> dict[str, Any]:
        found = {"tokens": self.tokens, "currency": self.currency or None}
        found |= {name: str(value) for name in ("seconds", "charged") if (value := getattr(self, name)) is not None}
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Usage:
        sums = {name: Decimal(data[name]) for name in ("seconds", "charged") if data.get(name) is not None}
        return cls(tokens=data.get("tokens"), currency=data.get("currency", ""), **sums)


NO_USAGE = Usage()


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
    usage: Usage = NO_USAGE

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED_STATES

    def without_false_success(self) -> RemoteStatus:
        """A task that is called finished but names no film is none; every gateway's reading ends with this."""
        if self.state != RemoteState.SUCCEEDED or self.video_url:
            return self
        return replace(self, state=RemoteState.FAILED, error_code=NO_VIDEO_CODE, error_text="")


@dataclass(frozen=True, slots=True)
class Created:
    """The gateway took the request. `status` may have ended already."""

    remote_id: str
    poll_url: str
    status: RemoteStatus
    request_id: str = ""
    # What the gateway took on accepting, where it says so.
    charge: Usage = NO_USAGE


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


class KeyVerdict(StrEnum):
    """What a harmless call with a key has shown."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class KeyReport:
    """The result of checking a key. `live` holds, by model id, what the gateway says of it now, as plain JSON data."""

    verdict: KeyVerdict
    meaning: str
    said: str = ""
    balance: Decimal | None = None
    currency: str = ""
    live: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a call to an attempt's own address says: the task's id, and the metadata that was sent along, if it does.

    Anybody who knows the address can say so; it is something to ask the gateway about."""

    remote_id: str
    reference: str = ""


class ProofKind(StrEnum):
    """What came of looking for a task whose create was never answered.

    `ABSENT` says only that nothing is to be seen so far; `NOT_CREATED` is a documented certainty."""

    FOUND = "found"
    NOT_CREATED = "not_created"
    ABSENT = "absent"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Proof:
    """`remote_id` is set with FOUND only."""

    kind: ProofKind
    remote_id: str = ""
    said: str = ""
