"""Takes that wait for their key: told why as long as they must, and sent on at once when they may go."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from studio.choices import AT_GATEWAY, RenderState
from studio.lib.clock import later, now
from studio.lib.english import english
from studio.models import ProviderKey, Render, RenderEvent
from studio.services.queue import enqueue, ensure_tracker
from studio.services.transitions import note

CLEAR: dict[str, Any] = {"error_code": "", "error_said": "", "error_meaning": "", "error_advice": ""}
NOTHING_SENT = english("Nothing was sent and nothing is charged. Cancel it, or ask an admin.")
# So many hints at once; the sweep asks for the rest.
BATCH = 200


def reason_of(*, key: ProviderKey) -> str:
    """Why nothing may be sent with `key`, for whoever waits; nothing when something may be."""
    if key.paused_at is None:
        return ""
    if key.paused_by_studio:
        return english(
            "The gateway refused the key “%(key)s”, so this waits until an admin has seen to it.", key=key.label
        )
    return english("The key “%(key)s” is paused, so this waits.", key=key.label)


def wait(*, render: Render, meaning: str, advice: str, seconds: float) -> None:
    """Not sent now, and asked for again in `seconds`; history says it once, not at every try."""
    queued = Render.objects.filter(pk=render.pk, state=RenderState.QUEUED)
    with transaction.atomic():
        told = queued.filter(error_meaning=meaning).exists()
        words = {} if told else CLEAR | {"error_meaning": meaning, "error_advice": advice}
        if queued.update(not_before=later(seconds), enqueued_at=None, **words) and not told:
            note(render=render, reason=meaning)


def hold(*, key: ProviderKey) -> None:
    """Tell everything that waits for a key which was just paused why it waits on. Within the pausing transaction."""
    meaning = reason_of(key=key)
    waiting = Render.objects.filter(key=key, state=RenderState.QUEUED).exclude(error_meaning=meaning)
    ids = list(waiting.values_list("pk", flat=True))
    Render.objects.filter(pk__in=ids, state=RenderState.QUEUED).update(
        **CLEAR | {"error_meaning": meaning, "error_advice": NOTHING_SENT}
    )
    _write(ids, meaning)


def send(*, key: ProviderKey) -> None:
    """What waited for `key` is sent at once. Within the transaction that set the key free."""
    waiting = Render.objects.filter(key=key, state=RenderState.QUEUED)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    told = list(waiting.exclude(error_meaning="").values_list("pk", flat=True))
    waiting.filter(pk__in=ids).update(not_before=None, enqueued_at=None, **CLEAR)
    _write(told, english("The key may be used again"))
    Render.objects.filter(pk__in=ids[:BATCH]).update(enqueued_at=now())
    for pk in ids[:BATCH]:
        enqueue("studio.jobs.submit.submit", pk)
    ensure_tracker()


def look_at_running(*, key: ProviderKey) -> None:
    """Ask at once how everything stands that runs with `key`."""
    Render.objects.filter(key=key, state__in=AT_GATEWAY).update(next_poll_at=now())


def _write(ids: list[int], reason: str) -> None:
    queued = {"from_state": RenderState.QUEUED, "to_state": RenderState.QUEUED, "reason": reason[:500]}
    RenderEvent.objects.bulk_create(RenderEvent(render_id=pk, **queued) for pk in ids)
