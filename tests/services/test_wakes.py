"""Calls of gateways: each only brings the next look forward, whoever makes it and however often."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.choices import ENDED, AttemptOutcome
from studio.lib.clock import later, now
from studio.models import Attempt, Project, Render
from studio.services.wakes import new_token, wake
from tests.factories import make_attempt, make_followed, make_key, make_render, make_request

pytestmark = pytest.mark.django_db

TOKEN = "w" * 43
START = datetime.fromisoformat("2026-11-21T12:00:00+00:00")


def followed(project: Project, **over: Any) -> Render:
    """A take at the gateway that is next looked at in 20 seconds, and can be woken."""
    render = make_followed(project, **{"next_poll_at": later(20), **over})
    render.attempts.update(wake_token=TOKEN)
    return render


def wait_of(render: Render) -> float:
    """In how many seconds it is looked at."""
    render.refresh_from_db()
    assert render.next_poll_at is not None
    return (render.next_poll_at - now()).total_seconds()


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_wake_brings_the_next_look_forward(project: Project, state: str) -> None:
    with time_machine.travel(START, tick=False):
        render, other = followed(project, state=state), make_followed(project, next_poll_at=later(20))

        assert wake(token=TOKEN) is True
        assert (wait_of(render), wait_of(other)) == (0, 20)


def test_wake_twice_changes_nothing_more(project: Project) -> None:
    with time_machine.travel(START, tick=False):
        render = followed(project)
        wake(token=TOKEN)

        assert wake(token=TOKEN) is True
        assert wait_of(render) == 0


def test_flood_of_calls_is_one_look_every_two_seconds(project: Project) -> None:
    with time_machine.travel(START, tick=False) as clock:
        render = followed(project)
        forward = 0
        for _ in range(40):
            forward += wake(token=TOKEN) and wait_of(render) == 0
            Render.objects.update(next_poll_at=later(20))
            clock.shift(timedelta(seconds=0.1))

    assert forward == 2


def test_wake_leaves_alone_what_is_being_looked_at(project: Project) -> None:
    with time_machine.travel(START, tick=False):
        render = followed(project, next_poll_at=later(90), claimed_until=later(90))

        assert wake(token=TOKEN) is True
        assert wait_of(render) == 90


def test_wake_leaves_alone_what_is_looked_at_in_a_moment_anyway(project: Project) -> None:
    with time_machine.travel(START, tick=False):
        render = followed(project, next_poll_at=later(0.5))

        wake(token=TOKEN)

        assert wait_of(render) == 0.5


@pytest.mark.parametrize("state", ["queued", "submitting", "fetching", *ENDED])
def test_wake_too_early_or_too_late_changes_nothing(project: Project, state: str) -> None:
    render = followed(project, state=state, next_poll_at=None)

    assert wake(token=TOKEN) is True

    render.refresh_from_db()
    assert (render.state, render.next_poll_at) == (state, None)


def test_wake_of_an_earlier_attempt_says_nothing_of_the_present_one(project: Project) -> None:
    with time_machine.travel(START, tick=False):
        render = make_render(project, state="waiting", next_poll_at=later(20))
        make_attempt(render, outcome=AttemptOutcome.REFUSED, wake_token=TOKEN)
        make_attempt(render, outcome=AttemptOutcome.ACCEPTED, remote_id="task", wake_token="x" * 43)

        assert wake(token=TOKEN) is True
        assert wait_of(render) == 20


def test_wake_of_an_unconfirmed_take_has_proof_sought_sooner(project: Project) -> None:
    render = make_render(project, state="unconfirmed")
    looked = {"looks": 2, "looked_at": now()}
    attempt = make_attempt(render, outcome=AttemptOutcome.UNKNOWN, wake_token=TOKEN, **looked)

    wake(token=TOKEN)

    attempt.refresh_from_db()
    assert (attempt.looks, attempt.looked_at, attempt.outcome) == (2, None, "unknown")


def unanswered(project: Project, state: str = "unconfirmed", **over: Any) -> Attempt:
    """A take at the Open API whose create was not answered, and that can be called about."""
    key = make_key(provider="seedance")
    request = make_request(provider="seedance", model="seedance-2.0", sound=False)
    values = {"outcome": AttemptOutcome.UNKNOWN, "wake_token": TOKEN, **over}
    return make_attempt(make_render(project, key, request=request, state=state), **values)


def call(remote_id: object = "req_1", **over: Any) -> bytes:
    """What a webhook may bring."""
    return json.dumps({"requestId": remote_id, "status": "succeeded", **over}).encode()


def claim_of(attempt: Attempt) -> str:
    attempt.refresh_from_db()
    return attempt.claimed_id


@pytest.mark.parametrize(
    ("state", "outcome"), [("submitting", "sending"), ("unconfirmed", "unknown"), ("failed", "unknown")]
)
def test_call_about_an_unanswered_take_leaves_its_claim(project: Project, state: str, outcome: str) -> None:
    attempt = unanswered(project, state, outcome=outcome, looks=3)

    assert wake(token=TOKEN, body=call()) is True

    attempt.refresh_from_db()
    assert (attempt.claimed_id, attempt.looked_at, attempt.outcome, attempt.remote_id) == ("req_1", None, outcome, "")


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("waiting", "accepted"), ("ready", "accepted"), ("failed", "refused"), ("queued", "refused")],
)
def test_call_about_an_answered_take_leaves_none(project: Project, state: str, outcome: str) -> None:
    attempt = unanswered(project, state, outcome=outcome)

    wake(token=TOKEN, body=call())

    assert claim_of(attempt) == ""


def test_call_with_our_own_metadata_leaves_its_claim(project: Project) -> None:
    attempt = unanswered(project)

    wake(token=TOKEN, body=call(metadata={"renderId": f"rushes-{attempt.render_id}-1"}))

    assert claim_of(attempt) == "req_1"


BODIES = [
    b"",
    b"{ broken",
    b"[" * 60_000,
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"requestId": ' + b"9" * 5000 + b"}",
    call(metadata={"renderId": "rushes-0-1"}),
    call(""),
    call("../keys"),
    call("x" * 256),
    call(["req_1"]),
    call("sk-live-0123456789abcdef"),
    json.dumps({"data": {"requestId": "req_1"}}).encode(),
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_call_that_names_no_task_of_ours_wakes_and_leaves_nothing(project: Project, body: bytes) -> None:
    attempt = unanswered(project)

    assert (wake(token=TOKEN, body=body), claim_of(attempt)) == (True, "")


def test_claim_gives_way_only_after_it_was_looked_at(project: Project) -> None:
    attempt = unanswered(project)
    kept = []
    for remote_id, looked_at in (("req_1", None), ("req_2", now()), ("req_3", None), ("req_4", None)):
        wake(token=TOKEN, body=call(remote_id))
        kept.append(claim_of(attempt))
        Attempt.objects.filter(pk=attempt.pk).update(looked_at=looked_at)

    assert kept == ["req_1", "req_1", "req_3", "req_3"]


def test_claim_that_is_repeated_is_not_looked_at_sooner(project: Project) -> None:
    attempt = unanswered(project, claimed_id="req_1", looked_at=START, woken_at=START)

    wake(token=TOKEN, body=call())

    attempt.refresh_from_db()
    assert attempt.looked_at == START


def test_call_of_a_gateway_that_is_no_longer_known_only_wakes(project: Project) -> None:
    attempt = unanswered(project)
    Render.objects.update(provider="gone")

    assert (wake(token=TOKEN, body=call()), claim_of(attempt)) == (True, "")


def test_gateway_with_proofs_of_its_own_leaves_no_claim(project: Project) -> None:
    attempt = make_attempt(make_render(project, state="unconfirmed"), outcome="unknown", wake_token=TOKEN)

    wake(token=TOKEN, body=json.dumps({"id": "cgt-1", "requestId": "req_1"}).encode())

    assert claim_of(attempt) == ""


def test_claim_of_a_wrong_token_costs_as_much_as_that_of_a_right_one(project: Project) -> None:
    unanswered(project)

    with CaptureQueriesContext(connection) as right:
        wake(token=TOKEN, body=call())
    with CaptureQueriesContext(connection) as wrong:
        wake(token="v" * 43, body=call())

    assert (len(right), len(wrong)) == (5, 5)


@pytest.mark.parametrize(
    "token", ["", "-", "short", "v" * 43, "w" * 42, "w" * 44, "W" * 43, "w" * 42 + "\x00", "\u0175" * 43]
)
def test_forged_token_wakes_nothing(project: Project, token: str) -> None:
    with time_machine.travel(START, tick=False):
        render = followed(project)
        make_attempt(render, number=9)

        assert wake(token=token) is False
        assert wait_of(render) == 20
    assert Attempt.objects.filter(woken_at__isnull=False).count() == 0


def test_wrong_token_costs_as_much_as_a_right_one(project: Project) -> None:
    followed(project)

    with CaptureQueriesContext(connection) as right:
        wake(token=TOKEN)
    with CaptureQueriesContext(connection) as wrong:
        wake(token="v" * 43)

    assert len(right) == len(wrong)


def test_new_token_fits_its_column_and_is_never_the_same() -> None:
    tokens = {new_token() for _ in range(50)}

    assert (len(tokens), {len(token) for token in tokens}) == (50, {43})
