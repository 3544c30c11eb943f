"""A take that a person has settled as not created, and that was made after all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from studio.choices import AttemptOutcome, RenderState, Standing
from studio.models import Attempt, Project, Render, User
from studio.services import ledger, unconfirmed
from studio.services.late_proofs import record_created
from tests.factories import make_attempt, make_followed, make_render

pytestmark = pytest.mark.django_db


def given_up(project: Project, actor: User) -> tuple[Render, Attempt]:
    render = make_render(project, state=RenderState.UNCONFIRMED)
    ledger.reserve(render=render)
    attempt = make_attempt(render, outcome=AttemptOutcome.UNKNOWN, claimed_id="req_1")
    unconfirmed.release(render=render, actor=actor)
    return render, attempt


def test_it_is_followed_and_its_money_is_held_again(project: Project, manager: User) -> None:
    render, attempt = given_up(project, manager)

    record_created(attempt=attempt, remote_id="req_1")

    told = Render.objects.get(pk=render.pk)
    assert (told.state, told.standing, told.amount) == (RenderState.WAITING, Standing.RESERVED, Decimal("0.42"))
    assert (told.error_meaning, told.attempts.get().remote_id) == ("", "req_1")


def test_told_twice_it_is_followed_once(project: Project, manager: User) -> None:
    render, attempt = given_up(project, manager)
    record_created(attempt=attempt, remote_id="req_1")

    with pytest.raises(ValidationError):
        record_created(attempt=attempt, remote_id="req_1")

    assert render.events.filter(to_state=RenderState.WAITING).count() == 1


def test_task_of_another_take_neither_revives_nor_releases_it(project: Project, manager: User) -> None:
    render, attempt = given_up(project, manager)
    make_followed(project, render.key, remote_id="req_1")
    entries = render.ledger.count()

    with pytest.raises(ValidationError):
        record_created(attempt=attempt, remote_id="req_1")

    told = Render.objects.get(pk=render.pk)
    assert (told.state, told.ledger.count(), told.attempts.get().remote_id) == (RenderState.FAILED, entries, "")
