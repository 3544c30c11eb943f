"""The only door between two states of a render: one conditional update, one event, and its money with it.

No end and no doubt leaves money merely held: whoever does not say that it is free has it called possibly charged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from studio.choices import ENDED, LIVE, RenderState
from studio.lib.clock import now
from studio.models import Render, RenderEvent, User
from studio.services import happenings, ledger

S = RenderState

ALLOWED: dict[RenderState, frozenset[RenderState]] = {
    S.DRAFT: frozenset({S.QUEUED}),
    S.QUEUED: frozenset({S.SUBMITTING, S.REFUSED, S.FAILED, S.CANCELLED}),
    S.SUBMITTING: frozenset({S.WAITING, S.QUEUED, S.REFUSED, S.FAILED, S.UNCONFIRMED}),
    S.WAITING: frozenset({S.RUNNING, S.FETCHING, S.FAILED, S.CANCELLED, S.EXPIRED}),
    S.RUNNING: frozenset({S.WAITING, S.FETCHING, S.FAILED, S.CANCELLED, S.EXPIRED}),
    S.FETCHING: frozenset({S.READY, S.FAILED, S.EXPIRED}),
    # Only proof or a person leads out of here.
    S.UNCONFIRMED: frozenset({S.WAITING, S.QUEUED, S.REFUSED, S.FAILED}),
    S.READY: frozenset(),
    S.REFUSED: frozenset(),
    S.FAILED: frozenset(),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset(),
}


# What may be taken up again, when a person asks for a look or the gateway's own word comes late; not among the steps
# above, as nothing else ever does.
REOPENED = frozenset({S.FAILED, S.EXPIRED})
# Where nobody has the file, it is either known that nothing is charged, or it may be.
WITHOUT_FILE = frozenset({S.UNCONFIRMED, *ENDED}) - {S.READY}


def move(
    *, render: Render, to: RenderState, reason: str, actor: User | None = None, free: str = "", **changes: Any
) -> bool:
    """Take `render` from the state it was read in to `to`, with `changes` to its columns, and write the event.

    `free` is how it is known that an end costs nothing; without it the money is called possibly charged from then on.
    What is ready is settled by the caller, in the same transaction. False when the render was no longer in that state:
    somebody else moved it first, and the caller stops. Raises ValueError for a step that
    the life of a render does not have.
    """
    before = RenderState(render.state)
    if to not in ALLOWED[before]:
        raise ValueError(f"A render does not go from {before} to {to}.")
    return _step(render, to, reason, actor, changes, free)


def reopen(*, render: Render, reason: str, actor: User | None, **changes: Any) -> bool:
    """Take an ended `render` back to waiting at the gateway, as a person asks or the gateway's late word wants it; its
    money is held again unless it is paid. False and ValueError as above."""
    if render.state not in REOPENED:
        raise ValueError(f"A render that is {render.state} is not taken up again.")
    # What moves again is seen again: nothing is paid for out of sight. And a file that comes is kept like any other.
    present = {"deleted_at": None, "deleted_by": None, "cleared_at": None}
    return _step(render, S.WAITING, reason, actor, changes | present)


def _step(
    render: Render, to: RenderState, reason: str, actor: User | None, changes: dict[str, Any], free: str = ""
) -> bool:
    before, moment = RenderState(render.state), now()
    # A claim is on the work of one state, so it is over with the state.
    changes = {"claimed_until": None, "claimed_by": ""} | changes
    changes |= {"state": to, "state_at": moment, "ended_at": moment if to in ENDED else None}
    with transaction.atomic():
        if not Render.objects.filter(pk=render.pk, state=before).update(**changes):
            return False
        _write(render, before, to, reason, actor)
        _carry_money(render, before, to, free or reason, is_free=bool(free))
        for name, value in changes.items():
            setattr(render, name, value)
        happenings.take_moved(render=render)
    return True


def _carry_money(render: Render, before: RenderState, to: RenderState, note: str, *, is_free: bool) -> None:
    if to in WITHOUT_FILE and is_free:
        ledger.release(render=render, note=note)
    elif to in WITHOUT_FILE:
        ledger.mark_possibly(render=render, note=note)
    elif to in LIVE and before not in LIVE:
        ledger.hold_again(render=render, note=note)


def note(*, render: Render, reason: str, actor: User | None = None) -> None:
    """Write an event that changes no state, so that pages see it and history keeps it."""
    state = RenderState(render.state)
    _write(render, state, state, reason, actor)


def note_all(*, takes: Iterable[Render], reason: str, actor: User | None = None) -> None:
    """The same event for each of many takes, in the order of their numbers."""
    by_number = sorted(takes, key=lambda take: take.pk)
    RenderEvent.objects.bulk_create(
        [
            RenderEvent(render=take, from_state=take.state, to_state=take.state, reason=reason[:500], actor=actor)
            for take in by_number
        ],
        batch_size=500,
    )


def _write(render: Render, before: RenderState, after: RenderState, reason: str, actor: User | None) -> None:
    RenderEvent.objects.create(render=render, from_state=before, to_state=after, reason=reason[:500], actor=actor)
