"""Takes whose film waits at a file server, for the tests of how it comes home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from studio.choices import RenderState
from studio.jobs.ingest import ingest
from studio.lib.clock import now
from studio.media import storage
from studio.models import Project, Render
from tests.factories import make_followed, make_key, make_project
from tests.media.file_server import FileServer, serving
from tests.media_factories import make_video
from tests.providers.loopback import unused_port


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_video(
        tmp_path_factory.mktemp("film") / "film.mp4", seconds=1.0, size=(320, 180), sound=True
    ).read_bytes()


@pytest.fixture
def server(film: bytes) -> Iterator[FileServer]:
    with serving(FileServer(film)) as plan:
        yield plan


@pytest.fixture
def project(request: pytest.FixtureRequest) -> Project:
    request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
    return make_project()


def rendered(project: Project, url: str, **over: Any) -> Render:
    """A take whose video the gateway hands out at `url`; the gateway itself is away."""
    key = make_key(base_url=f"http://127.0.0.1:{unused_port()}")
    values = {"state": RenderState.FETCHING, "result_url": url, "next_poll_at": None, "enqueued_at": now()}
    return make_followed(project, key, **(values | over))


def run_due(render: Render) -> None:
    """The next run, when its pause is over."""
    Render.objects.filter(pk=render.pk).update(not_before=None)
    ingest(render.pk)
    render.refresh_from_db()


def run_for(render: Render, hours: float) -> None:
    """Every run that falls due in so many hours, by a moved clock."""
    with time_machine.travel(now(), tick=True) as clock:
        end = now() + timedelta(hours=hours)
        while now() < end and render.state == RenderState.FETCHING:
            ingest(render.pk)
            render.refresh_from_db()
            clock.shift(max(timedelta(seconds=1), (render.not_before or now()) - now() + timedelta(seconds=1)))


def files_of(render: Render) -> list[str]:
    """What lies in its folder, without the part of the names that is the take's own."""
    own = f"-{render.submission.hex}-{render.take_number}"
    folder = storage.absolute(storage.render_name(render.pk, "x.mp4")).parent
    return sorted(path.name.replace(own, "") for path in folder.iterdir()) if folder.exists() else []
