"""Sending a render once: what each answer of the gateway leads to, and that nothing is ever sent twice."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import OperationalError, connections
from pytest_django import Settings

from studio.choices import AttemptOutcome, InputRole, LedgerKind, Operation, RenderState
from studio.jobs import parcels
from studio.jobs import submit as submit_module
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render
from studio.providers.http import make_client
from studio.sandbox.server import Sandbox
from studio.services import acceptances, attempts, recovery, renders, unsent
from studio.services.requests import input_file
from tests.factories import begin, make_asset, make_attempt, make_key
from tests.jobs.conftest import SECRET, Ask
from tests.providers.loopback import unused_port

pytestmark = pytest.mark.django_db

UNKNOWN_FAULTS = ["lost-answer", "cut-body", "bad-json", "server-error-after"]


def kinds_of(render: Render) -> list[str]:
    return [str(kind) for kind in render.ledger.values_list("kind", flat=True)]


def send_again_by_every_way(render: Render) -> None:
    """The same task once more, the minute's sweep, the sweep after the lease, and a task from a fresh worker."""
    submit(render.pk)
    recovery.sweep()
    Render.objects.filter(pk=render.pk).update(claimed_until=now() - timedelta(hours=1), enqueued_at=None)
    recovery.sweep()
    recovery.revive()
    submit(render.pk)


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


def test_submit_checks_the_request_once_more_before_sending(ask: Ask, sandbox: Sandbox) -> None:
    render = ask()
    Render.objects.filter(pk=render.pk).update(spec={**render.spec, "resolution": "4k"})

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates, render.attempts.count()) == (RenderState.REFUSED, [], 0)
    assert "480p and 720p only" in render.error_meaning
    assert kinds_of(render) == ["estimated", "reserved", "released"]


def test_submit_of_a_model_that_is_gone_is_refused(ask: Ask, sandbox: Sandbox) -> None:
    render = ask()
    Render.objects.filter(pk=render.pk).update(spec={**render.spec, "model": "seedance-9"})

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.REFUSED, [])


def test_submit_with_a_key_paused_meanwhile_waits_and_says_so_once(
    ask: Ask, sandbox: Sandbox, key: ProviderKey
) -> None:
    render = ask()
    ProviderKey.objects.filter(pk=key.pk).update(paused_at=now())

    for _ in range(3):
        submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates, kinds_of(render)) == (RenderState.QUEUED, [], ["estimated", "reserved"])
    assert render.error_meaning == f"The key “{key.label}” is paused, so this waits."
    assert render.error_advice == "Nothing was sent and nothing is charged. Cancel it, or ask an admin."
    assert render.events.count() == 2


def test_submit_with_a_key_that_cannot_be_read_is_refused_unsent(
    ask: Ask, sandbox: Sandbox, key: ProviderKey, unreadable: Any
) -> None:
    render = ask()
    unreadable(key)

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates, render.attempts.count()) == (RenderState.REFUSED, [], 0)
    assert "cannot be read" in render.error_meaning


def test_submit_to_an_address_that_is_no_longer_allowed_is_refused_unsent(
    ask: Ask, sandbox: Sandbox, settings: Settings
) -> None:
    render = ask()
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = False

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.REFUSED, [])
    assert kinds_of(render) == ["estimated", "reserved", "released"]


def test_submit_whose_reference_is_gone_from_the_disk_is_refused_unsent(
    ask: Ask, sandbox: Sandbox, studio_project: Project
) -> None:
    asset = make_asset(studio_project)
    render = ask(
        operation=Operation.IMAGE_TO_VIDEO, inputs=(input_file(InputRole.FIRST_FRAME, asset),), aspect_ratio="adaptive"
    )

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.REFUSED, [])
    assert render.error_meaning == "The file of a reference is no longer in the studio."


def test_submit_whose_reference_killed_its_worker_again_and_again_is_refused(
    ask: Ask, sandbox: Sandbox, studio_project: Project
) -> None:
    asset = make_asset(studio_project, preparation_tries=30)
    render = ask(
        operation=Operation.IMAGE_TO_VIDEO, inputs=(input_file(InputRole.FIRST_FRAME, asset),), aspect_ratio="adaptive"
    )

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.REFUSED, [])
    assert "could not be prepared" in render.error_meaning


