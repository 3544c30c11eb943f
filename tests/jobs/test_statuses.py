"""What a status means: news or none, which end, and whether the money is free."""

from __future__ import annotations

from decimal import Decimal

import pytest

from studio.choices import RenderState
from studio.jobs.statuses import apply_status, brings_news
from studio.lib.clock import later
from studio.models import Attempt, Project
from studio.providers.answers import NO_VIDEO_CODE, RemoteState, RemoteStatus, Usage
from studio.services import statuses
from tests.factories import make_followed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "progress", "status", "news"),
    [
        ("waiting", None, RemoteStatus(RemoteState.WAITING), False),
        ("running", 10, RemoteStatus(RemoteState.WAITING), False),
        ("waiting", None, RemoteStatus(RemoteState.UNKNOWN_WORD, progress=5), False),
        ("waiting", None, RemoteStatus(RemoteState.RUNNING), True),
        ("running", None, RemoteStatus(RemoteState.RUNNING), False),
        ("running", 10, RemoteStatus(RemoteState.RUNNING, progress=10), False),
        ("running", 10, RemoteStatus(RemoteState.RUNNING, progress=11), True),
        ("running", 10, RemoteStatus(RemoteState.SUCCEEDED), True),
        ("waiting", None, RemoteStatus(RemoteState.FAILED), True),
    ],
)
def test_status_brings_news_or_none(state: str, progress: int | None, status: RemoteStatus, news: bool) -> None:
    assert brings_news(state=state, progress=progress, status=status) is news


@pytest.mark.parametrize(
    ("status", "state", "released"),
    [
        (RemoteStatus(RemoteState.FAILED, error_text="no"), "failed", True),
        (RemoteStatus(RemoteState.FAILED, error_text="no", error_code=NO_VIDEO_CODE), "failed", False),
        (RemoteStatus(RemoteState.CANCELLED), "cancelled", True),
        (RemoteStatus(RemoteState.EXPIRED), "expired", True),
        (RemoteStatus(RemoteState.SUCCEEDED, video_url="https://x/v.mp4"), "fetching", False),
    ],
)
@pytest.mark.parametrize("before", ["waiting", "running"])
def test_status_ends_a_take_from_wherever_it_is(
    project: Project, before: str, status: RemoteStatus, state: str, released: bool
) -> None:
    render = make_followed(project, state=before)

    # Told of an older state: a second reader was quicker by one step.
    apply_status(provider="tokenlab", render_id=render.pk, state="waiting", status=status, next_poll_at=later(1))

    render.refresh_from_db()
    assert (render.state, render.next_poll_at) == (state, None)
    assert render.ledger.filter(kind="released").exists() is released


@pytest.mark.parametrize("state", ["fetching", "ready", "cancelled", "failed"])
def test_status_that_comes_too_late_changes_nothing(project: Project, state: str) -> None:
    render = make_followed(project, state=state, next_poll_at=None)

    for status in (RemoteStatus(RemoteState.SUCCEEDED), RemoteStatus(RemoteState.FAILED)):
        apply_status(provider="tokenlab", render_id=render.pk, state="waiting", status=status, next_poll_at=later(1))
    statuses.record_running(render_id=render.pk, progress=5, next_poll_at=later(1))

    render.refresh_from_db()
    assert (render.state, render.events.count(), render.ledger.count()) == (state, 1, 0)


def test_failure_without_a_reason_puts_no_words_into_the_gateways_mouth(project: Project) -> None:
    render = make_followed(project)

    status = RemoteStatus(RemoteState.FAILED)
    apply_status(provider="tokenlab", render_id=render.pk, state="waiting", status=status, next_poll_at=later(1))

    render.refresh_from_db()
    assert (render.error_said, render.error_meaning) == ("", "The gateway gave no reason. Nothing is charged.")


def test_success_takes_back_what_was_said_of_trouble(project: Project) -> None:
    render = make_followed(project, error_said="401", error_meaning="The gateway does not accept the key any more.")

    statuses.record_succeeded(render_id=render.pk, video_url="https://x/v.mp4", billing_id="b1")

    render.refresh_from_db()
    assert (render.state, render.error_said, render.error_meaning) == (RenderState.FETCHING, "", "")
    assert render.attempts.get().billing_id == "b1"


def test_success_keeps_the_gateways_own_account_for_settling(project: Project) -> None:
    render = make_followed(project)
    usage = Usage(tokens=40594, seconds=Decimal("5.04"))
    status = RemoteStatus(RemoteState.SUCCEEDED, video_url="https://x/v.mp4", usage=usage)

    apply_status(provider="tokenlab", render_id=render.pk, state="waiting", status=status, next_poll_at=later(1))

    render.refresh_from_db()
    assert (render.usage, Usage.from_json(render.usage)) == ({"tokens": 40594, "seconds": "5.04"}, usage)


def test_failure_keeps_the_gateways_code(project: Project) -> None:
    render = make_followed(project)
    status = RemoteStatus(RemoteState.FAILED, error_code="OutputAudioSensitive", error_text="no")

    apply_status(provider="tokenlab", render_id=render.pk, state="waiting", status=status, next_poll_at=later(1))

    render.refresh_from_db()
    assert render.error_code == "OutputAudioSensitive"


@pytest.mark.parametrize(
    ("charged", "usage", "meaning"),
    [
        (
            Decimal(40),
            Usage(),
            "The gateway has taken 40 credits for this, and does not say whether that is given back.",
        ),
        (
            None,
            Usage(charged=Decimal("64.5"), currency="credits"),
            "The gateway has taken 64.5 credits for this, and does not say whether that is given back.",
        ),
        (None, Usage(charged=Decimal(0), currency="credits"), "The gateway does not say whether this is charged."),
        (None, Usage(), "The gateway does not say whether this is charged."),
    ],
)
def test_failed_take_says_what_the_gateway_has_taken_for_it(
    project: Project, charged: Decimal | None, usage: Usage, meaning: str
) -> None:
    render = make_followed(project)
    Attempt.objects.filter(render=render).update(charged=charged, charged_currency="credits" if charged else "")
    status = RemoteStatus(RemoteState.FAILED, error_text="no", usage=usage)

    apply_status(provider="seedance", render_id=render.pk, state="waiting", status=status, next_poll_at=later(1))

    render.refresh_from_db()
    assert (render.state, render.error_meaning, render.is_released) == ("failed", meaning, False)
