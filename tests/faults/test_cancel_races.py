"""Cancel against everything that may happen in the same moment: one end, the money that belongs to it, one create."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from studio.choices import RenderState, Standing
from studio.jobs import track
from studio.jobs.cancel import cancel
from studio.jobs.submit import submit
from studio.models import Render
from studio.sandbox.server import Sandbox
from studio.services import recovery, unconfirmed
from studio.services.renders import ask_cancel
from tests.factories import make_user, money_of
from tests.faults.working import reasons, turn, work_to
from tests.jobs.conftest import Ask

pytestmark = pytest.mark.django_db(transaction=True)

HELD = [(1, "estimated"), (1, "reserved")]


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(track, "FLUSH_SECONDS", 0.02)


def fresh(take: Render) -> Render:
    return Render.objects.get(pk=take.pk)


def test_cancel_then_finish_is_ready_and_paid(transactional_db: None, ask: Ask, sandbox: Sandbox) -> None:
    take = ask("A red car [fault:cancel-race]")
    submit(take.pk)
    ask_cancel(render=fresh(take), actor=None)
    cancel(take.pk)

    work_to(RenderState.READY, take)
    cancel(take.pk)

    assert (take.standing, len(sandbox.creates)) == (Standing.SETTLED, 1)
    assert money_of(take) == [*HELD, (1, "settled")]
    assert "Too late to cancel: the gateway had already started." in " ".join(reasons(take))


def test_cancel_that_the_gateway_grants_is_cancelled_and_free(
    transactional_db: None, ask: Ask, sandbox: Sandbox
) -> None:
    take = ask("A red car [fault:slow]")
    submit(take.pk)
    ask_cancel(render=fresh(take), actor=None)

    for _ in range(2):
        cancel(take.pk)
    turn([take])

    assert (take.state, take.standing) == (RenderState.CANCELLED, Standing.RELEASED)
    assert money_of(take) == [*HELD, (1, "released")]
    assert [create["status"] for create in sandbox.creates] == ["cancelled"]


def test_cancel_of_something_never_sent_is_free_and_stays_unsent(
    transactional_db: None, ask: Ask, sandbox: Sandbox
) -> None:
    take = ask()

    said = ask_cancel(render=take, actor=None)
    submit(take.pk)
    recovery.sweep()
    submit(take.pk)

    take.refresh_from_db()
    assert said == "Cancelled before it was sent. Nothing is charged."
    assert (take.state, take.standing, sandbox.creates) == (RenderState.CANCELLED, Standing.RELEASED, [])
    assert money_of(take) == [*HELD, (1, "released")]


@pytest.mark.parametrize("number", range(4))
def test_cancel_and_send_in_the_same_moment_have_one_winner(
    transactional_db: None, ask: Ask, sandbox: Sandbox, number: int
) -> None:
    take = ask(f"Race {number} [fault:slow]")
    start = threading.Barrier(2)

    def run(act: object) -> None:
        mine = fresh(take)
        start.wait()
        try:
            submit(take.pk) if act == "send" else ask_cancel(render=mine, actor=None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in ("send", "cancel")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    take.refresh_from_db()
    if take.state == RenderState.CANCELLED:
        assert (take.standing, sandbox.creates) == (Standing.RELEASED, [])
        return
    cancel(take.pk)
    take.refresh_from_db()
    assert (take.state, take.standing) == (RenderState.CANCELLED, Standing.RELEASED)
    assert [create["status"] for create in sandbox.creates] == ["cancelled"]


def test_cancel_asked_twice_is_one_wish(transactional_db: None, ask: Ask, sandbox: Sandbox) -> None:
    take = ask("A red car [fault:slow]")
    submit(take.pk)

    said = {ask_cancel(render=fresh(take), actor=None) for _ in range(3)}

    assert len(said) == 1
    assert reasons(take).count("Cancel was asked for") == 1


@pytest.mark.parametrize("state", [RenderState.FETCHING, RenderState.READY])
def test_cancel_after_the_film_was_made_is_refused_and_the_film_kept(
    transactional_db: None, ask: Ask, sandbox: Sandbox, state: RenderState
) -> None:
    take = ask()
    work_to(state, take)

    with pytest.raises(ValidationError, match="nothing was cancelled"):
        ask_cancel(render=fresh(take), actor=None)

    work_to(RenderState.READY, take)
    assert (take.standing, len(sandbox.creates)) == (Standing.SETTLED, 1)


def test_cancel_asked_while_the_answer_was_lost_reaches_the_task_once_it_is_found(
    transactional_db: None, ask: Ask, sandbox: Sandbox
) -> None:
    take = ask("A red car [fault:lost-answer]")
    submit(take.pk)
    with pytest.raises(ValidationError, match="already unconfirmed"):
        ask_cancel(render=fresh(take), actor=None)
    # Asked for in the moments before nobody knew.
    Render.objects.filter(pk=take.pk).update(cancel_asked_at=take.created_at, enqueued_at=None)

    unconfirmed.adopt(render=fresh(take), actor=make_user(), remote_id=sandbox.creates[0]["task_id"])
    asked = recovery.sweep()["cancels"]
    cancel(take.pk)

    take.refresh_from_db()
    assert (asked, take.cancel_answered_at is None, len(sandbox.creates)) == (1, False, 1)
    assert money_of(take)[:4] == [*HELD, (1, "possibly"), (2, "reserved")]
