"""Attempts: the record before the first byte leaves, and what came back. The sending itself is the job's."""

from __future__ import annotations

from typing import Any

from django.db import DataError, transaction
from django.db.models import F

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import later, now
from studio.lib.holders import this_process
from studio.models import Attempt, Render
from studio.services import ledger
from studio.services.queue import enqueue, ensure_tracker
from studio.services.transitions import move, note

# Longer than the client's time-outs together: whoever holds the claim has answered or is dead by then.
SUBMIT_LEASE_SECONDS = 320
SUBMIT_TRIES = 6
UNSENT_TRIES = 5


def begin_attempt(*, render: Render, request_record: dict[str, Any]) -> Attempt | None:
    """Claim a queued render and write its attempt, committed before anything is sent; None if another has it."""
    with transaction.atomic():
        claimed = move(
            render=render,
            to=RenderState.SUBMITTING,
            reason="Sending to the gateway",
            claimed_until=later(SUBMIT_LEASE_SECONDS),
            claimed_by=this_process(),
            not_before=None,
            tries=render.tries + 1,
        )
        if not claimed:
            return None
        return Attempt.objects.create(
            render=render,
            number=render.attempts.count() + 1,
            key=render.key,
            base_url=render.key.base_url,
            request=request_record,
        )


def record_accepted(*, attempt: Attempt, remote_id: str, poll_url: str, answer: str, first_poll_seconds: float) -> None:
    """The gateway has a task: remember its name at once, whatever else has become of the render."""
    # Committed by itself: even if nothing after it succeeds, the sweep can follow the task.
    name = {"outcome": AttemptOutcome.ACCEPTED, "remote_id": remote_id, "answered_at": now()}
    mine = Attempt.objects.filter(pk=attempt.pk)
    try:
        with transaction.atomic():
            mine.update(**name, poll_url=poll_url, answer=answer)
    except (DataError, ValueError):
        # Something odd beside the name must not cost the name: it alone is enough to follow the task.
        mine.update(**name)
    adopt(render_id=attempt.render_id, first_poll_seconds=first_poll_seconds)


def adopt(*, render_id: int, first_poll_seconds: float = 0) -> None:
    """Follow a render whose attempt was accepted, also when a sweep gave it up a moment before the answer was read."""
    while (render := Render.objects.get(pk=render_id)).state in {RenderState.SUBMITTING, RenderState.UNCONFIRMED}:
        with transaction.atomic():
            moved = move(
                render=render,
                to=RenderState.WAITING,
                reason="Accepted by the gateway",
                next_poll_at=later(first_poll_seconds),
                error_said="",
                error_meaning="",
                error_advice="",
            )
            # Read after the move, which waits for whoever is asking to cancel in this moment.
            if moved and Render.objects.filter(pk=render_id, cancel_asked_at__isnull=False).exists():
                enqueue("studio.jobs.cancel.cancel", render_id)
        if moved:
            ensure_tracker()
            return


def record_refused(*, attempt: Attempt, said: str, meaning: str, advice: str) -> None:
    """A definite no: there is no job, and the money is free again."""
    with transaction.atomic():
        _close(attempt, AttemptOutcome.REFUSED, said)
        _end(attempt, RenderState.REFUSED, "Refused by the gateway", said, meaning, advice)


def record_not_sent(*, attempt: Attempt, said: str, meaning: str, advice: str) -> None:
    """No connection was made, so there is no job, and the money is free again."""
    with transaction.atomic():
        _close(attempt, AttemptOutcome.NOT_SENT, said)
        _end(attempt, RenderState.FAILED, "The gateway could not be reached", said, meaning, advice)


def record_postponed(*, attempt: Attempt, said: str, seconds: float) -> bool:
    """The gateway asked to wait: back into the queue, but not for ever. False when the tries are used up."""
    render = Render.objects.get(pk=attempt.render_id)
    if render.tries >= SUBMIT_TRIES:
        return False
    with transaction.atomic():
        _close(attempt, AttemptOutcome.REFUSED, said)
        moved = move(
            render=render,
            to=RenderState.QUEUED,
            reason="The gateway asked to wait; it is sent again later",
            not_before=later(seconds),
            enqueued_at=None,
        )
        if moved and Render.objects.filter(pk=render.pk, cancel_asked_at__isnull=False).exists():
            cancel_unsent(render=render)
    return True


def cancel_unsent(*, render: Render, **by: Any) -> bool:
    """End a queued render: nothing is at any gateway, and the money is free again."""
    reason = "Cancelled before it was sent"
    with transaction.atomic():
        moved = move(render=render, to=RenderState.CANCELLED, reason=reason, not_before=None, **by)
        if moved:
            ledger.release(render=render, note=reason)
    return moved


def record_unknown(*, attempt: Attempt, said: str, meaning: str, advice: str) -> None:
    """It left us and no answer was read: never sent again by itself, and the money stays reserved."""
    with transaction.atomic():
        render = Render.objects.get(pk=attempt.render_id)
        if render.state != RenderState.SUBMITTING:
            return
        _close(attempt, AttemptOutcome.UNKNOWN, said)
        move(
            render=render,
            to=RenderState.UNCONFIRMED,
            reason="Sent, but no answer was read",
            error_said=said,
            error_meaning=meaning,
            error_advice=advice,
        )


def refuse_unsent(*, render: Render, meaning: str, advice: str) -> None:
    """The last check before sending said no: nothing left the building."""
    with transaction.atomic():
        if move(
            render=render,
            to=RenderState.REFUSED,
            reason="Refused before it was sent",
            error_meaning=meaning,
            error_advice=advice,
        ):
            ledger.release(render=render, note="Nothing was sent")


def record_stumble(*, render: Render, meaning: str) -> None:
    """Something of ours broke before anything was sent: tried again after a growing pause, a few times."""
    if render.tries + 1 >= UNSENT_TRIES:
        advice = "Nothing was sent or charged. Ask an admin to look at the log."
        refuse_unsent(render=render, meaning=meaning, advice=advice)
        return
    with transaction.atomic():
        if Render.objects.filter(pk=render.pk, state=RenderState.QUEUED).update(
            tries=F("tries") + 1, not_before=later(10.0 * 2**render.tries), enqueued_at=None
        ):
            note(render=render, reason=f"Not sent yet, and tried again shortly: {meaning}")


def _close(attempt: Attempt, outcome: AttemptOutcome, answer: str) -> None:
    Attempt.objects.filter(pk=attempt.pk, outcome__in=[AttemptOutcome.SENDING, AttemptOutcome.UNKNOWN]).update(
        outcome=outcome, answer=answer, answered_at=now()
    )


def _end(attempt: Attempt, state: RenderState, reason: str, said: str, meaning: str, advice: str) -> None:
    render = Render.objects.get(pk=attempt.render_id)
    # A late no is proof as well: what a sweep had to call unconfirmed is certain now.
    if render.state in {RenderState.SUBMITTING, RenderState.UNCONFIRMED} and move(
        render=render,
        to=state,
        reason=reason,
        error_said=said,
        error_meaning=meaning,
        error_advice=advice,
    ):
        ledger.release(render=render, note="No job was created at the gateway")
