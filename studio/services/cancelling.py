"""What a gateway said to the wish for a cancel. Asking is `renders.ask_cancel`, sending it the job's part."""

from __future__ import annotations

from django.db import transaction

from studio.lib.clock import now
from studio.models import Render
from studio.services.transitions import note


def record_answer(*, render: Render, reason: str, clear: bool) -> None:
    """Write down the answer; one that was not `clear` leaves the wish open, and the sweep sends it again."""
    reason = reason[:500]
    with transaction.atomic():
        if clear:
            Render.objects.filter(pk=render.pk).update(cancel_answered_at=now())
        # Asked again and again while a gateway is away, history says it once.
        last = render.events.order_by("-id").values_list("reason", flat=True).first()
        if last != reason:
            note(render=Render.objects.get(pk=render.pk), reason=reason)


def ask_again_soon(*, render: Render) -> None:
    """The gateway could not be asked now: the next sweep does."""
    Render.objects.filter(pk=render.pk).update(enqueued_at=None)
