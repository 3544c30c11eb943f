"""The copies that guests see: marked or at least free of tags, counted before the work, and asked for again."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from django_q.models import OrmQ
from PIL import Image, ImageChops, ImageStat

from studio.choices import FileState
from studio.jobs import previews as job
from studio.lib.clock import later, now
from studio.lib.holders import this_process
from studio.media import storage
from studio.media.frames import to_picture
from studio.models import GuestLink, GuestTake, Lease, Project
from studio.services import leases, previews, recovery
from studio.services.previews import JOB
from tests.factories import make_output, make_render, store
from tests.media_factories import make_video
from tests.team_factories import make_guest_link

pytestmark = pytest.mark.django_db
SECRET = "A red car stops at the sea, prompt 4711"
OLD = timedelta(minutes=10)


@pytest.fixture
def film(tmp_path: Path) -> bytes:
    """Two seconds with sound, and with what a gateway may write into a file."""
    path = make_video(tmp_path / "film.mp4", 2, (640, 360), sound=True, metadata={"comment": SECRET, "model": SECRET})
    return path.read_bytes()


def shown_take(project: Project, content: bytes, **over: Any) -> GuestTake:
    take = make_render(project)
    output = make_output(take)
    store(output.file, content)
    link = make_guest_link(project, take, **over)
    link.shown.update(preview_state=FileState.WAITING)
    return link.shown.get()


def hints() -> list[int]:
    tasks = [task.task for task in OrmQ.objects.order_by("pk")]
    return [task["args"][0] for task in tasks if task["func"] == JOB]


def pictures_of(name: str) -> list[Image.Image]:
    with av.open(str(storage.absolute(name))) as container:
        return [to_picture(frame) for frame in container.decode(video=0)]


def about(name: str) -> tuple[list[str], int, list[float]]:
    """Codecs, pictures, and when each is shown."""
    with av.open(str(storage.absolute(name))) as container:
        codecs = [stream.codec_context.name for stream in container.streams]
        moments = [round(float(frame.pts * frame.time_base), 4) for frame in container.decode(video=0)]  # type: ignore[operator]
    return codecs, len(moments), moments


def test_marked_copy_has_every_frame_at_its_moment_with_the_words_in_it(project: Project, film: bytes) -> None:
    shown = shown_take(project, film, watermark="Acme only")

    job.prepare(shown.pk)

    shown.refresh_from_db()
    assert (shown.preview_state, shown.preview_tries) == (FileState.READY, 1)
    original = shown.render.output.file
    assert about(shown.preview) == about(original) == (["h264", "aac"], 48, about(original)[2])
    for before, after in zip(pictures_of(original), pictures_of(shown.preview), strict=True):
        difference = ImageStat.Stat(ImageChops.difference(before, after).convert("L"))
        # Something is drawn on each picture, and most of each is left alone.
        assert difference.extrema[0][1] > 40
        assert difference.median[0] < 8


def test_marked_copy_is_no_larger_than_720_lines(project: Project, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", 0.2, (1080, 1920)).read_bytes()
    shown = shown_take(project, film, watermark="Acme")

    job.prepare(shown.pk)

    shown.refresh_from_db()
    assert pictures_of(shown.preview)[0].size == (720, 1280)


@pytest.mark.parametrize("words", ["", "Acme only"])
def test_no_copy_holds_what_the_file_said_of_its_making(project: Project, film: bytes, words: str) -> None:
    assert SECRET.encode() in film
    shown = shown_take(project, film, watermark=words)

    job.prepare(shown.pk)

    shown.refresh_from_db()
    names = (shown.preview, shown.preview_poster, previews.filmstrip_of(shown.preview))
    contents = [storage.absolute(name).read_bytes() for name in names]
    assert [SECRET.encode() in content for content in contents] == [False, False, False]
    assert [content[:4] for content in contents[1:]] == [b"RIFF", b"RIFF"]


def test_clean_copy_has_the_coded_pictures_as_they_are(project: Project, film: bytes) -> None:
    shown = shown_take(project, film)

    job.prepare(shown.pk)

    shown.refresh_from_db()
    original, copy = (pictures_of(name) for name in (shown.render.output.file, shown.preview))
    assert [ImageChops.difference(*pair).getbbox() for pair in zip(original, copy, strict=True)] == [None] * 48


def test_poster_and_strip_of_a_marked_take_are_marked(project: Project, film: bytes) -> None:
    marked, clean = shown_take(project, film, watermark="Acme only"), shown_take(project, film)
    for shown in (marked, clean):
        job.prepare(shown.pk)
        shown.refresh_from_db()

    for names in (
        (marked.preview_poster, clean.preview_poster),
        *[map(previews.filmstrip_of, (marked.preview, clean.preview))],
    ):
        with_mark, without = (Image.open(storage.absolute(name)).convert("L") for name in names)
        assert ImageStat.Stat(ImageChops.difference(with_mark, without)).extrema[0][1] > 40


def test_a_film_that_cannot_be_read_is_given_up_and_can_be_asked_for_again(project: Project) -> None:
    shown = shown_take(project, b"no film", watermark="Acme")
    states = []
    for _ in range(previews.TRIES + 1):
        job.prepare(shown.pk)
        shown.refresh_from_db()
        states.append((shown.preview_state, shown.preview_tries))
    assert states == [("waiting", 1), ("waiting", 2), ("failed", 3), ("failed", 3)]

    assert previews.try_again(link=shown.link) == 1

    shown.refresh_from_db()
    assert (shown.preview_state, shown.preview_tries, hints()) == ("waiting", 0, [shown.pk])


def test_nothing_is_made_for_a_link_that_is_closed(project: Project, film: bytes) -> None:
    shown = shown_take(project, film, revoked_at=now())

    job.prepare(shown.pk)

    shown.refresh_from_db()
    assert (shown.preview_state, shown.preview_tries) == ("waiting", 0)


def test_a_copy_is_made_by_one_worker_at_a_time(project: Project, film: bytes) -> None:
    shown = shown_take(project, film)
    Lease.objects.create(name=f"preview-{shown.pk}", holder="elsewhere:1", expires_at=later(60), beat_at=now())

    job.prepare(shown.pk)

    shown.refresh_from_db()
    assert (shown.preview_state, shown.preview_tries) == ("waiting", 0)


def test_a_finished_job_leaves_no_claim_behind(project: Project, film: bytes) -> None:
    job.prepare(shown_take(project, film).pk)

    assert Lease.objects.filter(name__startswith="preview-").count() == 0


def test_sweep_asks_again_for_what_was_lost(project: Project) -> None:
    shown = shown_take(project, b"")
    recovery.sweep()
    assert hints() == []

    GuestLink.objects.update(created_at=now() - OLD)
    recovery.sweep()

    assert hints() == [shown.pk]


def test_sweep_leaves_alone_what_is_being_made_or_closed(project: Project) -> None:
    made, closed = shown_take(project, b""), shown_take(project, b"", revoked_at=now())
    GuestLink.objects.update(created_at=now() - OLD)
    leases.acquire(name=f"preview-{made.pk}", holder=this_process(), seconds=60)

    recovery.sweep()

    assert (hints(), closed.preview_state) == ([], "waiting")


def test_sweep_gives_up_what_killed_every_worker(project: Project) -> None:
    shown = shown_take(project, b"")
    GuestTake.objects.update(preview_state=FileState.RUNNING, preview_tries=previews.TRIES)

    recovery.sweep()

    shown.refresh_from_db()
    assert shown.preview_state == FileState.FAILED


def test_memory_of_marking_does_not_grow_with_the_film(tmp_path: Path) -> None:
    """In a process of its own: six times the film takes hardly more."""
    code = (
        "import sys, resource, django; django.setup();"
        "from pathlib import Path; from studio.media.guest_copies import make_marked_copy;"
        "make_marked_copy(Path(sys.argv[1]), Path(sys.argv[1]).with_name('out.mp4'), 'Acme');"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    most = []
    for seconds in (1, 6):
        film = make_video(tmp_path / f"{seconds}.mp4", seconds, (1280, 720), numbers=False)
        run = subprocess.run([sys.executable, "-c", code, str(film)], capture_output=True, text=True, check=True)
        most.append(int(run.stdout))

    assert most[1] - most[0] < 45
