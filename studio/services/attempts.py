"""Attempts: the record before the first byte leaves, and every answer but a yes. The sending itself is the job's."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import jittered, later, now
from studio.lib.english import english
from studio.lib.holders import this_process
from studio.models import Attempt, ProviderKey, Render
from studio.services import failover, key_limits, key_waiting, keys, ledger
from studio.services.key_waiting import CLEAR
from studio.services.queue import enqueue
from studio.services.transitions import REOPENED, move, note
from studio.services.unsent import cancel_unsent, refuse_unsent

log = logging.getLogger(__name__)

# Longer than the client's time-outs together: whoever holds the claim has answered or is dead by then.
SUBMIT_LEASE_SECONDS = 320
SUBMIT_TRIES = 6
CHOOSE_ANOTHER = english("Nothing was sent and nothing is charged. Choose another gateway and render again.")
NO_JOB = english("No job was created at the gateway")
GOES_ON = english("Nothing was sent yet. It goes on by itself.")


@dataclass(frozen=True)
class Packed:
    """What was decided for one sending before the claim; the claim holds only while all of it is still so."""

    key_version: int
    number: int
    request_record: dict[str, Any]
    idempotency_key: str = ""
    wake_token: str = ""
    # The exact bytes, where the gateway documents their replay as proof.
    sent_body: str = field(default="", repr=False)


def begin_attempt(*, render: Render, packed: Packed) -> Attempt | None:
    """Claim a queued render and write its attempt, committed before anything is sent.

    None if another has it, or if its key has changed, rests or is full meanwhile: then it waits, and is asked again.
    """
    with transaction.atomic():
        # Held until the attempt is written, so that two workers never take the same place.
        key = key_limits.lock(key_id=render.key_id)
        if must_wait(render=render, key=key):
            return None
        if key.version != packed.key_version or render.attempts.count() + 1 != packed.number:
            _pack_again(render)
            return None
        claimed = move(
            render=render,
            to=RenderState.SUBMITTING,
            reason=english("Sending to the gateway"),
            claimed_until=later(SUBMIT_LEASE_SECONDS),
            claimed_by=this_process(),
            not_before=None,
            tries=render.tries + 1,
            **CLEAR,
        )
        if not claimed:
            return None
        return Attempt.objects.create(
            render=render,
            number=packed.number,
            key=key,
            base_url=key.base_url,
            route=key.route,
            request=packed.request_record,
            idempotency_key=packed.idempotency_key,
            wake_token=packed.wake_token,
            sent_body=packed.sent_body,
        )


def must_wait(*, render: Render, key: ProviderKey) -> bool:
    """Whether nothing can be sent with `key` now; if so, the waiting render is told why, and asked again later."""
    if key.deleted_at is not None:
        refuse_unsent(
            render=render,
            meaning=english("The key “%(key)s” was deleted before this was sent.", key=key.label),
            advice=CHOOSE_ANOTHER,
        )
        return True
    if reason := key_waiting.reason_of(key=key):
        key_waiting.wait(render=render, meaning=reason, advice=key_waiting.NOTHING_SENT, seconds=0)
        return True
    room = key_limits.room(key=key)
    if not room.is_free:
        key_waiting.wait(render=render, meaning=room.reason, advice=GOES_ON, seconds=jittered(room.seconds))
        return True
    return False


def _pack_again(render: Render) -> None:
    """Its key was replaced while it was made ready, so it is made ready once more."""
    if Render.objects.filter(pk=render.pk, state=RenderState.QUEUED).update(enqueued_at=now()):
        enqueue("studio.jobs.submit.submit", render.pk)


def record_refused(*, attempt: Attempt, said: str, meaning: str, advice: str, code: str = "") -> None:
    """A definite no: there is no job, and the money is free again."""
    with transaction.atomic():
        _close(attempt, AttemptOutcome.REFUSED, said)
        _end(attempt, RenderState.REFUSED, english("Refused by the gateway"), _words(said, meaning, advice, code))
        _try_next_gateway(attempt)


def _try_next_gateway(attempt: Attempt) -> None:
    """Whatever goes wrong with the next one, the refusal of this one is certain and stays written."""
    try:
        with transaction.atomic():
            failover.try_next(render=attempt.render)
    except Exception:
        log.exception("take %s: the next gateway could not be tried", attempt.render_id)


def record_not_sent(*, attempt: Attempt, said: str, meaning: str, advice: str, code: str = "") -> None:
    """No connection was made, so there is no job, and the money is free again."""
    with transaction.atomic():
        _close(attempt, AttemptOutcome.NOT_SENT, said)
        _end(
            attempt,
            RenderState.FAILED,
            english("The gateway could not be reached"),
            _words(said, meaning, advice, code),
        )


def record_postponed(*, attempt: Attempt, said: str, seconds: float) -> bool:
    """The gateway asked to wait: back into the queue, but not for ever. False when the tries are used up."""
    render = Render.objects.get(pk=attempt.render_id)
    is_unsettled = _is_unsettled(render, attempt)
    if is_unsettled and render.tries >= SUBMIT_TRIES:
        return False
    reason = english("The gateway asked to wait; it is sent again later")
    with transaction.atomic():
        _close(attempt, AttemptOutcome.REFUSED, said)
        if is_unsettled:
            # What a sweep said of it meanwhile, that it may be charged, is over.
            _back_into_the_queue(render, reason, not_before=later(seconds), enqueued_at=None, **CLEAR)
        else:
            _take_late_no(attempt, english("it asked to wait"))
    return True


def record_bad_key(*, attempt: Attempt, said: str, meaning: str, code: str = "") -> None:
    """The gateway refused the key itself: nothing was made, the key rests, and the render waits for an admin."""
    with transaction.atomic():
        key = key_limits.lock(key_id=attempt.key_id)
        _close(attempt, AttemptOutcome.REFUSED, said)
        attempt.refresh_from_db(fields=["retired"])
        # A secret that was replaced while this was on its way says nothing of the one there is.
        is_of_today = attempt.retired_id is None
        if is_of_today:
            keys.pause_refused(key=key, said=said, meaning=meaning)
            key = key_limits.lock(key_id=attempt.key_id)
        render = Render.objects.get(pk=attempt.render_id)
        if not _is_unsettled(render, attempt):
            _take_late_no(attempt, english("it refused the key"))
            return
        words = _words(said, key_waiting.reason_of(key=key), key_waiting.NOTHING_SENT, code) if is_of_today else CLEAR
        reason = english("The gateway refused the key; nothing was made, and it is sent when the key works again")
        # Not counted as a try: the request itself has not been judged.
        _back_into_the_queue(render, reason, not_before=None, enqueued_at=None, tries=max(render.tries - 1, 0), **words)


def _is_unsettled(render: Render, attempt: Attempt) -> bool:
    """Whether `attempt` is what `render` waits for: an answer that is written down once more, as its first writing was
    not confirmed, says nothing of a sending that has begun since."""
    is_open = render.state in {RenderState.SUBMITTING, RenderState.UNCONFIRMED}
    return is_open and not render.attempts.filter(number__gt=attempt.number).exists()


def _back_into_the_queue(render: Render, reason: str, **changes: Any) -> None:
    moved = move(render=render, to=RenderState.QUEUED, reason=reason, **changes)
    if not moved:
        # A sweep may have called it unconfirmed since it was read; that nothing was made is certain all the same.
        render.refresh_from_db(fields=["state"])
        is_doubted = render.state == RenderState.UNCONFIRMED
        moved = is_doubted and move(render=render, to=RenderState.QUEUED, reason=reason, **changes)
    if moved and Render.objects.filter(pk=render.pk, cancel_asked_at__isnull=False).exists():
        cancel_unsent(render=render)


def record_unknown(*, attempt: Attempt, said: str, meaning: str, advice: str, code: str = "") -> None:
    """It left us and no answer was read: never sent again by itself, and possibly charged from now on."""
    with transaction.atomic():
        render = Render.objects.get(pk=attempt.render_id)
        if render.state != RenderState.SUBMITTING or not _is_unsettled(render, attempt):
            return
        _close(attempt, AttemptOutcome.UNKNOWN, said)
        move(
            render=render,
            to=RenderState.UNCONFIRMED,
            reason=english("Sent, but no answer was read"),
            **_words(said, meaning, advice, code),
        )


def _close(attempt: Attempt, outcome: AttemptOutcome, answer: str) -> None:
    settled = {} if outcome == AttemptOutcome.UNKNOWN else {"sent_body": ""}
    Attempt.objects.filter(pk=attempt.pk, outcome__in=[AttemptOutcome.SENDING, AttemptOutcome.UNKNOWN]).update(
        outcome=outcome, answer=answer, answered_at=now(), **settled
    )


def _words(said: str, meaning: str, advice: str, code: str) -> dict[str, Any]:
    return {"error_code": code[:100], "error_said": said, "error_meaning": meaning, "error_advice": advice}


def _end(attempt: Attempt, state: RenderState, reason: str, words: dict[str, Any]) -> None:
    render = Render.objects.get(pk=attempt.render_id)
    # A late no is proof as well: what a sweep had to call unconfirmed is certain now.
    if not _is_unsettled(render, attempt) or not move(render=render, to=state, reason=reason, free=NO_JOB, **words):
        _take_late_no(attempt, reason[:1].lower() + reason[1:])


def _take_late_no(attempt: Attempt, said: str) -> None:
    """A definite no to a request of which a person has spoken meanwhile: the gateway's word on the money counts, and a
    task that the person has named is followed on, as it is there, whoever made it."""
    render, outcome = Render.objects.get(pk=attempt.render_id), Attempt.objects.get(pk=attempt.pk).outcome
    if outcome == AttemptOutcome.ACCEPTED:
        note(
            render=render,
            reason=english(
                "The gateway's answer came late: %(said)s. The task followed here was named since", said=said
            ),
        )
    elif render.state in REOPENED and ledger.release(
        render=render, note=english("The gateway's answer came late. %(no_job)s", no_job=NO_JOB)
    ):
        note(
            render=render,
            reason=english(
                "The gateway's answer came late: %(said)s. %(no_job)s, so nothing is charged for it",
                said=said,
                no_job=NO_JOB,
            ),
        )
