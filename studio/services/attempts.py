"""Attempts: the record before the first byte leaves, and what came back. The sending itself is the job's."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import DataError, transaction

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import jittered, later, now
from studio.lib.holders import this_process
from studio.models import Attempt, ProviderKey, Render
from studio.providers.answers import NO_USAGE, Usage
from studio.services import failover, key_limits, key_waiting, keys, ledger
from studio.services.key_waiting import CLEAR
from studio.services.queue import enqueue, ensure_tracker
from studio.services.transitions import move
from studio.services.unsent import cancel_unsent, refuse_unsent

log = logging.getLogger(__name__)

# Longer than the client's time-outs together: whoever holds the claim has answered or is dead by then.
SUBMIT_LEASE_SECONDS = 320
SUBMIT_TRIES = 6
CHOOSE_ANOTHER = "Nothing was sent and nothing is charged. Choose another gateway and render again."
GOES_ON = "Nothing was sent yet. It goes on by itself."


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
            reason="Sending to the gateway",
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
            render=render, meaning=f"The key “{key.label}” was deleted before this was sent.", advice=CHOOSE_ANOTHER
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


def record_accepted(
    *,
    attempt: Attempt,
    remote_id: str,
    poll_url: str,
    answer: str,
    first_poll_seconds: float,
    charge: Usage = NO_USAGE,
) -> None:
    """The gateway has a task: remember its name at once, whatever else has become of the render."""
    # Committed by itself: even if nothing after it succeeds, the sweep can follow the task.
    name = {"outcome": AttemptOutcome.ACCEPTED, "remote_id": remote_id, "answered_at": now(), "sent_body": ""}
    mine = Attempt.objects.filter(pk=attempt.pk)
    try:
        with transaction.atomic():
            mine.update(**name, poll_url=poll_url, answer=answer)
    except (DataError, ValueError):
        # Something odd beside the name must not cost the name: it alone is enough to follow the task.
        mine.update(**name)
    adopt(render_id=attempt.render_id, first_poll_seconds=first_poll_seconds)
    if (amount := ledger.believable(charge.charged)) is not None:
        _record_charge(attempt, amount, charge.currency)


def _record_charge(attempt: Attempt, amount: Decimal, currency: str) -> None:
    with transaction.atomic():
        render = Render.objects.get(pk=attempt.render_id)
        currency = (currency or render.currency)[:10]
        Attempt.objects.filter(pk=attempt.pk).update(charged=amount, charged_currency=currency)
        ledger.settle(render=render, amount=amount, note=ledger.CHARGED, currency=currency)


def adopt(*, render_id: int, first_poll_seconds: float = 0) -> None:
    """Follow a render whose attempt was accepted, also when a sweep gave it up a moment before the answer was read."""
    while (render := Render.objects.get(pk=render_id)).state in {RenderState.SUBMITTING, RenderState.UNCONFIRMED}:
        with transaction.atomic():
            moved = move(
                render=render,
                to=RenderState.WAITING,
                reason="Accepted by the gateway",
                next_poll_at=later(first_poll_seconds),
                **CLEAR,
            )
            # Read after the move, which waits for whoever is asking to cancel in this moment.
            if moved and Render.objects.filter(pk=render_id, cancel_asked_at__isnull=False).exists():
                enqueue("studio.jobs.cancel.cancel", render_id)
        if moved:
            ensure_tracker()
            return


def record_refused(*, attempt: Attempt, said: str, meaning: str, advice: str, code: str = "") -> None:
    """A definite no: there is no job, and the money is free again."""
    with transaction.atomic():
        _close(attempt, AttemptOutcome.REFUSED, said)
        _end(attempt, RenderState.REFUSED, "Refused by the gateway", _words(said, meaning, advice, code))
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
        _end(attempt, RenderState.FAILED, "The gateway could not be reached", _words(said, meaning, advice, code))


def record_postponed(*, attempt: Attempt, said: str, seconds: float) -> bool:
    """The gateway asked to wait: back into the queue, but not for ever. False when the tries are used up."""
    render = Render.objects.get(pk=attempt.render_id)
    is_unsettled = _is_unsettled(render, attempt)
    if is_unsettled and render.tries >= SUBMIT_TRIES:
        return False
    reason = "The gateway asked to wait; it is sent again later"
    with transaction.atomic():
        _close(attempt, AttemptOutcome.REFUSED, said)
        if is_unsettled:
            # What a sweep said of it meanwhile, that it may be charged, is over.
            _back_into_the_queue(render, reason, not_before=later(seconds), enqueued_at=None, **CLEAR)
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
            return
        words = _words(said, key_waiting.reason_of(key=key), key_waiting.NOTHING_SENT, code) if is_of_today else CLEAR
        reason = "The gateway refused the key; nothing was made, and it is sent when the key works again"
        # Not counted as a try: the request itself has not been judged.
        _back_into_the_queue(render, reason, not_before=None, enqueued_at=None, tries=max(render.tries - 1, 0), **words)


def _is_unsettled(render: Render, attempt: Attempt) -> bool:
    """Whether `attempt` is what `render` waits for: an answer that is written down once more, as its first writing was
    not confirmed, says nothing of a sending that has begun since."""
    is_open = render.state in {RenderState.SUBMITTING, RenderState.UNCONFIRMED}
    return is_open and not render.attempts.filter(number__gt=attempt.number).exists()


def _back_into_the_queue(render: Render, reason: str, **changes: Any) -> None:
    moved = move(render=render, to=RenderState.QUEUED, reason=reason, **changes)
    if moved and Render.objects.filter(pk=render.pk, cancel_asked_at__isnull=False).exists():
        cancel_unsent(render=render)


def record_unknown(*, attempt: Attempt, said: str, meaning: str, advice: str, code: str = "") -> None:
    """It left us and no answer was read: never sent again by itself, and the money stays reserved."""
    with transaction.atomic():
        render = Render.objects.get(pk=attempt.render_id)
        if render.state != RenderState.SUBMITTING or not _is_unsettled(render, attempt):
            return
        _close(attempt, AttemptOutcome.UNKNOWN, said)
        move(
            render=render,
            to=RenderState.UNCONFIRMED,
            reason="Sent, but no answer was read",
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
    if _is_unsettled(render, attempt) and move(render=render, to=state, reason=reason, **words):
        ledger.release(render=render, note="No job was created at the gateway")
