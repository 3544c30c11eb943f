"""Bringing a video home: whole, once, resumed, verified, and never asked for anew at the gateway."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from studio.choices import RenderState
from studio.jobs.ingest import ingest
from studio.lib.clock import later
from studio.media import storage
from studio.models import Output, Project
from studio.providers import registry
from studio.providers.answers import NO_USAGE
from studio.providers.requests import RenderRequest
from tests.jobs.ingesting import files_of, film, project, rendered, run_due, server
from tests.media.file_server import FileServer

__all__ = ["film", "project", "server"]
pytestmark = pytest.mark.django_db


def test_ingest_brings_the_take_home(project: Project, server: FileServer, film: bytes) -> None:
    render = rendered(project, server.url)

    ingest(render.pk)

    render.refresh_from_db()
    output = render.output
    assert (render.state, render.result_url, render.claimed_by) == (RenderState.READY, "", "")
    assert storage.absolute(output.file).read_bytes() == film
    assert (output.width, output.height, output.video_codec, output.audio_codec) == (320, 180, "h264", "aac")
    assert (output.size, output.frame_rate, output.frame_count) == (len(film), "24", 24)
    assert files_of(render) == ["filmstrip.webp", "poster-480.webp", "poster.webp", "take.mp4"]
    assert storage.absolute(output.last_frame).is_file()


def test_ingest_settles_by_the_file_and_not_by_what_was_asked(project: Project, server: FileServer) -> None:
    render = rendered(project, server.url)
    request = RenderRequest.from_json(render.spec)

    ingest(render.pk)

    render.refresh_from_db()
    expected = registry.get("tokenlab").settle(request, render.output.seconds, 320, 180, NO_USAGE).amount
    entry = render.ledger.get(kind="settled")
    assert (render.price, entry.amount, entry.currency) == (expected, expected, "USD")
    assert expected != render.estimate


def test_ingest_again_changes_nothing(project: Project, server: FileServer) -> None:
    render = rendered(project, server.url)
    ingest(render.pk)

    ingest(render.pk)

    assert (len(server.requests), render.ledger.count(), Output.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_ingest_by_two_workers_at_once_fetches_once(
    transactional_db: None, project: Project, server: FileServer
) -> None:
    render = rendered(project, server.url)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        try:
            ingest(render.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    render.refresh_from_db()
    assert (render.state, len(server.requests), Output.objects.count()) == (RenderState.READY, 1, 1)


def test_ingest_goes_on_where_it_was_cut(project: Project, server: FileServer, film: bytes) -> None:
    server.cut_after = 4000
    render = rendered(project, server.url)
    ingest(render.pk)
    render.refresh_from_db()
    cut = (render.state, render.not_before is not None, files_of(render))
    server.cut_after = None

    run_due(render)

    assert cut == (RenderState.FETCHING, True, ["incoming.mp4.part", "incoming.mp4.part.etag"])
    assert (render.state, server.requests[1]["range"]) == (RenderState.READY, "bytes=4000-")
    assert storage.absolute(render.output.file).read_bytes() == film


def test_ingest_waits_for_its_time(project: Project, server: FileServer) -> None:
    render = rendered(project, server.url, not_before=later(60))

    ingest(render.pk)

    assert server.requests == []


def test_ingest_leaves_another_workers_claim_alone(project: Project, server: FileServer) -> None:
    render = rendered(project, server.url, claimed_until=later(20), claimed_by="elsewhere:1")

    ingest(render.pk)

    assert server.requests == []


def test_ingest_after_a_crash_between_file_and_database_needs_no_link(
    project: Project, server: FileServer, film: bytes
) -> None:
    server.status = 403
    render = rendered(project, server.url)
    path = storage.absolute(storage.render_name(render.pk, f"take-{render.submission.hex}-1.mp4"))
    path.parent.mkdir(parents=True)
    path.write_bytes(film)

    ingest(render.pk)

    render.refresh_from_db()
    assert (render.state, server.requests, render.output.size) == (RenderState.READY, [], len(film))


def test_ingest_after_a_crash_right_after_the_last_byte_needs_no_link(
    project: Project, server: FileServer, film: bytes
) -> None:
    server.status = 403
    render = rendered(project, server.url)
    path = storage.absolute(storage.render_name(render.pk, f"incoming-{render.submission.hex}-1.mp4"))
    path.parent.mkdir(parents=True)
    path.write_bytes(film)
    # The file was moved into its place, and the note of whose part it had been was not yet taken away.
    path.with_name(f"{path.name}.part.etag").write_text("an etag")

    ingest(render.pk)

    render.refresh_from_db()
    assert (render.state, server.requests) == (RenderState.READY, [])
    assert files_of(render) == ["filmstrip.webp", "poster-480.webp", "poster.webp", "take.mp4"]
