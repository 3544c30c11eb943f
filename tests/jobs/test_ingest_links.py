"""Downloads that break off, and links that are dead: how long it is tried, and who has the last word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from studio.choices import RenderState
from studio.jobs import ingest as ingest_module
from studio.jobs.ingest import TRIES_AT_LEAST
from studio.lib.clock import later, now
from studio.models import Attempt, Project
from studio.providers import registry
from studio.providers.answers import NO_VIDEO_CODE, RemoteState, RemoteStatus
from tests.jobs.ingesting import film, project, rendered, run_due, run_for, server
from tests.media.file_server import FileServer

__all__ = ["film", "project", "server"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway_says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the gateway answer every read of a task with one status."""

    def says(status: RemoteStatus) -> None:
        adapter = type(registry.get("tokenlab").adapter)
        monkeypatch.setattr(adapter, "status", lambda *_, **__: status)

    return says


def test_ingest_broken_off_for_most_of_a_day_comes_home(project: Project, server: FileServer) -> None:
    server.status = 502
    render = rendered(project, server.url)
    run_for(render, 23)
    server.status = 200

    run_due(render)

    assert render.state == RenderState.READY


def test_ingest_pauses_at_most_ten_minutes(project: Project, server: FileServer) -> None:
    server.status = 502
    render = rendered(project, server.url, tries=100)

    run_due(render)

    assert render.not_before is not None
    assert timedelta(minutes=9) < render.not_before - now() <= timedelta(minutes=10)


def test_ingest_gives_up_after_a_day_of_tries(project: Project, server: FileServer) -> None:
    server.status = 502
    render = rendered(project, server.url)

    run_for(render, 30)

    assert (render.state, render.standing, render.error_said) == (RenderState.EXPIRED, "possibly", "")
    assert "could not be fetched for a whole day" in render.error_meaning


def test_ingest_after_days_of_a_studio_that_was_off_does_not_give_up_at_the_first_hiccup(
    project: Project, server: FileServer
) -> None:
    server.status = 502
    render = rendered(project, server.url, state_at=now() - timedelta(days=3))
    for _ in range(TRIES_AT_LEAST - 1):
        run_due(render)
    server.status = 200

    run_due(render)

    assert render.state == RenderState.READY


def test_ingest_of_a_dead_link_waits_while_the_gateway_cannot_be_asked(project: Project, server: FileServer) -> None:
    server.status = 403
    render = rendered(project, server.url)

    run_for(render, 23)

    assert render.state == RenderState.FETCHING


@pytest.mark.parametrize(
    "status",
    [
        RemoteStatus(RemoteState.RUNNING),
        RemoteStatus(RemoteState.UNKNOWN_WORD),
        RemoteStatus(RemoteState.FAILED, error_code=NO_VIDEO_CODE),
    ],
)
def test_ingest_of_a_dead_link_waits_while_no_other_is_named(
    project: Project, server: FileServer, gateway_says: Any, status: RemoteStatus
) -> None:
    server.status = 403
    gateway_says(status)
    render = rendered(project, server.url)

    run_for(render, 20)

    assert render.state == RenderState.FETCHING


@pytest.mark.parametrize("state", [RemoteState.FAILED, RemoteState.CANCELLED, RemoteState.EXPIRED])
def test_ingest_of_a_dead_link_ends_when_the_gateway_says_so(
    project: Project, server: FileServer, gateway_says: Any, state: RemoteState
) -> None:
    server.status = 403
    gateway_says(RemoteStatus(state, error_text="deleted"))
    render = rendered(project, server.url)

    run_due(render)

    assert (render.state, render.error_said) == (RenderState.EXPIRED, "deleted")


@pytest.mark.parametrize("url", ["https://10.0.0.1/video.mp4", "http://video.example.com/v.mp4", "https://u:p@a.b/c"])
def test_ingest_of_an_address_that_may_not_be_fetched_tries_for_a_fresh_one(
    project: Project, server: FileServer, gateway_says: Any, url: str
) -> None:
    render = rendered(project, url)
    run_due(render)
    waiting = (render.state, render.ledger.count())
    gateway_says(RemoteStatus(RemoteState.SUCCEEDED, video_url=server.url))
    run_due(render)

    run_due(render)

    assert (waiting, render.state) == ((RenderState.FETCHING, 0), RenderState.READY)


def test_ingest_never_fetches_from_this_machine_for_a_gateway_elsewhere(project: Project, server: FileServer) -> None:
    render = rendered(project, server.url)
    Attempt.objects.update(base_url="https://api.example.com")

    run_due(render)

    assert (render.state, server.requests) == (RenderState.FETCHING, [])


def test_ingest_that_breaks_off_says_so_and_waits_longer_each_time(
    project: Project, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise UnicodeError("an odd tag")

    with monkeypatch.context() as patch:
        patch.setattr(ingest_module, "download", broken)
        render = rendered(project, server.url, tries=4)
        run_due(render)
    waiting = (render.state, render.claimed_by, (render.not_before or now()) > later(25))

    run_due(render)

    assert waiting == (RenderState.FETCHING, "", True)
    assert "stumbled over it: UnicodeError" in render.events.order_by("-id")[1].reason
    assert render.state == RenderState.READY
