"""Trying again: pressed twice, pressed by two, and while the first one wakes up; each create is one that was meant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from studio.choices import RenderState, Standing
from studio.jobs import track
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Render, User
from studio.sandbox.server import Sandbox
from studio.services import acceptances, attempts, recovery, renders, resending, second_looks, unconfirmed
from tests.factories import make_user, money_of
from tests.faults.working import reasons, turn, work_to
from tests.jobs.conftest import Ask

pytestmark = pytest.mark.django_db(transaction=True)

Again = Callable[[Render, User], Render]


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(track, "FLUSH_SECONDS", 0.02)


@pytest.fixture
def boss(transactional_db: None) -> User:
    return make_user(is_studio_admin=True)


@pytest.fixture
def frozen(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> tuple[Render, Callable[[], None]]:
    """A take whose worker fell asleep with the gateway's answer in its hands, and what it does when it wakes up."""
    answers: list[dict[str, Any]] = []
    take = ask("The first one")
    with monkeypatch.context() as asleep:
        asleep.setattr(acceptances, "record_accepted", lambda **answer: answers.append(answer))
        submit(take.pk)
    Render.objects.filter(pk=take.pk).update(claimed_until=now())
    assert recovery.sweep()["unconfirmed"] == 1
    take.refresh_from_db()
    return take, lambda: acceptances.record_accepted(**answers[0])


def called_not_created(take: Render, boss: User) -> Render:
    """A person says so, and tries again."""
    unconfirmed.release(render=take, actor=boss)
    return renders.retry(render=take, asked_by=boss)


def sent_again(take: Render, boss: User) -> Render:
    return resending.send_again(render=take, actor=boss)


def ended(ask: Ask, fault: str = "moderation") -> Render:
    take = ask(f"A red car [fault:{fault}]")
    work_to(RenderState.FAILED, take)
    return take


def test_retry_pressed_twice_is_one_new_take(ask: Ask, sandbox: Sandbox, boss: User) -> None:
    take = ended(ask)

    first, second = (renders.retry(render=take, asked_by=boss) for _ in range(2))
    work_to(RenderState.FAILED, first)

    assert (first.pk, take.standing, first.standing) == (second.pk, Standing.RELEASED, Standing.RELEASED)
    assert len(sandbox.creates) == 2


def test_retry_pressed_by_two_at_once_is_one_new_take(ask: Ask, sandbox: Sandbox, boss: User) -> None:
    take, start, made = ended(ask), threading.Barrier(2), []

    def press() -> None:
        mine = Render.objects.get(pk=take.pk)
        start.wait()
        try:
            made.append(renders.retry(render=mine, asked_by=boss).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(2):
        submit(made[0])

    assert (len(made), len(set(made)), Render.objects.count(), len(sandbox.creates)) == (2, 1, 2, 2)


def test_retry_after_the_retry_has_ended_is_another_take(ask: Ask, sandbox: Sandbox, boss: User) -> None:
    take = ended(ask)
    first = renders.retry(render=take, asked_by=boss)
    work_to(RenderState.FAILED, first)

    second = renders.retry(render=take, asked_by=boss)
    submit(second.pk)

    assert (second.pk != first.pk, len(sandbox.creates)) == (True, 3)


def test_retry_of_what_nobody_knows_about_is_refused(ask: Ask, sandbox: Sandbox, boss: User) -> None:
    take = ask("A red car [fault:lost-answer]")
    submit(take.pk)
    take.refresh_from_db()

    with pytest.raises(ValidationError):
        renders.retry(render=take, asked_by=boss)

    assert (take.state, Render.objects.count(), len(sandbox.creates)) == (RenderState.UNCONFIRMED, 1, 1)


@pytest.mark.parametrize(
    ("again", "ending"),
    [
        (called_not_created, [(1, "released"), (2, "reserved"), (2, "settled")]),
        (sent_again, [(1, "possibly"), (2, "reserved"), (2, "settled")]),
    ],
)
@pytest.mark.parametrize("asleep", ["until the new one was sent", "until the new one was here"])
def test_retry_while_the_old_one_wakes_up_brings_both_and_pays_each_once(
    frozen: tuple[Render, Callable[[], None]],
    sandbox: Sandbox,
    boss: User,
    again: Again,
    ending: list[tuple[int, str]],
    asleep: str,
) -> None:
    take, wake_up = frozen
    new = again(take, boss)
    if asleep == "until the new one was sent":
        turn([new])
    else:
        work_to(RenderState.READY, new)

    wake_up()
    work_to(RenderState.READY, take, new)

    assert "The gateway's answer came late: it was created after all" in reasons(take)
    assert money_of(take)[-3:] == ending
    assert money_of(new) == [(1, "estimated"), (1, "reserved"), (1, "settled")]
    tasks = {each.attempts.get().remote_id for each in (take, new)}
    assert (len(sandbox.creates), tasks) == (2, {create["task_id"] for create in sandbox.creates})


def test_retry_is_not_disturbed_by_an_old_one_that_was_refused_late(
    ask: Ask, sandbox: Sandbox, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[dict[str, Any]] = []
    take = ask("A red car [fault:refuse]")
    with monkeypatch.context() as asleep:
        asleep.setattr(attempts, "record_refused", lambda **answer: answers.append(answer))
        submit(take.pk)
    Render.objects.filter(pk=take.pk).update(claimed_until=now())
    recovery.sweep()
    take.refresh_from_db()
    new = sent_again(take, boss)
    doubtful = Render.objects.get(pk=take.pk).standing

    attempts.record_refused(**answers[0])

    take.refresh_from_db()
    new.refresh_from_db()
    assert (doubtful, take.state, take.standing) == (Standing.POSSIBLY, RenderState.FAILED, Standing.RELEASED)
    assert (new.state, new.standing) == (RenderState.QUEUED, Standing.RESERVED)


def test_look_and_retry_of_the_same_take_are_two_different_things(ask: Ask, sandbox: Sandbox, boss: User) -> None:
    take = ask()
    submit(take.pk)
    Render.objects.filter(pk=take.pk).update(
        state=RenderState.EXPIRED, standing=Standing.POSSIBLY, ended_at=now(), next_poll_at=None
    )
    take.refresh_from_db()

    new = renders.retry(render=take, asked_by=boss)
    second_looks.look_again(render=take, actor=boss)
    work_to(RenderState.READY, take, new)

    assert ({take.standing, new.standing}, len(sandbox.creates)) == ({Standing.SETTLED}, 2)
    assert take.attempts.count() == new.attempts.count() == 1
