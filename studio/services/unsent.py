"""Renders that are not sent: cancelled in time, refused by the last check, or put off since something of ours broke."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from studio.choices import RenderState
from studio.lib.clock import later
from studio.lib.english import english
from studio.models import Render
from studio.services.key_waiting import CLEAR
from studio.services.transitions import move, note

UNSENT_TRIES = 5


def cancel_unsent(*, render: Render, **by: Any) -> bool:
    """End a queued render: nothing is at any gateway, and the money is free again."""
    reason = english("Cancelled before it was sent")
    return move(render=render, to=RenderState.CANCELLED, reason=reason, free=reason, not_before=None, **CLEAR, **by)


def refuse_unsent(*, render: Render, meaning: str, advice: str) -> None:
    """The last check before sending said no: nothing left the building."""
    move(
        render=render,
        to=RenderState.REFUSED,
        reason=english("Refused before it was sent"),
        free=english("Nothing was sent"),
        error_meaning=meaning,
        error_advice=advice,
    )


def record_stumble(*, render: Render, meaning: str) -> None:
    """Something of ours broke before anything was sent: tried again after a growing pause, a few times."""
    if render.tries + 1 >= UNSENT_TRIES:
        advice = english("Nothing was sent or charged. Ask an admin to look at the log.")
        refuse_unsent(render=render, meaning=meaning, advice=advice)
        return
    with transaction.atomic():
        if Render.objects.filter(pk=render.pk, state=RenderState.QUEUED).update(
            tries=F("tries") + 1, not_before=later(10.0 * 2**render.tries), enqueued_at=None
        ):
            note(render=render, reason=english("Not sent yet, and tried again shortly: %(meaning)s", meaning=meaning))
