"""The only door between two states of a render: one conditional update, one event."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from studio.choices import ENDED, RenderState
from studio.lib.clock import now
from studio.models import Render, RenderEvent, User

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


# What a person may have looked at once more; no job ever does, so these are not among the steps above.
REOPENED = frozenset({S.FAILED, S.EXPIRED})


def move(*, render: Render, to: RenderState, reason: str, actor: User | None = None, **changes: Any) -> bool:
    """Take `render` from the state it was read in to `to`, with `changes` to its columns, and write the event.

    False when the render was no longer in that state: somebody else moved it first, and the caller stops.
    Raises ValueError for a step that the life of a render does not have.
    """
    before = RenderState(render.state)
    if to not in ALLOWED[before]:
        raise ValueError(f"A render does not go from {before} to {to}.")
    return _step(render, to, reason, actor, changes)


def reopen(*, render: Render, reason: str, actor: User, **changes: Any) -> bool:
    """Take an ended `render` back to waiting at the gateway, as only a person asks; False and ValueError as above."""
    if render.state not in REOPENED:
        raise ValueError(f"A render that is {render.state} is not taken up again.")
    return _step(render, S.WAITING, reason, actor, changes)


def _step(render: Render, to: RenderState, reason: str, actor: User | None, changes: dict[str, Any]) -> bool:
    before, moment = RenderState(render.state), now()
    # A claim is on the work of one state, so it is over with the state.
    changes = {"claimed_until": None, "claimed_by": ""} | changes
    changes |= {"state": to, "state_at": moment, "ended_at": moment if to in ENDED else None}
    with transaction.atomic():
        if not Render.objects.filter(pk=render.pk, state=before).update(**changes):
            return False
        _write(render, before, to, reason, actor)
    for name, value in changes.items():
        setattr(render, name, value)
    return True


def note(*, render: Render, reason: str, actor: User | None = None) -> None:
    """Write an event that changes no state, so that pages see it and history keeps it."""
    state = RenderState(render.state)
    _write(render, state, state, reason, actor)


def _write(render: Render, before: RenderState, after: RenderState, reason: str, actor: User | None) -> None:
    RenderEvent.objects.create(render=render, from_state=before, to_state=after, reason=reason[:500], actor=actor)
