"""The small jobs that keep the others going: heartbeats, and the minute's look after the tracker."""

from __future__ import annotations

from studio.services import demo_review, exports, leases, outputs, recovery, reference_copies, search_index, take_bin
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
    search_index.ask_to_work_off()
    take_bin.ask_to_clear()
    outputs.ask_for_card_posters()
    demo_review.ask()
