"""One accepted task and what may be said of it at a moment; no disk and no network here."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from studio.sandbox.jobs import Job

PENDING = "pending"
PROCESSING = "processing"
COMPLETED = "completed"
FAILED = "failed"
CANCELLED = "cancelled"
UNFINISHED = (PENDING, PROCESSING)

# Of the pace: how long a task waits, usually and in a slow queue, and how long a race for the cancel is open.
QUEUE_SHARE = 0.3
SLOW_QUEUE = 5.0
RACE_WINDOW = 3.0


@dataclass(frozen=True)
class Film:
    """The finished file: `name` is the unguessable part of its link, `size` its bytes."""

    name: str
    width: int
    height: int
    seconds: int
    last_frame: bool = False
    input_seconds: float = 0.0
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Task:
    """A task as stored. `state` is how far the work is; `status(now)` is what the caller is told."""

    id: str
    dialect: str
    owner: str
    key_suffix: str
    body: dict[str, Any]
    job: Job
    created: float
    pace: float
    fault: str = ""
    state: str = PENDING
    started: float = 0.0
    ended: float = 0.0
    error: str = ""
    error_code: str = ""
    film: Film | None = None
    billing_id: str = ""
    tally: dict[str, int] = field(default_factory=dict)
    # Gone for its caller, though the sandbox still counts it among what was made.
    erased: bool = False
    idempotency_key: str = ""
    body_digest: str = ""

    @property
    def starts_at(self) -> float:
        return self.created + self.pace * (SLOW_QUEUE if self.fault == "slow" else QUEUE_SHARE)

    @property
    def ends_at(self) -> float:
        return self.starts_at + self.pace * (1 - QUEUE_SHARE)

    def status(self, now: float) -> str:
        """Rendering may be quicker than the pace, so a finished film is told of only when its time has come."""
        if self.fault == "cancel-race" and self.state != CANCELLED:
            return self._racing_status(now)
        if self.state in (COMPLETED, FAILED) and now < self.ends_at:
            return PROCESSING
        return self.state

    def _racing_status(self, now: float) -> str:
        """Pending to whoever reads, until somebody has tried to cancel or lost interest in it."""
        if self.tally.get("cancel"):
            return PROCESSING if self.state == PENDING else self.state
        return PENDING if now < self.created + RACE_WINDOW * self.pace else self.state

    def updated(self, now: float) -> float:
        if self.status(now) in UNFINISHED:
            return max(self.created, self.started)
        return self.ended if self.state == CANCELLED else max(self.ended, self.ends_at)

    def progress(self, now: float) -> int:
        """A guess from the clock, never 100 before the end."""
        span = max(self.ends_at - self.starts_at, 0.001)
        return max(1, min(99, round(100 * (now - self.starts_at) / span)))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Task:
        film = Film(**data["film"]) if data["film"] else None
        return cls(**{**data, "job": Job.from_json(data["job"]), "film": film})
