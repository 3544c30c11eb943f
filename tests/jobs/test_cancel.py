"""Cancelling: the wish reaches the gateway whenever it is spoken, and only the task's own status decides."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

import pytest
from django_q.models import OrmQ

from studio.choices import AttemptOutcome, RenderState
from studio.jobs import track
from studio.jobs.cancel import cancel
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services import acceptances, attempts, recovery
from studio.services.renders import ask_cancel
from tests.factories import begin, make_followed, make_key, make_project
from tests.jobs.conftest import SECRET, Ask
from tests.providers.loopback import unused_port

pytestmark = pytest.mark.django_db


def words_of(render: Render) -> list[str]:
    return list(render.events.values_list("reason", flat=True))[3:]


def waits_for_cancel(render: Render) -> bool:
    return any(row.func() == "studio.jobs.cancel.cancel" for row in OrmQ.objects.filter(key="studio"))


def test_cancel_while_it_waits_at_the_gateway_cancels_it(ask: Ask, sandbox: Sandbox) -> None:
    render = ask("A red car [fault:slow]")
    submit(render.pk)
    ask_cancel(render=Render.objects.get(pk=render.pk), actor=None)

    cancel(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates[0]["status"]) == (RenderState.CANCELLED, "cancelled")
    assert words_of(render)[0] == "Cancel was asked for"
    assert words_of(render)[1].startswith("The gateway cancelled it.")
    assert [entry.kind for entry in render.ledger.all()] == ["estimated", "reserved", "released"]


def test_cancel_asked_while_sending_reaches_the_gateway_afterwards(ask: Ask, sandbox: Sandbox) -> None:
    render = ask()
    attempt = begin(Render.objects.get(pk=render.pk))
    assert attempt is not None
    ask_cancel(render=Render.objects.get(pk=render.pk), actor=None)
    cancel(render.pk)
    OrmQ.objects.all().delete()

    acceptances.record_accepted(attempt=attempt, remote_id="ldtask_1", poll_url="", answer="", first_poll_seconds=1)

    render.refresh_from_db()
    assert (render.state, render.cancel_answered_at, waits_for_cancel(render)) == (RenderState.WAITING, None, True)


def test_cancel_asked_while_sending_ends_what_the_gateway_put_off(ask: Ask) -> None:
    render = ask()
    attempt = begin(Render.objects.get(pk=render.pk))
    assert attempt is not None
    ask_cancel(render=Render.objects.get(pk=render.pk), actor=None)

    attempts.record_postponed(attempt=attempt, said="busy", seconds=5)

    render.refresh_from_db()
    assert (render.state, attempt.render_id) == (RenderState.CANCELLED, render.pk)
    assert [entry.kind for entry in render.ledger.all()] == ["estimated", "reserved", "released"]


@pytest.mark.django_db(transaction=True)
def test_cancel_that_comes_too_late_lets_the_take_arrive(transactional_db: None, ask: Ask, sandbox: Sandbox) -> None:
    render = ask("A red car [fault:cancel-race]")
    submit(render.pk)
    ask_cancel(render=Render.objects.get(pk=render.pk), actor=None)

    cancel(render.pk)

    deadline = time.monotonic() + 20
    while Render.objects.get(pk=render.pk).state != RenderState.FETCHING and time.monotonic() < deadline:
        Render.objects.filter(state__in=["waiting", "running"]).update(next_poll_at=now())
        track.track(run_seconds=0.3)
    render.refresh_from_db()
    assert render.state == RenderState.FETCHING
    assert words_of(render)[1].startswith("Too late to cancel: the gateway had already started.")
    assert [entry.kind for entry in render.ledger.all()] == ["estimated", "reserved"]


def test_cancel_that_the_gateway_cannot_do_says_so(ask: Ask, sandbox: Sandbox) -> None:
    render = ask(model="seedance-2.0-mini")
    submit(render.pk)
    ask_cancel(render=Render.objects.get(pk=render.pk), actor=None)

    cancel(render.pk)
    cancel(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.WAITING
    assert words_of(render)[1].startswith("The gateway cannot cancel this; it goes on.")
    assert (len(words_of(render)), render.cancel_answered_at is not None) == (2, True)


def test_cancel_without_an_answer_is_asked_again_and_noted_once(db: None, caplog: pytest.LogCaptureFixture) -> None:
    project, secret = make_project(), SECRET
    key = make_key(base_url=f"http://127.0.0.1:{unused_port()}", secret=secret)
    render = make_followed(project, key, cancel_asked_at=now())

    for _ in range(3):
        Render.objects.update(enqueued_at=now() - timedelta(minutes=1))
        assert recovery.sweep()["cancels"] == 1
        assert recovery.sweep()["cancels"] == 0
        cancel(render.pk)

    render.refresh_from_db()
    assert (render.state, render.cancel_answered_at) == (RenderState.WAITING, None)
    assert render.events.count() == 2
    assert secret not in caplog.text + render.events.last().reason  # type: ignore[union-attr]


def test_cancel_with_a_refused_key_says_so(ask: Ask, sandbox: Sandbox) -> None:
    render = ask("A red car [fault:slow]")
    submit(render.pk)
    sandbox.set_fault("unauthorized")
    ask_cancel(render=Render.objects.get(pk=render.pk), actor=None)

    cancel(render.pk)

    render.refresh_from_db()
    assert (render.state, render.cancel_answered_at) == (RenderState.WAITING, None)
    assert words_of(render)[1].startswith("Cancel could not be asked for yet:")


def test_cancel_with_an_unreadable_key_does_not_break(db: None, unreadable: object) -> None:
    render = make_followed(make_project(), cancel_asked_at=now())
    unreadable(render.key)  # type: ignore[operator]

    cancel(render.pk)

    assert render.events.last().reason.startswith("Cancel could not be asked for yet:")  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["queued", "submitting", "fetching", "ready", "cancelled", "unconfirmed"])
def test_cancel_job_sends_nothing_for_what_is_not_at_the_gateway(
    ask: Ask, sandbox: Sandbox, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    render = ask()
    submit(render.pk)
    Render.objects.filter(pk=render.pk).update(state=state)

    with caplog.at_level(logging.WARNING):
        cancel(render.pk)

    assert (render.events.count(), sandbox.creates[0]["status"] == "cancelled", caplog.text) == (3, False, "")


def test_late_acceptance_of_an_unconfirmed_take_carries_the_wish(ask: Ask, key: ProviderKey) -> None:
    render = ask()
    attempt = begin(Render.objects.get(pk=render.pk))
    assert attempt is not None
    ask_cancel(render=Render.objects.get(pk=render.pk), actor=None)
    attempts.record_unknown(attempt=attempt, said="", meaning="", advice="")
    OrmQ.objects.all().delete()

    acceptances.record_accepted(attempt=attempt, remote_id="ldtask_1", poll_url="", answer="", first_poll_seconds=1)

    attempt.refresh_from_db()
    assert (attempt.outcome, waits_for_cancel(render)) == (AttemptOutcome.ACCEPTED, True)
