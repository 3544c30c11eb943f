"""Attempts: the record before the first byte leaves, and what came back. The sending itself is the job's."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import later, now
from studio.models import Attempt, Render
from studio.services import ledger
from studio.services.queue import ensure_tracker
from studio.services.transitions import move

# Longer than the client's time-outs together: whoever holds the claim has answered or is dead by then.
SUBMIT_LEASE_SECONDS = 320
SUBMIT_TRIES = 6


def begin_attempt(*, render: Render, request_record: dict[str, Any]) -> Attempt | None:
    """Claim a queued render and write its attempt, committed before anything is sent; None if another has it."""
    with transaction.atomic():
        claimed = move(
            render=render,
            to=RenderState.SUBMITTING,
            reason="Sending to the gateway",
            claimed_until=later(SUBMIT_LEASE_SECONDS),
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
    Attempt.objects.filter(pk=attempt.pk).update(
        outcome=AttemptOutcome.ACCEPTED,
        remote_id=remote_id,
        poll_url=poll_url,
        answer=answer,
        answered_at=now(),
    )
    render = Render.objects.get(pk=attempt.render_id)
    # From `unconfirmed` as well: a sweep may have given this attempt up a moment before its answer was read.
    if render.state in {RenderState.SUBMITTING, RenderState.UNCONFIRMED}:
        move(
            render=render,
            to=RenderState.WAITING,
            reason="Accepted by the gateway",
            claimed_until=None,
            next_poll_at=later(first_poll_seconds),
            error_said="",
            error_meaning="",
            error_advice="",
        )
        ensure_tracker()


def record_refused(*, attempt: Attempt, said: str, meaning: str, advice: str) -> None:
    """A definite no: there is no job, and the money is free again."""
    _close(attempt, AttemptOutcome.REFUSED, said)
    _end(attempt, RenderState.REFUSED, "Refused by the gateway", said, meaning, advice)


def record_not_sent(*, attempt: Attempt, said: str, meaning: str, advice: str) -> None:
    """No connection was made, so there is no job, and the money is free again."""
    _close(attempt, AttemptOutcome.NOT_SENT, said)
    _end(attempt, RenderState.FAILED, "The gateway could not be reached", said, meaning, advice)


def record_postponed(*, attempt: Attempt, said: str, seconds: float) -> bool:
    """The gateway asked to wait: back into the queue, but not for ever. False when the tries are used up."""
    render = Render.objects.get(pk=attempt.render_id)
    if render.tries >= SUBMIT_TRIES:
        return False
    _close(attempt, AttemptOutcome.REFUSED, said)
    return move(
        render=render,
        to=RenderState.QUEUED,
        reason="The gateway asked to wait; it is sent again later",
        claimed_until=None,
        not_before=later(seconds),
        enqueued_at=None,
    )


def record_unknown(*, attempt: Attempt, said: str, meaning: str, advice: str) -> None:
    """It left us and no answer was read: never sent again by itself, and the money stays reserved."""
    _close(attempt, AttemptOutcome.UNKNOWN, said)
    move(
        render=Render.objects.get(pk=attempt.render_id),
        to=RenderState.UNCONFIRMED,
        reason="Sent, but no answer was read",
        claimed_until=None,
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


def _close(attempt: Attempt, outcome: AttemptOutcome, answer: str) -> None:
    Attempt.objects.filter(pk=attempt.pk, outcome=AttemptOutcome.SENDING).update(
        outcome=outcome, answer=answer, answered_at=now()
    )


def _end(attempt: Attempt, state: RenderState, reason: str, said: str, meaning: str, advice: str) -> None:
    render = Render.objects.get(pk=attempt.render_id)
    with transaction.atomic():
        if move(
            render=render,
            to=state,
            reason=reason,
            claimed_until=None,
            error_said=said,
            error_meaning=meaning,
            error_advice=advice,
        ):
            ledger.release(render=render, note="No job was created at the gateway")
