"""Sending a render once: what each answer of the gateway leads to, and that nothing is ever sent twice."""

from __future__ import annotations

import pytest

from studio.choices import AttemptOutcome, RenderState
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services import attempts
from tests.jobs.conftest import Ask
from tests.jobs.submitting import UNKNOWN_FAULTS, kinds_of, send_again_by_every_way
from tests.providers.loopback import unused_port

pytestmark = pytest.mark.django_db


def test_submit_sends_once_however_often_it_runs(ask: Ask, sandbox: Sandbox) -> None:
    render = ask()

    submit(render.pk)
    send_again_by_every_way(render)

    render.refresh_from_db()
    assert render.state == RenderState.WAITING
    assert len(sandbox.creates) == 1
    attempt = render.attempts.get()
    assert attempt.outcome == AttemptOutcome.ACCEPTED
    assert attempt.remote_id == sandbox.creates[0]["task_id"]
    assert attempt.poll_url == f"/v1/tasks/{attempt.remote_id}"
    assert render.next_poll_at is not None
    assert kinds_of(render) == ["estimated", "reserved"]


@pytest.mark.parametrize("fault", UNKNOWN_FAULTS)
def test_submit_without_a_readable_answer_is_unconfirmed_and_never_sent_again(
    ask: Ask, sandbox: Sandbox, fault: str
) -> None:
    render = ask(f"A red car [fault:{fault}]")

    submit(render.pk)
    send_again_by_every_way(render)

    render.refresh_from_db()
    assert render.state == RenderState.UNCONFIRMED
    assert len(sandbox.creates) == 1
    assert [attempt.outcome for attempt in render.attempts.all()] == [AttemptOutcome.UNKNOWN]
    assert kinds_of(render) == ["estimated", "reserved", "possibly"]
    assert "may charge" in render.error_advice


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("refuse", RenderState.REFUSED),
        ("insufficient-balance", RenderState.REFUSED),
    ],
)
def test_submit_definitely_refused_ends_and_frees_the_money(
    ask: Ask, sandbox: Sandbox, fault: str, state: RenderState
) -> None:
    render = ask(f"A red car [fault:{fault}]")

    submit(render.pk)
    send_again_by_every_way(render)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (state, [])
    assert kinds_of(render) == ["estimated", "reserved", "released"]
    assert render.attempts.get().outcome == AttemptOutcome.REFUSED


def test_submit_server_error_before_the_task_stays_unconfirmed_since_nobody_can_tell(
    ask: Ask, sandbox: Sandbox
) -> None:
    render = ask("A red car [fault:server-error-before]")

    submit(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.UNCONFIRMED
    assert kinds_of(render) == ["estimated", "reserved", "possibly"]


def test_submit_to_a_closed_port_fails_and_frees_the_money(ask: Ask, key: ProviderKey) -> None:
    ProviderKey.objects.filter(pk=key.pk).update(base_url=f"http://127.0.0.1:{unused_port()}")
    render = ask()

    submit(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.FAILED
    assert kinds_of(render) == ["estimated", "reserved", "released"]
    assert render.attempts.get().outcome == AttemptOutcome.NOT_SENT


def test_submit_told_to_wait_waits_so_long_and_no_hint_is_quicker(ask: Ask, sandbox: Sandbox) -> None:
    render = ask("A red car [fault:rate-limit]")

    submit(render.pk)
    submit(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.QUEUED
    assert render.not_before is not None
    assert render.not_before > now()
    assert (render.tries, len(render.attempts.all()), sandbox.creates) == (1, 1, [])
    assert kinds_of(render) == ["estimated", "reserved"]


def test_submit_told_to_wait_is_sent_when_its_time_has_come(ask: Ask, sandbox: Sandbox) -> None:
    render = ask("A red car [fault:rate-limit-bare]")

    for _ in range(3):
        submit(render.pk)
        Render.objects.filter(pk=render.pk).update(not_before=None)

    render.refresh_from_db()
    assert render.state == RenderState.WAITING
    assert len(sandbox.creates) == 1
    assert sorted(attempt.outcome for attempt in render.attempts.all()) == ["accepted", "refused", "refused"]


def test_submit_told_to_wait_for_ever_is_given_up(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.set_fault("rate-limit")
    render = ask()

    for _ in range(attempts.SUBMIT_TRIES + 2):
        submit(render.pk)
        Render.objects.filter(pk=render.pk).update(not_before=None)

    render.refresh_from_db()
    assert (render.state, render.tries) == (RenderState.REFUSED, attempts.SUBMIT_TRIES)
    assert kinds_of(render) == ["estimated", "reserved", "released"]
