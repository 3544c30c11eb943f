"""What tests of the submit job ask of the sandbox, and how they try to have a take sent again."""

from __future__ import annotations

from datetime import timedelta

from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Render
from studio.services import recovery

UNKNOWN_FAULTS = ["lost-answer", "cut-body", "bad-json", "server-error-after"]


def kinds_of(render: Render) -> list[str]:
    return [str(kind) for kind in render.ledger.values_list("kind", flat=True)]


def send_again_by_every_way(render: Render) -> None:
    """The same task once more, the minute's sweep, the sweep after the lease, and a task from a fresh worker."""
    submit(render.pk)
    recovery.sweep()
    Render.objects.filter(pk=render.pk).update(claimed_until=now() - timedelta(hours=1), enqueued_at=None)
    recovery.sweep()
    recovery.revive()
    submit(render.pk)
