"""The two ways in which a person settles a render that was sent and never answered."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from studio.choices import AttemptOutcome, LedgerKind, RenderState
from studio.models import Attempt, Project, Render, User
from studio.services import ledger, unconfirmed
from tests.factories import make_attempt, make_render


@pytest.fixture
def take(project: Project) -> Render:
    render = make_render(project, state=RenderState.UNCONFIRMED)
    ledger.reserve(render=render)
    make_attempt(render, outcome=AttemptOutcome.UNKNOWN, remote_id="")
    return render


def test_release_ends_the_take_and_frees_the_money(take: Render, manager: User) -> None:
    unconfirmed.release(render=take, actor=manager)

    take.refresh_from_db()
    assert take.state == RenderState.FAILED
    assert list(take.ledger.values_list("kind", flat=True))[-1] == LedgerKind.RELEASED
    assert take.events.order_by("id").values_list("actor", flat=True).last() == manager.pk


def test_adopt_follows_the_task_that_was_found(take: Render, manager: User) -> None:
    unconfirmed.adopt(render=take, actor=manager, remote_id=" ldtask_0123 ")

    take.refresh_from_db()
    attempt = take.attempts.get()
    assert take.state == RenderState.WAITING
    assert take.next_poll_at is not None
    assert (attempt.outcome, attempt.remote_id) == (AttemptOutcome.ACCEPTED, "ldtask_0123")
    assert not take.ledger.filter(kind=LedgerKind.RELEASED).exists()


@pytest.mark.parametrize("remote_id", ["", "../../keys", "a b", "x" * 300])
def test_adopt_refuses_what_is_no_task_id(take: Render, manager: User, remote_id: str) -> None:
    with pytest.raises(ValidationError):
        unconfirmed.adopt(render=take, actor=manager, remote_id=remote_id)

    take.refresh_from_db()
    assert take.state == RenderState.UNCONFIRMED


def test_adopt_refuses_the_task_of_another_take(take: Render, manager: User) -> None:
    other = make_render(take.project, key=take.key)
    make_attempt(other, remote_id="ldtask_taken")

    with pytest.raises(ValidationError):
        unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_taken")

    assert Attempt.objects.filter(remote_id="ldtask_taken").count() == 1


@pytest.mark.parametrize("state", [RenderState.WAITING, RenderState.READY, RenderState.FAILED])
def test_only_an_unconfirmed_take_is_settled(project: Project, manager: User, state: RenderState) -> None:
    render = make_render(project, state=state)

    with pytest.raises(ValidationError):
        unconfirmed.release(render=render, actor=manager)
    with pytest.raises(ValidationError):
        unconfirmed.adopt(render=render, actor=manager, remote_id="ldtask_0123")

    render.refresh_from_db()
    assert render.state == state
