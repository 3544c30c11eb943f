"""A film that is here, and what can still go wrong: pictures, dead workers, a task that cannot succeed."""

from __future__ import annotations

import socket
import subprocess
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from studio.choices import RenderState
from studio.jobs import ingest as ingest_module
from studio.jobs.gateways import client, connection_of_attempt
from studio.jobs.ingest import ingest
from studio.jobs.posters import picture_take
from studio.jobs.statuses import apply_status
from studio.jobs.submit import submit
from studio.lib.clock import later, now
from studio.media.posters import make_poster
from studio.models import Output, Project, Render
from studio.providers import registry
from studio.sandbox.server import Sandbox
from studio.services import outputs, recovery
from studio.services.outputs import Pictures
from tests.jobs.conftest import Ask
from tests.jobs.ingesting import film, project, rendered, run_due, run_for, server
from tests.media.file_server import FileServer

__all__ = ["film", "project", "server"]
pytestmark = pytest.mark.django_db


def test_ingest_without_pictures_is_ready_and_gets_them_later(
    project: Project, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the decoder gave up")

    poster_maker = "studio.jobs.posters.make_poster"
    monkeypatch.setattr(poster_maker, broken)
    render = rendered(project, server.url)
    ingest(render.pk)
    bare = Render.objects.get(pk=render.pk).state
    Output.objects.update(created_at=now() - timedelta(minutes=2))
    asked = [recovery.sweep()["pictures"], recovery.sweep()["pictures"]]
    monkeypatch.setattr(poster_maker, make_poster)

    picture_take(render.pk)

    output = Output.objects.get(render=render)
    assert (bare, asked, output.poster != "", output.filmstrip_frames > 0) == (RenderState.READY, [1, 1], True, True)
    assert recovery.sweep()["pictures"] == 0


def test_ingest_whose_pictures_killed_the_worker_twice_skips_them(
    project: Project, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def make(*_: Any) -> Pictures:
        made.append(1)
        return Pictures()

    monkeypatch.setattr(ingest_module, "make_pictures", make)
    render = rendered(project, server.url, tries=2)

    ingest(render.pk)

    assert (Render.objects.get(pk=render.pk).state, made) == (RenderState.READY, [])


def test_ingest_interrupted_by_a_dead_worker_of_this_host_is_taken_up_at_once(
    project: Project, server: FileServer
) -> None:
    render = rendered(project, server.url)
    outputs.claim_fetch(render_id=render.pk)
    Render.objects.filter(pk=render.pk).update(claimed_by=dead_holder())

    found = recovery.sweep()

    assert (found["freed"], found["fetches"]) == (1, 1)
    ingest(render.pk)
    assert Render.objects.get(pk=render.pk).state == RenderState.READY


def dead_holder() -> str:
    process = subprocess.Popen(["true"])
    process.wait()
    return f"{socket.gethostname()}:{process.pid}"


@pytest.mark.parametrize("fault", ["", "cut-download", "link-expires-once", "url-nested", "url-list", "url-data"])
def test_ingest_from_the_sandbox(ask: Ask, sandbox: Sandbox, fault: str) -> None:
    render = ask(f"A red car [fault:{fault}]" if fault else "A red car")
    submit(render.pk)
    fetching(render, sandbox)

    for _ in range(3):
        run_due(render)

    assert render.state == RenderState.READY
    assert (render.output.seconds, render.output.frame_count, render.output.video_codec) == (Decimal(4), 96, "h264")
    assert len(sandbox.creates) == 1


@pytest.mark.parametrize(
    ("fault", "state"), [("not-a-video", RenderState.FAILED), ("expired-link", RenderState.EXPIRED)]
)
def test_ingest_that_cannot_succeed_ends_without_another_create(
    ask: Ask, sandbox: Sandbox, fault: str, state: RenderState
) -> None:
    render = ask(f"A red car [fault:{fault}]")
    submit(render.pk)
    fetching(render, sandbox)

    run_for(render, 30)

    assert (render.state, len(sandbox.creates)) == (state, 1)
    assert "probably charged" in render.error_meaning
    assert [entry.kind for entry in render.ledger.all()] == ["estimated", "reserved", "possibly"]


def fetching(render: Render, sandbox: Sandbox) -> None:
    """Wait for the sandbox, and let one read of the status move the take on."""
    attempt = render.attempts.get()
    adapter = registry.get("tokenlab").adapter
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        status = adapter.status(client(), connection_of_attempt(attempt), attempt.remote_id, attempt.poll_url)
        if status.has_ended:
            break
        time.sleep(0.05)
    apply_status(provider="tokenlab", render_id=render.pk, state="waiting", status=status, next_poll_at=later(1))
    render.refresh_from_db()
    assert (render.state, Path(render.result_url).suffix[:4]) == (RenderState.FETCHING, ".mp4")
