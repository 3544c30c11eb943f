"""Bringing a video home: whole, once, resumed, verified, and never asked for anew at the gateway."""

from __future__ import annotations

import errno
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import av
import pytest
import time_machine
from django.db import connections

from studio.choices import RenderState
from studio.jobs import ingest as ingest_module
from studio.jobs.gateways import client, connection_of_attempt
from studio.jobs.ingest import TRIES_AT_LEAST, ingest
from studio.jobs.posters import picture_take
from studio.jobs.statuses import apply_status
from studio.jobs.submit import submit
from studio.lib.clock import later, now
from studio.media import storage
from studio.media.info import MediaInfo
from studio.media.posters import make_poster
from studio.media.probe import verify_playable
from studio.models import Attempt, Output, Project, Render
from studio.providers import registry
from studio.providers.answers import NO_USAGE, NO_VIDEO_CODE, RemoteState, RemoteStatus
from studio.providers.requests import RenderRequest
from studio.sandbox.server import Sandbox
from studio.services import outputs, recovery
from studio.services.outputs import Pictures
from tests.factories import make_followed, make_key, make_project
from tests.jobs.conftest import Ask
from tests.media.file_server import FileServer, serving
from tests.media_factories import make_video
from tests.providers.loopback import unused_port

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def gateway_says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the gateway answer every read of a task with one status."""

    def says(status: RemoteStatus) -> None:
        adapter = type(registry.get("tokenlab").adapter)
        monkeypatch.setattr(adapter, "status", lambda *_, **__: status)

    return says


def files_of(render: Render) -> list[str]:
    """What lies in its folder, without the part of the names that is the take's own."""
    own = f"-{render.submission.hex}-{render.take_number}"
    folder = storage.absolute(storage.render_name(render.pk, "x.mp4")).parent
    return sorted(path.name.replace(own, "") for path in folder.iterdir()) if folder.exists() else []


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
