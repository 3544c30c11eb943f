"""What the tracker makes of a gateway's answers: everything is followed to its end."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django_q.models import OrmQ

from studio.choices import RenderState
from studio.jobs import track
from studio.jobs.submit import submit
from studio.lib.clock import later, now
from studio.models import Project, Render
from studio.sandbox.server import Sandbox
from tests.factories import make_followed, make_key
from tests.jobs.conftest import Ask
from tests.jobs.tracking.gateway import RUNNING, Answer, answering, state_of

pytestmark = pytest.mark.django_db(transaction=True)


def standings(render: Render) -> list[str]:
    """What the ledger says of the money of `render`, step by step."""
    return list(render.ledger.order_by("pk").values_list("kind", flat=True))


def test_track_follows_a_take_to_its_end(transactional_db: None, ask: Ask, sandbox: Sandbox) -> None:
    renders = [ask(f"Take {number}") for number in range(3)]
    for render in renders:
        submit(render.pk)
    Render.objects.update(next_poll_at=now())

    deadline = time.monotonic() + 20
    while {state_of(render) for render in renders} != {"fetching"} and time.monotonic() < deadline:
        track.track(run_seconds=0.5)

    for render in renders:
        assert render.state == RenderState.FETCHING
        assert render.result_url.startswith(f"{sandbox.base_url}/files/")
        assert render.attempts.get().billing_id != ""
    assert OrmQ.objects.filter(key="media").count() == 3


@pytest.mark.parametrize(
    ("fault", "state"),
    [("error-string", "failed"), ("error-object", "failed"), ("moderation", "failed")],
)
def test_track_ends_what_the_gateway_ends(
    transactional_db: None, ask: Ask, sandbox: Sandbox, fault: str, state: str
) -> None:
    render = ask(f"A red car [fault:{fault}]")
    submit(render.pk)
    Render.objects.update(next_poll_at=now())

    deadline = time.monotonic() + 20
    while state_of(render) != state and time.monotonic() < deadline:
        track.track(run_seconds=0.3)

    released = render.ledger.filter(kind="released").exists()
    assert (render.state, released) == (state, True)
    assert render.error_said != ""


def test_track_waits_minutes_for_the_file_of_a_task_that_is_done(project: Project) -> None:
    with answering(lambda path: (200, {}, b'{"status": "completed"}')) as gateway:
        key = make_key(base_url=gateway.base_url)
        fresh = make_followed(project, key)
        quick = make_followed(project, key, no_file_since=now() - timedelta(hours=1), poll_failures=1)
        late = make_followed(project, key, no_file_since=now() - timedelta(minutes=6), poll_failures=20)
        Render.objects.filter(pk=quick.pk).update(next_poll_at=later(0.25))

        track.track(run_seconds=0.3)

    assert (state_of(fresh), state_of(quick), state_of(late)) == ("waiting", "waiting", "failed")
    assert fresh.error_meaning == "The gateway says that it is done but names no file yet. It is asked again."
    assert (fresh.error_said, late.error_said, standings(late)) == ("", "", ["possibly"])
    assert late.error_meaning == "The gateway calls the take completed but names no file. It is probably charged."


def test_track_fetches_a_file_that_was_named_late(project: Project) -> None:
    with answering(lambda path: (200, {}, b'{"status": "completed"}')) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))
        track.track(run_seconds=0.3)
        gateway.answer = lambda path: (200, {}, b'{"status": "completed", "video_url": "https://a.test/v.mp4"}')
        Render.objects.update(next_poll_at=now())

        track.track(run_seconds=0.3)

    assert (state_of(render), render.error_meaning, render.no_file_since) == ("fetching", "", None)


@pytest.mark.parametrize("answer", [(503, {}, b""), (401, {}, b"{}"), (404, {}, b"{}")])
def test_track_never_gives_up_on_age_when_a_read_fails(project: Project, answer: Answer) -> None:
    with answering(lambda path: answer) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))
        render.attempts.update(created_at=now() - timedelta(days=30))

        track.track(run_seconds=0.3)

    assert state_of(render) == "waiting"


def test_track_keeps_on_while_the_word_is_unknown(project: Project) -> None:
    with answering(lambda path: (200, {}, b'{"status": "reticulating"}')) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))

        track.track(run_seconds=0.5)

    render.refresh_from_db()
    assert render.state == RenderState.WAITING
    assert render.polls == gateway.times(render)
    assert render.polls > 1


def test_track_gives_up_after_days_of_nothing_final(project: Project) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url), state=RenderState.RUNNING)
        render.attempts.update(created_at=now() - timedelta(hours=74))

        track.track(run_seconds=0.3)

    render.refresh_from_db()
    assert (render.state, render.error_advice[:24]) == ("expired", "It may still be charged:")
    assert standings(render) == ["possibly"]


def test_track_tolerates_a_task_that_is_not_known_yet(project: Project) -> None:
    missing: Answer = (404, {}, b"{}")
    answers = iter([missing] * 2)
    with answering(lambda path: next(answers, (200, {}, RUNNING))) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))

        track.track(run_seconds=1)

    render.refresh_from_db()
    assert (render.state, render.poll_failures, render.error_meaning) == ("running", 0, "")
    assert render.events.count() == 2


def test_track_shows_an_unknown_task_and_loses_it_only_after_hours(project: Project) -> None:
    with answering(lambda path: (404, {}, b"{}")) as gateway:
        key = make_key(base_url=gateway.base_url)
        recent = make_followed(project, key, poll_failures=20, unknown_since=now() - timedelta(hours=5))
        away = make_followed(project, key, poll_failures=3, unknown_since=now() - timedelta(hours=70))
        old = make_followed(project, key, poll_failures=30, unknown_since=now() - timedelta(hours=7))

        track.track(run_seconds=0.3)

    recent.refresh_from_db()
    old.refresh_from_db()
    assert (recent.state, recent.error_meaning[:45]) == ("waiting", "The gateway does not know this task at presen")
    assert (old.state, standings(old)) == ("expired", ["possibly"])
    assert state_of(away) == "waiting"


def test_track_never_follows_an_address_elsewhere(project: Project) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as elsewhere, answering(lambda path: (200, {}, RUNNING)) as home:
        render = make_followed(
            project, make_key(base_url=home.base_url), poll_url=f"{elsewhere.base_url}/v1/tasks/stolen"
        )

        track.track(run_seconds=0.3)

    assert (elsewhere.seen, home.times(render) > 0) == ([], True)


def test_track_history_notes_progress_in_steps_of_five(project: Project) -> None:
    percent = iter(range(1, 100))
    with answering(
        lambda path: (200, {}, b'{"status": "processing", "progress": %d}' % min(next(percent), 23))
    ) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url))
        deadline = time.monotonic() + 10
        while Render.objects.get(pk=render.pk).progress != 23 and time.monotonic() < deadline:
            track.track(run_seconds=0.5)

    reasons = list(render.events.values_list("reason", flat=True))
    assert reasons[2:] == ["5 % done", "10 % done", "15 % done", "20 % done"]
