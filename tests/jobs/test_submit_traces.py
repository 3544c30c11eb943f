"""What a sending leaves behind: its request without secrets, and a place for an answer that comes late."""

from __future__ import annotations

import logging
from datetime import timedelta

import httpx
import pytest

from studio.choices import AttemptOutcome, InputRole, LedgerKind, Operation, RenderState
from studio.jobs import submit as submit_module
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render
from studio.providers.http import make_client
from studio.sandbox.server import Sandbox
from studio.services import acceptances, attempts, recovery
from studio.services.requests import input_file
from tests.factories import begin, make_asset, make_attempt, make_key
from tests.jobs.conftest import SECRET, Ask
from tests.jobs.submitting import UNKNOWN_FAULTS, kinds_of

pytestmark = pytest.mark.django_db


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
