"""What comes instead of a film, or into a disk in trouble: what is kept, what is given up, and when."""

from __future__ import annotations

import errno
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
import time_machine

from studio.choices import RenderState
from studio.jobs import ingest as ingest_module
from studio.jobs.ingest import ingest
from studio.lib.clock import now
from studio.media import storage
from studio.media.info import MediaInfo
from studio.media.probe import verify_playable
from studio.models import Project
from tests.jobs.ingesting import files_of, film, project, rendered, run_due, run_for, server
from tests.media.file_server import FileServer
from tests.media_factories import make_video

__all__ = ["film", "project", "server"]
pytestmark = pytest.mark.django_db


def test_ingest_of_a_page_instead_of_a_video_is_given_up_after_hours_and_truthfully(
    project: Project, server: FileServer
) -> None:
    server.content, server.content_type = b"<!doctype html><p>Sign in", "text/html"
    render = rendered(project, server.url)
    run_for(render, 5)
    after_hours = render.state

    run_for(render, 8)

    assert (after_hours, render.state) == (RenderState.FETCHING, RenderState.FAILED)
    assert (render.error_said, render.error_meaning) == (
        "",
        "The link leads to a page or a message, not to a video. What the gateway delivered is not a playable video. "
        "The gateway has rendered it, so it is probably charged.",
    )
    assert (files_of(render), render.standing) == (["rejected-incoming.mp4"], "possibly")


def test_ingest_of_a_video_under_a_wrong_content_type_is_ready(project: Project, server: FileServer) -> None:
    server.content_type = "application/json"
    render = rendered(project, server.url)

    ingest(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.READY


# Every codec in every container that may hold it: WebM knows no HEVC.
@pytest.mark.parametrize(
    ("codec", "ending"),
    [
        (codec, ending)
        for codec in ("libvpx-vp9", "libx265", "libsvtav1")
        for ending in ("mp4", "webm", "mkv")
        if (codec, ending) != ("libx265", "webm")
    ],
)
def test_ingest_keeps_any_video_that_plays(
    project: Project, server: FileServer, tmp_path: Path, codec: str, ending: str
) -> None:
    server.content = make_video(tmp_path / f"film.{ending}", seconds=0.5, codec=codec).read_bytes()
    render = rendered(project, server.url)

    ingest(render.pk)

    render.refresh_from_db()
    assert (render.state, render.output.width, render.output.filmstrip_frames) == (RenderState.READY, 160, 10)
    assert Path(render.output.file).suffix == (".mp4" if ending == "mp4" else ".webm")


def test_ingest_keeps_what_it_rejects_until_a_good_file_is_here(
    project: Project, server: FileServer, film: bytes
) -> None:
    server.content = film[: len(film) // 2]
    render = rendered(project, server.url)
    run_due(render)
    rejected = files_of(render)
    server.content, server.etag = film, '"v2"'

    run_due(render)

    assert (rejected, render.state) == (["rejected-incoming.mp4"], RenderState.READY)
    assert files_of(render) == ["filmstrip.webp", "poster-480.webp", "poster.webp", "take.mp4"]


def test_ingest_never_deletes_a_file_that_is_in_its_place(project: Project, server: FileServer, film: bytes) -> None:
    server.status = 403
    render = rendered(project, server.url)
    path = storage.absolute(storage.render_name(render.pk, f"take-{render.submission.hex}-1.mp4"))
    path.parent.mkdir(parents=True)
    path.write_bytes(film[: len(film) // 2])

    run_for(render, 30)

    assert (render.state, files_of(render)) == (RenderState.EXPIRED, ["rejected-take.mp4"])


def test_ingest_that_takes_minutes_to_look_at_a_good_file_is_not_taken_for_a_deadly_one(
    project: Project, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = rendered(project, server.url)
    looks = []

    def slow(file: Path) -> MediaInfo:
        looks.append(file)
        clock.shift(timedelta(seconds=80))
        # Meanwhile the sweep has asked the other workers for it.
        ingest(render.pk)
        return verify_playable(file)

    monkeypatch.setattr(ingest_module, "verify_playable", slow)
    with time_machine.travel(now(), tick=True) as clock:
        ingest(render.pk)

    render.refresh_from_db()
    assert (render.state, len(looks)) == (RenderState.READY, 1)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOMEM, errno.EAGAIN])
@pytest.mark.parametrize("place", ["studio.media.probe_videos.first_frame", "studio.media.probe_videos.last_frame"])
def test_ingest_on_a_disk_in_trouble_waits_and_keeps_the_file(
    project: Project, server: FileServer, monkeypatch: pytest.MonkeyPatch, number: int, place: str
) -> None:
    def trouble(*_: Any) -> None:
        av.error.err_check(-number)

    with monkeypatch.context() as patch:
        patch.setattr(place, trouble)
        render = rendered(project, server.url)
        run_due(render)
    waiting = (render.state, render.bad_files, files_of(render))

    run_due(render)

    assert waiting == (RenderState.FETCHING, 0, ["incoming.mp4"])
    assert (render.state, len(server.requests)) == (RenderState.READY, 1)


def test_ingest_on_a_disk_in_trouble_for_a_day_keeps_the_whole_file(
    project: Project, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "adopt", full)
    render = rendered(project, server.url)

    run_for(render, 30)

    assert (render.state, files_of(render)) == (RenderState.EXPIRED, ["incoming.mp4"])


def test_ingest_of_bytes_that_do_not_play_is_tried_a_few_times(
    project: Project, server: FileServer, film: bytes
) -> None:
    server.content = film[: len(film) // 2]
    render = rendered(project, server.url)
    run_due(render)
    first = (render.state, render.bad_files)
    server.content = film
    server.etag = '"v2"'

    run_due(render)

    assert (first, render.state) == ((RenderState.FETCHING, 1), RenderState.READY)


def test_ingest_on_a_full_disk_waits(project: Project, server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    adopt = storage.adopt
    monkeypatch.setattr(storage, "adopt", full)
    render = rendered(project, server.url)
    run_due(render)
    waiting = render.state
    monkeypatch.setattr(storage, "adopt", adopt)

    run_due(render)

    assert (waiting, render.state, len(server.requests)) == (RenderState.FETCHING, RenderState.READY, 1)
    assert "No space left on device" in render.events.order_by("-id")[1].reason
