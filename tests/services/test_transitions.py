"""The one door between two states: which steps there are, and that each is taken once and written down."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import product

import pytest
from django.db import connections

from studio.choices import ENDED, RenderState
from studio.lib.clock import later, now
from studio.models import Render, User
from studio.services.transitions import ALLOWED, move, note, reopen
from tests.factories import make_project, make_render

S = RenderState
STEPS = {
    (S.DRAFT, S.QUEUED),
    (S.QUEUED, S.SUBMITTING),
    (S.QUEUED, S.REFUSED),
    (S.QUEUED, S.FAILED),
    (S.QUEUED, S.CANCELLED),
    (S.SUBMITTING, S.WAITING),
    (S.SUBMITTING, S.QUEUED),
    (S.SUBMITTING, S.REFUSED),
    (S.SUBMITTING, S.FAILED),
    (S.SUBMITTING, S.UNCONFIRMED),
    (S.WAITING, S.RUNNING),
    (S.RUNNING, S.WAITING),
    *product((S.WAITING, S.RUNNING), (S.FETCHING, S.FAILED, S.CANCELLED, S.EXPIRED)),
    (S.FETCHING, S.READY),
    (S.FETCHING, S.FAILED),
    (S.FETCHING, S.EXPIRED),
    (S.UNCONFIRMED, S.WAITING),
    (S.UNCONFIRMED, S.QUEUED),
    (S.UNCONFIRMED, S.REFUSED),
    (S.UNCONFIRMED, S.FAILED),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), [*product(RenderState, RenderState)])
def test_move_takes_exactly_the_steps_that_the_life_of_a_render_has(before: RenderState, after: RenderState) -> None:
    render = make_render(make_project(), state=before)

    if (before, after) not in STEPS:
        with pytest.raises(ValueError, match=f"does not go from {before} to {after}"):
            move(render=render, to=after, reason="Because")
        assert render.events.count() == 1
        return

    assert move(render=render, to=after, reason="Because")
    stored = Render.objects.get(pk=render.pk)
    event = stored.events.last()
    assert event is not None
    assert (stored.state, render.state) == (after, after)
    assert (event.from_state, event.to_state, event.reason) == (before, after, "Because")
    assert (stored.ended_at is not None) == (after in ENDED)


@pytest.mark.django_db
@pytest.mark.parametrize("before", RenderState)
def test_reopen_is_only_of_what_may_have_been_rendered_after_all(before: RenderState, artist: User) -> None:
    render = make_render(make_project(), state=before, ended_at=now())

    if before not in {S.FAILED, S.EXPIRED}:
        with pytest.raises(ValueError, match="not taken up again"):
            reopen(render=render, reason="Because", actor=artist)
        assert render.events.count() == 1
        return

    assert reopen(render=render, reason="Because", actor=artist)
    stored = Render.objects.get(pk=render.pk)
    assert (stored.state, stored.ended_at, stored.events.get(actor=artist).from_state) == (S.WAITING, None, before)


def test_every_state_has_its_row() -> None:
    assert set(ALLOWED) == set(RenderState)


@pytest.mark.django_db
def test_move_ends_the_claim(artist: User) -> None:
    render = make_render(make_project(), claimed_until=later(60), claimed_by="host:1")

    move(render=render, to=S.CANCELLED, reason="No longer wanted", actor=artist)

    render.refresh_from_db()
    assert (render.claimed_until, render.claimed_by, render.events.get(actor=artist).to_state) == (
        None,
        "",
        S.CANCELLED,
    )


@pytest.mark.django_db
def test_move_from_a_state_that_is_past_changes_nothing() -> None:
    render = make_render(make_project())
    stale = Render.objects.get(pk=render.pk)
    move(render=render, to=S.CANCELLED, reason="First")

    moved = move(render=stale, to=S.SUBMITTING, reason="Second", tries=9)

    stored = Render.objects.get(pk=render.pk)
    assert (moved, stale.state, stored.state, stored.tries, stored.events.count()) == (
        False,
        S.QUEUED,
        S.CANCELLED,
        0,
        2,
    )


@pytest.mark.django_db(transaction=True)
def test_move_by_many_at_once_is_won_by_one() -> None:
    render = make_render(make_project())
    start, won = threading.Barrier(8), []

    def race() -> None:
        mine = Render.objects.get(pk=render.pk)
        start.wait()
        won.append(move(render=mine, to=S.SUBMITTING, reason="Mine"))
        connections.close_all()

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sorted(won)[-2:], sum(won), render.events.count()) == ([False, True], 1, 2)


@pytest.mark.django_db
def test_note_writes_history_without_a_step() -> None:
    render = make_render(make_project(), state=S.RUNNING)
    before = now() - timedelta(seconds=1)

    note(render=render, reason="x" * 900)

    event = render.events.last()
    assert event is not None
    assert (event.from_state, event.to_state, len(event.reason), event.created_at > before) == (
        "running",
        "running",
        500,
        True,
    )
