"""Where sending itself breaks: nothing is sent twice, and no paid task is forgotten."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import OperationalError, connections

from studio.choices import RenderState
from studio.jobs import parcels
from studio.jobs import submit as submit_module
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Render
from studio.providers.http import make_client
from studio.sandbox.server import Sandbox
from studio.services import acceptances, renders, unsent
from tests.jobs.conftest import Ask
from tests.jobs.submitting import kinds_of, send_again_by_every_way

pytestmark = pytest.mark.django_db


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
