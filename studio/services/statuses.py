"""Writing down what a gateway says of a task: that it runs, has ended, or cannot be asked at present."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from studio.choices import AT_GATEWAY, AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Attempt, Render
from studio.providers.answers import NO_USAGE, Usage
from studio.services.key_waiting import CLEAR
from studio.services.queue import enqueue
from studio.services.transitions import move, note

# History notes progress at every so many per cent, not at every poll.
PROGRESS_STEP = 5
PROGRESS = "% done"
NO_TROUBLE = {**CLEAR, "unknown_since": None, "no_file_since": None}


def record_running(*, render_id: int, progress: int | None, next_poll_at: datetime) -> None:
    """The gateway has started on it, or is further with it."""
    render = Render.objects.get(pk=render_id)
    changes: dict[str, Any] = {"progress": progress, "next_poll_at": next_poll_at, "poll_failures": 0}
    if render.state == RenderState.WAITING:
        move(render=render, to=RenderState.RUNNING, reason=english("The gateway has started"), **changes)
    elif render.state == RenderState.RUNNING:
        free = {"claimed_until": None, "claimed_by": ""}
        with transaction.atomic():
            Render.objects.filter(pk=render_id, state=RenderState.RUNNING).update(**changes, **free)
            if words := progress_note(before=render.progress, after=progress):
                note(render=render, reason=words)


def progress_note(*, before: int | None, after: int | None) -> str:
    """What history says of progress from `before` to `after` per cent; mostly nothing."""
    if after is None or after // PROGRESS_STEP <= (before or 0) // PROGRESS_STEP:
        return ""
    return f"{after} {PROGRESS}"


def record_succeeded(*, render_id: int, video_url: str, billing_id: str, usage: Usage = NO_USAGE) -> None:
    """The video is there: fetch it at once. `usage` is the gateway's own account, for settling the price with it."""
    with transaction.atomic():
        moved = _leave_gateway(
            render_id,
            RenderState.FETCHING,
            english("Rendered; the file is being fetched"),
            result_url=video_url,
            not_before=None,
            tries=0,
            enqueued_at=now(),
            usage=usage.to_json(),
            **NO_TROUBLE,
        )
        if moved:
            accepted = Attempt.objects.filter(render=render_id, outcome=AttemptOutcome.ACCEPTED)
            accepted.update(billing_id=billing_id)
            enqueue("studio.jobs.ingest.ingest", render_id)


def record_ended(
    *,
    render_id: int,
    to: RenderState,
    reason: str,
    said: str,
    meaning: str,
    advice: str,
    free: bool,
    code: str = "",
) -> None:
    """The gateway says that there will be no video; `free` when it documents that nothing is charged then."""
    words = NO_TROUBLE | {"error_said": said, "error_meaning": meaning, "error_advice": advice}
    words["error_code"] = code[:100]
    _leave_gateway(
        render_id,
        to,
        reason,
        free=english("%(reason)s; the gateway does not charge for this", reason=reason) if free else "",
        **words,
    )


def _leave_gateway(render_id: int, to: RenderState, reason: str, **changes: Any) -> bool:
    """Move on from whichever of the two states it is in; a gateway's last word is not lost to a race between them."""
    while (render := Render.objects.get(pk=render_id)).state in AT_GATEWAY:
        if move(render=render, to=to, reason=reason, next_poll_at=None, **changes):
            return True
    return False


def record_trouble(
    *,
    render_id: int,
    reason: str,
    said: str,
    meaning: str,
    advice: str,
    next_poll_at: datetime,
    failures: int,
    unknown: bool = False,
    no_file: bool = False,
) -> None:
    """The task cannot be followed at present; it goes on at the gateway, so this is shown and asked again."""
    here = Render.objects.filter(pk=render_id, state__in=AT_GATEWAY)
    with transaction.atomic():
        if here.exclude(error_said=said, error_meaning=meaning).update(
            error_said=said, error_meaning=meaning, error_advice=advice
        ):
            note(render=Render.objects.get(pk=render_id), reason=reason)
        if unknown:
            here.filter(unknown_since=None).update(unknown_since=now())
        if no_file:
            here.filter(no_file_since=None).update(no_file_since=now())
        here.update(next_poll_at=next_poll_at, poll_failures=failures, claimed_until=None, claimed_by="")


def record_recovered(*, render_id: int) -> None:
    """The task can be followed again."""
    here = Render.objects.filter(pk=render_id, state__in=AT_GATEWAY)
    with transaction.atomic():
        if here.update(**NO_TROUBLE):
            note(render=Render.objects.get(pk=render_id), reason=english("The gateway answers again"))
