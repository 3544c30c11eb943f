"""A gateway's yes: the name of its task is kept before anything else, and the take follows it however late it came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import DataError, transaction
from django.db.models import F, QuerySet

from studio.choices import AT_GATEWAY, AttemptOutcome, RenderState
from studio.lib.clock import later, now
from studio.lib.english import english
from studio.models import Attempt, Render
from studio.providers.answers import NO_USAGE, Usage
from studio.services import key_limits, ledger
from studio.services.key_waiting import CLEAR
from studio.services.queue import enqueue, ensure_tracker
from studio.services.second_looks import AFRESH
from studio.services.transitions import REOPENED, move, note, reopen

UNANSWERED = (RenderState.SUBMITTING, RenderState.UNCONFIRMED)
LATE = english("The gateway's answer came late: it was created after all")
# What came so late and was not followed by whoever wrote it down is looked for this long.
REMEMBERED = timedelta(days=1)
BATCH = 50


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
    known, taken = _known_name(attempt), _taken(attempt, charge)
    if known != remote_id:
        if known and not _stands_above(known, attempt, remote_id):
            return
        _store_name(attempt, remote_id, poll_url=poll_url, answer=answer, **taken)
    elif taken:
        Attempt.objects.filter(pk=attempt.pk).update(**taken)
    adopt(render_id=attempt.render_id, first_poll_seconds=first_poll_seconds)
    # One that was followed already, or whose name had to be stored without anything beside it.
    if taken:
        Attempt.objects.filter(pk=attempt.pk).update(**taken)
        settle_taken(render=Render.objects.get(pk=attempt.render_id))


def _taken(attempt: Attempt, charge: Usage) -> dict[str, Any]:
    """What the gateway took when it accepted, which it says this once: kept in the same statement as the name."""
    if (amount := ledger.believable(charge.charged)) is None:
        return {}
    return {"charged": amount, "charged_currency": (charge.currency or attempt.render.currency)[:10]}


def settle_taken(*, render: Render) -> None:
    """Pay `render` with what its gateway took when it accepted, where it said so; safe to call twice."""
    charged = render.attempts.filter(outcome=AttemptOutcome.ACCEPTED, charged__isnull=False)
    if (attempt := charged.only("charged", "charged_currency").first()) is not None:
        ledger.settle(render=render, amount=attempt.charged, note=ledger.CHARGED, currency=attempt.charged_currency)


def _known_name(attempt: Attempt) -> str:
    """The task by which it goes already: written down a moment ago, or found by a person."""
    found = Attempt.objects.filter(pk=attempt.pk, outcome=AttemptOutcome.ACCEPTED)
    return found.values_list("remote_id", flat=True).first() or ""


def _stands_above(known: str, attempt: Attempt, remote_id: str) -> bool:
    """The gateway's own word counts more than a person's, until the file of the task that the person named is here."""
    render = Render.objects.get(pk=attempt.render_id)
    is_open = render.state in {*AT_GATEWAY, *REOPENED}
    which = english("that one is followed now") if is_open else english("look at that one in the gateway's own list")
    note(
        render=render,
        reason=english(
            "The gateway's answer came late and names the task %(remote_id)s, not %(known)s: %(which)s",
            remote_id=remote_id,
            known=known,
            which=which,
        ),
    )
    return is_open


def _store_name(attempt: Attempt, remote_id: str, **beside: Any) -> None:
    # Committed by itself: even if nothing after it succeeds, the sweep can follow the task.
    name = {"outcome": AttemptOutcome.ACCEPTED, "remote_id": remote_id, "answered_at": now(), "sent_body": ""}
    mine = Attempt.objects.filter(pk=attempt.pk)
    try:
        with transaction.atomic():
            mine.update(**name, **beside)
    except (DataError, ValueError):
        # Something odd beside the name must not cost the name: it alone is enough to follow the task.
        mine.update(**name)


def adopt(*, render_id: int, first_poll_seconds: float = 0) -> None:
    """Follow a render whose attempt was accepted, also when it was given up on, or a person had called it not created
    or sent it again, before the answer was read."""
    while True:
        render = Render.objects.get(pk=render_id)
        attempt = render.attempts.filter(outcome=AttemptOutcome.ACCEPTED).exclude(remote_id="").first()
        is_late = render.state in REOPENED and attempt is not None and not _was_followed(attempt)
        if attempt is None or not (is_late or render.state in UNANSWERED):
            return
        with transaction.atomic():
            if _follow(render, attempt, first_poll_seconds, is_late=is_late):
                break
    ensure_tracker()


def adopt_late() -> int:
    """For the sweep: follow what was accepted after its render had been given up on, where the worker died between."""
    forgotten = Attempt.objects.filter(outcome=AttemptOutcome.ACCEPTED).exclude(remote_id="").order_by("pk")
    forgotten = forgotten.select_related("render")
    open_still = forgotten.filter(render__state=RenderState.UNCONFIRMED)
    ended = forgotten.filter(
        render__state__in=REOPENED, render__ended_at__gt=now() - REMEMBERED, answered_at__gt=F("render__ended_at")
    )
    found = [attempt for attempt in (*open_still[:BATCH], *ended[:BATCH]) if not _was_followed(attempt)]
    for attempt in found:
        adopt(render_id=attempt.render_id)
    return len(found)


def _was_followed(attempt: Attempt) -> bool:
    """Whether its task has been looked at since: what then ended has ended for good."""
    since = attempt.answered_at or attempt.created_at
    return attempt.render.events.filter(to_state=RenderState.WAITING, created_at__gte=since).exists()


def _follow(render: Render, attempt: Attempt, first_poll_seconds: float, *, is_late: bool) -> bool:
    # Held, as by a person who names a task: of two who name the same one, the second sees the first.
    key_limits.lock(key_id=attempt.key_id)
    other = tasks_of(render.provider, attempt.remote_id).exclude(render=render).select_related("render").first()
    if other is not None:
        return _leave_to(other.render, render, attempt)
    changes = {"next_poll_at": later(first_poll_seconds), **CLEAR}
    if is_late:
        moved = reopen(render=render, reason=LATE, actor=None, **AFRESH | changes)
    else:
        moved = move(render=render, to=RenderState.WAITING, reason=english("Accepted by the gateway"), **changes)
    if moved:
        settle_taken(render=render)
    # Read after the move, which waits for whoever is asking to cancel in this moment.
    if moved and Render.objects.filter(pk=render.pk, cancel_asked_at__isnull=False).exists():
        enqueue("studio.jobs.cancel.cancel", render.pk)
    return moved


def tasks_of(provider: str, remote_id: str) -> QuerySet[Attempt]:
    """The attempts, of whichever key, that go by this task of the gateway."""
    return Attempt.objects.filter(render__provider=provider, remote_id=remote_id)


def _leave_to(other: Render, render: Render, attempt: Attempt) -> bool:
    """One task is one take: the other one has it already, named by a person, and is where it is paid for."""
    said = english(
        "Its task %(remote_id)s is followed by take %(take)s already and paid for there",
        remote_id=attempt.remote_id,
        take=other.pk,
    )
    words = CLEAR | {"error_meaning": english("%(said)s. Nothing more is charged for this one.", said=said)}
    if render.state not in UNANSWERED:
        note(render=render, reason=said)
        ledger.release(render=render, note=said)
    elif not move(render=render, to=RenderState.FAILED, reason=said, free=said, **words):
        return False
    note(
        render=other,
        reason=english(
            "The gateway says that the task %(remote_id)s was made for take %(take)s",
            remote_id=attempt.remote_id,
            take=render.pk,
        ),
    )
    Attempt.objects.filter(pk=attempt.pk).update(remote_id="", answer=said)
    return True
