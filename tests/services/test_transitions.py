"""The one door between two states: which steps there are, and that each is taken once and written down."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import connections

from studio.choices import ENDED, RenderState, Standing
from studio.lib.clock import later, now
from studio.models import Render, User
from studio.services import ledger
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


# Where the money stands after a step, for whoever says that the end is free and for whoever says nothing.
HELD_FOR = (S.SUBMITTING, S.QUEUED, S.WAITING, S.RUNNING, S.FETCHING)
ENDS = [(before, after) for before, after in sorted(STEPS) if after not in {*HELD_FOR, S.READY}]


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), ENDS)
@pytest.mark.parametrize(("free", "standing"), [("Nothing was sent", Standing.RELEASED), ("", Standing.POSSIBLY)])
def test_no_end_and_no_doubt_leaves_money_merely_held(
    before: RenderState, after: RenderState, free: str, standing: Standing
) -> None:
    render = asked_for(before)

    move(render=render, to=after, reason="Because", free=free)

    stored = Render.objects.get(pk=render.pk)
    last = stored.ledger.order_by("-pk")[0]
    assert (stored.standing, render.standing, last.kind, last.round) == (standing, standing, standing, 1)
    assert last.note == (free or ("Because" if before != S.UNCONFIRMED else DOUBT))


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), [step for step in sorted(STEPS) if step[1] in HELD_FOR])
def test_money_is_held_as_long_as_the_take_moves(before: RenderState, after: RenderState) -> None:
    render = asked_for(before)

    move(render=render, to=after, reason="Because")

    stored = Render.objects.get(pk=render.pk)
    rounds = 2 if before == S.UNCONFIRMED else 1
    assert (stored.standing, stored.ledger.filter(kind="reserved").count()) == (Standing.RESERVED, rounds)


@pytest.mark.django_db
@pytest.mark.parametrize("to", [S.FAILED, S.CANCELLED, S.EXPIRED])
@pytest.mark.parametrize(("free", "standing"), [("Given back", Standing.RELEASED), ("", Standing.SETTLED)])
def test_what_the_gateway_took_when_it_accepted_stays_paid_unless_it_gives_it_back(
    to: RenderState, free: str, standing: Standing
) -> None:
    render = asked_for(S.RUNNING)
    ledger.settle(render=render, amount=Decimal(40), note=ledger.CHARGED, currency="credits")

    move(render=render, to=to, reason="Because", free=free)

    assert Render.objects.get(pk=render.pk).standing == standing


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after", "entries"),
    [
        (Standing.POSSIBLY, Standing.RESERVED, 1),
        (Standing.RELEASED, Standing.RESERVED, 1),
        (Standing.SETTLED, Standing.SETTLED, 0),
    ],
)
def test_reopen_holds_the_money_again_unless_it_is_paid(
    artist: User, before: Standing, after: Standing, entries: int
) -> None:
    render = make_render(make_project(), state=S.FAILED, standing=before)

    reopen(render=render, reason="Because", actor=artist)

    stored = Render.objects.get(pk=render.pk)
    assert (stored.standing, stored.ledger.filter(kind="reserved").count()) == (after, entries)


DOUBT = "Sent, but no answer was read"


def asked_for(state: RenderState) -> Render:
    """A take in this state whose money was held when it was asked for, and is doubtful where the take is."""
    render = make_render(make_project(), state=state)
    ledger.reserve(render=render)
    if state == S.UNCONFIRMED:
        Render.objects.filter(pk=render.pk).update(standing=Standing.RESERVED)
        ledger.mark_possibly(render=Render.objects.get(pk=render.pk), note=DOUBT)
    return render


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