def test_submit_that_breaks_while_sending_is_unconfirmed(
    ask: Ask, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    monkeypatch.setattr(submit_module, "client", lambda: make_client(httpx.MockTransport(broken)))
    render = ask()

    submit(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.UNCONFIRMED


@pytest.mark.django_db(transaction=True)
def test_submit_holds_the_answer_while_the_database_is_away(
    transactional_db: None, ask: Ask, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([OperationalError("database is locked"), OperationalError("server closed the connection")])
    record = acceptances.record_accepted

    def sometimes(**values: Any) -> None:
        for failure in failures:
            raise failure
        record(**values)

    monkeypatch.setattr(acceptances, "record_accepted", sometimes)
    render = ask()

    submit(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.WAITING
    assert render.attempts.get().remote_id == sandbox.creates[0]["task_id"]


@pytest.mark.django_db(transaction=True)
def test_submit_names_the_paid_task_in_the_log_when_it_cannot_be_stored(
    transactional_db: None,
    ask: Ask,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def never(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(acceptances, "record_accepted", never)
    render = ask()

    with pytest.raises(OperationalError):
        submit(render.pk)

    critical = [record.getMessage() for record in caplog.records if record.levelno == logging.CRITICAL]
    task = sandbox.creates[0]["task_id"]
    assert critical == [f"take {render.pk}: the gateway's task {task} could not be stored"]
    first = next(record.getMessage() for record in caplog.records if record.name == "studio.jobs.submit")
    assert first == (f"the database does not take take {render.pk}, the gateway's task {task} yet: OperationalError")


def test_patience_ends_before_the_queue_ends_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit_module, "PATIENCE", (0, 1000, 0))
    tried = []

    def never() -> None:
        tried.append(1)
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        submit_module._patiently(never, time.monotonic() + 200)

    assert len(tried) == 3


def test_last_write_is_over_before_the_queue_ends_the_job_however_slowly_the_database_says_no(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    until = settings.Q_CLUSTER["timeout"] - submit_module.LAST_WRITE_SECONDS
    # The worst moment for the last write but one to begin.
    clock, longest = [until - 0.1], settings.DATABASES["default"].get("OPTIONS", {}).get("timeout", 45)
    monkeypatch.setattr(submit_module, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=sleep_by(clock)))

    def locked() -> None:
        clock[0] += longest
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        submit_module._patiently(locked, until)

    assert clock[0] <= settings.Q_CLUSTER["timeout"] - 10


def sleep_by(clock: list[float]) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        clock[0] += seconds

    return sleep


@pytest.mark.parametrize("broken", ["deliver", "spec"])
def test_submit_that_breaks_before_the_claim_says_so_backs_off_and_refuses_in_the_end(
    ask: Ask, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def stumble(*_: Any) -> None:
        raise KeyError("gone")

    render = ask()
    if broken == "spec":
        Render.objects.filter(pk=render.pk).update(spec={})
    else:
        monkeypatch.setattr(parcels, "deliver", stumble)
    submit(render.pk)
    render.refresh_from_db()
    first = (render.state, render.tries, render.not_before is not None and render.not_before > now())
    told = list(render.events.values_list("reason", flat=True))[-1]

    for _ in range(unsent.UNSENT_TRIES):
        Render.objects.filter(pk=render.pk).update(not_before=None)
        submit(render.pk)

    render.refresh_from_db()
    meaning = "The studio could not make the request ready (KeyError)."
    assert (first, told) == ((RenderState.QUEUED, 1, True), f"Not sent yet, and tried again shortly: {meaning}")
    assert (render.state, render.error_meaning, sandbox.creates) == (RenderState.REFUSED, meaning, [])
    assert kinds_of(render) == ["estimated", "reserved", "released"]


def test_submit_cancelled_before_the_job_ran_sends_nothing(ask: Ask, sandbox: Sandbox) -> None:
    render = ask()

    said = renders.ask_cancel(render=render, actor=None)
    send_again_by_every_way(render)

    render.refresh_from_db()
    assert said == "Cancelled before it was sent. Nothing is charged."
    assert (render.state, sandbox.creates) == (RenderState.CANCELLED, [])
    assert kinds_of(render) == ["estimated", "reserved", "released"]


@pytest.mark.django_db(transaction=True)
def test_submit_by_many_workers_at_once_sends_once(transactional_db: None, ask: Ask, sandbox: Sandbox) -> None:
    render = ask()
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        try:
            submit(render.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    render.refresh_from_db()
    assert (render.state, len(sandbox.creates), render.attempts.count()) == (RenderState.WAITING, 1, 1)


@pytest.mark.parametrize(
    "fault",
    ["", "refuse", "unauthorized", "rate-limit", "insufficient-balance", *UNKNOWN_FAULTS, "server-error-before"],
)
def test_submit_leaves_the_secret_nowhere(
    ask: Ask, sandbox: Sandbox, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    render = ask(f"A red car, key {SECRET} [fault:{fault}]" if fault else f"A red car, key {SECRET}")
    # What a person typed is theirs; everything else is looked at.
    Render.objects.filter(pk=render.pk).update(estimate_basis="")

    with caplog.at_level(logging.DEBUG):
        submit(render.pk)

    attempt = render.attempts.values().get()
    render.refresh_from_db()
    events = list(render.events.values_list("reason", flat=True))
    told = [render.error_said, render.error_meaning, render.error_advice, *events, repr(attempt), caplog.text]
    assert [text for text in told if SECRET in text] == []


def test_submit_that_echoes_the_key_is_masked(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": {"message": f"bad key {request.headers['authorization']}"}})

    monkeypatch.setattr(submit_module, "client", lambda: make_client(httpx.MockTransport(echo)))
    render = ask()

    submit(render.pk)

    render.refresh_from_db()
    assert "bad key" in render.error_said
    assert SECRET not in f"{render.error_said}{caplog.text}{render.attempts.get().answer}"


def test_submit_records_the_request_without_links(ask: Ask, studio_project: Project) -> None:
    asset = make_asset(studio_project, b"picture", prepared_at=now())
    render = ask(
        operation=Operation.IMAGE_TO_VIDEO, inputs=(input_file(InputRole.FIRST_FRAME, asset),), aspect_ratio="adaptive"
    )

    submit(render.pk)

    assert "/r/[removed]/" in repr(render.attempts.get().request)


def test_late_answer_after_the_sweep_is_still_adopted(ask: Ask) -> None:
    render = ask()
    attempt = begin(render)
    assert attempt is not None
    Render.objects.filter(pk=render.pk).update(claimed_until=now() - timedelta(seconds=1))

    swept = recovery.sweep()["unconfirmed"]
    acceptances.record_accepted(
        attempt=attempt, remote_id="ldtask_1", poll_url="", answer="pending", first_poll_seconds=1
    )

    render.refresh_from_db()
    attempt.refresh_from_db()
    assert (swept, render.state, render.error_meaning) == (1, RenderState.WAITING, "")
    assert (attempt.outcome, attempt.remote_id) == (AttemptOutcome.ACCEPTED, "ldtask_1")


def test_late_refusal_after_the_sweep_is_proof_and_frees_the_money(ask: Ask) -> None:
    render = ask()
    attempt = begin(render)
    assert attempt is not None
    attempts.record_unknown(attempt=attempt, said="", meaning="", advice="")

    attempts.record_refused(attempt=attempt, said="no", meaning="No.", advice="")

    render.refresh_from_db()
    assert (render.state, kinds_of(render)[-1]) == (RenderState.REFUSED, LedgerKind.RELEASED)


def test_attempt_of_a_key_moved_elsewhere_keeps_its_host(ask: Ask, key: ProviderKey, sandbox: Sandbox) -> None:
    render = ask()

    submit(render.pk)
    ProviderKey.objects.filter(pk=key.pk).update(base_url="https://elsewhere.example.com")

    assert render.attempts.get().base_url == sandbox.base_url


def test_other_attempts_do_not_count_for_a_render(ask: Ask, studio_project: Project) -> None:
    first, second = ask(), ask()
    make_attempt(first)

    attempt = begin(second)

    assert attempt is not None
    assert attempt.number == 1
    assert make_key().pk != second.key_id
