"""A no that comes late, after a person or the sweep has spoken: what it frees, and what it cannot change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from studio.choices import AttemptOutcome, RenderState, Standing
from studio.models import Attempt, Project, Render, User
from studio.services import attempts, resending, unconfirmed
from tests.factories import make_unconfirmed, money_of
from tests.services.histories import last_word

pytestmark = pytest.mark.django_db


WORDS = {"said": "Busy", "meaning": "It said no.", "advice": "Try later."}


def refuse(attempt: Attempt) -> None:
    attempts.record_refused(attempt=attempt, **WORDS)


def postpone(attempt: Attempt) -> None:
    attempts.record_postponed(attempt=attempt, said="Busy", seconds=1)


def not_sent(attempt: Attempt) -> None:
    attempts.record_not_sent(attempt=attempt, **WORDS)


def bad_key(attempt: Attempt) -> None:
    attempts.record_bad_key(attempt=attempt, said="401", meaning="The key is wrong.")


EVERY_NO = [refuse, postpone, not_sent, bad_key]


@pytest.mark.parametrize("no", EVERY_NO)
def test_late_no_after_it_was_sent_again_frees_its_money(
    project: Project, manager: User, no: Callable[[Attempt], None]
) -> None:
    take = make_unconfirmed(project)
    again = resending.send_again(render=take, actor=manager)

    for _ in range(2):
        no(take.attempts.get())

    take.refresh_from_db()
    again.refresh_from_db()
    assert (take.state, take.standing, again.standing) == (
        RenderState.FAILED,
        Standing.RELEASED,
        Standing.RESERVED,
    )
    assert money_of(take)[-1] == (1, "released")
    assert take.events.filter(reason__startswith="The gateway's answer came late: ").count() == 1
    assert last_word(take).endswith("No job was created at the gateway, so nothing is charged for it")


@pytest.mark.parametrize("no", EVERY_NO)
def test_late_no_after_a_person_found_a_task_is_said_and_the_task_is_followed_on(
    project: Project, manager: User, no: Callable[[Attempt], None]
) -> None:
    take = make_unconfirmed(project)
    unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_found")

    no(take.attempts.get())

    take.refresh_from_db()
    assert (take.state, take.standing, take.attempts.get().remote_id) == (
        RenderState.WAITING,
        Standing.RESERVED,
        "ldtask_found",
    )
    assert last_word(take).endswith("The task followed here was named since")


@pytest.mark.parametrize("no", EVERY_NO)
def test_late_no_after_a_person_said_so_changes_nothing(
    project: Project, manager: User, no: Callable[[Attempt], None]
) -> None:
    take = make_unconfirmed(project)
    unconfirmed.release(render=take, actor=manager)
    said = last_word(take)

    no(take.attempts.get())

    take.refresh_from_db()
    assert (take.state, take.standing, last_word(take)) == (RenderState.FAILED, Standing.RELEASED, said)


def test_proof_counts_more_than_the_word_of_a_person(project: Project, manager: User) -> None:
    take = make_unconfirmed(project)
    unconfirmed.release(render=take, actor=manager)

    unconfirmed.adopt_by_proof(render=take, remote_id="ldtask_proven")

    take.refresh_from_db()
    assert (take.state, take.standing) == (RenderState.WAITING, Standing.RESERVED)
    assert last_word(take) == "The gateway named the task: ldtask_proven"


def test_person_who_finds_the_task_in_the_moment_of_the_answer_does_not_exchange_it(
    project: Project, manager: User
) -> None:
    take = make_unconfirmed(project)
    Attempt.objects.filter(render=take).update(outcome=AttemptOutcome.ACCEPTED, remote_id="ldtask_true")

    with pytest.raises(ValidationError):
        unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_mistaken")

    assert Render.objects.get(pk=take.pk).state == RenderState.UNCONFIRMED
    assert take.attempts.get().remote_id == "ldtask_true"
