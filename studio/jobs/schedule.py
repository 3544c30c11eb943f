"""The small jobs that keep the others going: heartbeats, and the minute's look after the tracker."""

from __future__ import annotations

from studio.services import demo_review, exports, leases, recovery, reference_copies
from studio.services.queue import ensure_tracker


def beat(cluster: str) -> None:
    """Proof that workers of `cluster` take tasks; the supervisor restarts a cluster that stops giving it."""
    leases.beat(name=f"heartbeat:{cluster}")


def each_minute() -> None:
    """Revive the tracker when its chain is broken, and sweep in case it stays away."""
    ensure_tracker()
    recovery.sweep()
    reference_copies.ask_to_clear()
    exports.ask_to_clear()
    demo_review.ask()
