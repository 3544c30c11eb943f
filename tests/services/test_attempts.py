"""The record of a submission: written before anything is sent, closed by what came back, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from studio.choices import AttemptOutcome, RenderState, Standing
from studio.lib.clock import later, now
from studio.lib.holders import this_process
from studio.models import Attempt, Project, Render
from studio.providers.answers import Usage
from studio.services import acceptances, attempts, ledger
from tests.factories import begin, make_attempt, make_render

pytestmark = pytest.mark.django_db
WORDS = {"said": "no", "meaning": "No.", "advice": "Try later."}
Close = Callable[..., Any]


def begun(project: Project) -> tuple[Render, Attempt]:
    render = make_render(project)
    attempt = begin(render)
    assert attempt is not None
    return render, attempt


def test_begin_claims_and_writes_before_anything_is_sent(project: Project) -> None:
    render, attempt = begun(project)

    stored = Render.objects.get(pk=render.pk)
    assert (stored.state, stored.tries, stored.claimed_by) == (RenderState.SUBMITTING, 1, this_process())
    assert stored.claimed_until is not None
    assert later(300) < stored.claimed_until < later(330)
    assert (attempt.number, attempt.outcome, attempt.base_url) == (1, AttemptOutcome.SENDING, render.key.base_url)


def test_begin_again_is_nobodys(project: Project) -> None:
    render = make_render(project)
    stale = Render.objects.get(pk=render.pk)
    begin(render)

    assert begin(stale) is None
    assert render.attempts.count() == 1


@pytest.mark.parametrize(
    ("close", "state", "outcome"),
    [
        (attempts.record_refused, RenderState.REFUSED, AttemptOutcome.REFUSED),
        (attempts.record_not_sent, RenderState.FAILED, AttemptOutcome.NOT_SENT),
        (attempts.record_unknown, RenderState.UNCONFIRMED, AttemptOutcome.UNKNOWN),
    ],
)
def test_close_is_whole_or_not_at_all(
    project: Project, close: Close, state: RenderState, outcome: AttemptOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    render, attempt = begun(project)

    def crash(**_: Any) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(attempts, "move", crash)
        with pytest.raises(ZeroDivisionError):
            close(attempt=attempt, **WORDS)
    attempt.refresh_from_db()
    assert attempt.outcome == AttemptOutcome.SENDING

    close(attempt=attempt, **WORDS)

    attempt.refresh_from_db()
    render.refresh_from_db()
    assert (render.state, attempt.outcome, render.error_meaning, render.claimed_by) == (state, outcome, "No.", "")


def test_accepted_keeps_the_name_even_when_nothing_else_can_be_written(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, attempt = begun(project)

    def crash(**_: Any) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(acceptances, "move", crash)
    with pytest.raises(ZeroDivisionError):
        acceptances.record_accepted(attempt=attempt, remote_id="ldtask_7", poll_url="", answer="", first_poll_seconds=1)

    attempt.refresh_from_db()
    assert (attempt.outcome, attempt.remote_id) == (AttemptOutcome.ACCEPTED, "ldtask_7")


@pytest.mark.parametrize("state", ["cancelled", "refused", "ready", "running", "fetching"])
def test_accepted_does_not_move_what_has_moved_on(project: Project, state: str) -> None:
    render = make_render(project, state=state)
    attempt = make_attempt(render)

    acceptances.record_accepted(attempt=attempt, remote_id="ldtask_7", poll_url="", answer="", first_poll_seconds=1)

    attempt.refresh_from_db()
    render.refresh_from_db()
    assert (render.state, attempt.remote_id) == (state, "ldtask_7")


def test_unknown_does_not_take_back_an_answer(project: Project) -> None:
    render, attempt = begun(project)
    acceptances.record_accepted(attempt=attempt, remote_id="ldtask_7", poll_url="", answer="", first_poll_seconds=1)

    attempts.record_unknown(attempt=attempt, **WORDS)

    attempt.refresh_from_db()
    render.refresh_from_db()
    assert (render.state, attempt.outcome, attempt.remote_id) == ("waiting", AttemptOutcome.ACCEPTED, "ldtask_7")


def test_postponed_waits_until_its_tries_are_used_up(project: Project) -> None:
    render, attempt = begun(project)

    first = attempts.record_postponed(attempt=attempt, said="busy", seconds=30)
    render.refresh_from_db()
    waiting = (render.state, render.not_before is not None and render.not_before > now())
    Render.objects.update(tries=attempts.SUBMIT_TRIES, state=RenderState.SUBMITTING)
    last = attempts.record_postponed(attempt=attempt, said="busy", seconds=30)

    assert (first, waiting, last) == (True, (RenderState.QUEUED, True), False)


@pytest.mark.parametrize("odd", [{"poll_url": "/v1/" + "a" * 600}, {"poll_url": "/\ud800"}, {"answer": "\x00"}])
def test_accepted_with_something_odd_keeps_the_name_of_the_task(project: Project, odd: dict[str, str]) -> None:
    render, attempt = begun(project)
    values: dict[str, Any] = {"poll_url": "", "answer": "pending"} | odd

    acceptances.record_accepted(attempt=attempt, remote_id="ldtask_1", first_poll_seconds=1, **values)

    attempt.refresh_from_db()
    render.refresh_from_db()
    assert (render.state, attempt.outcome, attempt.remote_id) == ("waiting", AttemptOutcome.ACCEPTED, "ldtask_1")


@pytest.mark.parametrize("close", [attempts.record_refused, attempts.record_not_sent, attempts.record_unknown])
def test_answer_written_once_more_does_not_touch_the_sending_after_it(project: Project, close: Close) -> None:
    render, first = sent_twice(project)

    close(attempt=first, **WORDS)

    assert_still_being_sent(render)


@pytest.mark.parametrize("tries", [2, attempts.SUBMIT_TRIES])
def test_postponing_written_once_more_does_not_send_a_third_time(project: Project, tries: int) -> None:
    render, first = sent_twice(project)
    Render.objects.update(tries=tries)

    assert attempts.record_postponed(attempt=first, said="busy", seconds=1)

    assert_still_being_sent(render)


def test_bad_key_written_once_more_does_not_send_a_third_time(project: Project) -> None:
    render, first = sent_twice(project)

    attempts.record_bad_key(attempt=first, said="no", meaning="No.")

    assert_still_being_sent(render)


def sent_twice(project: Project) -> tuple[Render, Attempt]:
    """A take that was postponed and is on its way again, before it was known that the first was written down."""
    render, first = begun(project)
    ledger.reserve(render=render)
    attempts.record_postponed(attempt=first, said="busy", seconds=0)
    render.refresh_from_db()
    assert begin(render) is not None
    return render, first


def assert_still_being_sent(render: Render) -> None:
    render.refresh_from_db()
    assert (render.state, render.is_released) == (RenderState.SUBMITTING, False)
    outcomes = list(render.attempts.order_by("number").values_list("outcome", flat=True))
    assert outcomes == [AttemptOutcome.REFUSED, AttemptOutcome.SENDING]


@pytest.mark.parametrize("state", ["failed", "waiting"])
def test_late_postponing_of_what_a_person_settled_changes_nothing(project: Project, state: str) -> None:
    render = make_render(project, state=state)

    assert attempts.record_postponed(attempt=make_attempt(render), said="busy", seconds=1)

    render.refresh_from_db()
    assert render.state == state


def test_late_postponing_takes_back_that_it_may_be_charged(project: Project) -> None:
    render, attempt = begun(project)
    attempts.record_unknown(attempt=attempt, said="", meaning="It may be charged.", advice="Look.")

    attempts.record_postponed(attempt=attempt, said="busy", seconds=1)

    render.refresh_from_db()
    assert (render.state, render.error_meaning, render.error_advice) == (RenderState.QUEUED, "", "")


def test_charge_that_no_column_holds_is_no_charge(project: Project) -> None:
    render, attempt = begun(project)
    charge = Usage(charged=Decimal(10) ** 11, currency="credits")

    acceptances.record_accepted(
        attempt=attempt, remote_id="req_7", poll_url="", answer="", first_poll_seconds=1, charge=charge
    )

    render.refresh_from_db()
    assert (render.state, render.price) == (RenderState.WAITING, None)


def test_asked_to_wait_in_the_moment_in_which_a_sweep_gives_it_up_it_is_sent_later_all_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    render, attempt = begun(project)
    ledger.reserve(render=render)
    close = attempts._close

    def too_late(*args: Any) -> None:
        monkeypatch.setattr(attempts, "_close", close)
        attempts.record_unknown(attempt=attempt, **WORDS)
        close(*args)

    monkeypatch.setattr(attempts, "_close", too_late)
    assert attempts.record_postponed(attempt=attempt, said="busy", seconds=1)

    render.refresh_from_db()
    assert (render.state, render.standing) == (RenderState.QUEUED, Standing.RESERVED)
    assert render.attempts.get().outcome == AttemptOutcome.REFUSED
