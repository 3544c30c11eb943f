"""The job that makes what goes out to the edit: whole or not at all, whatever happens to it."""

from __future__ import annotations

import errno
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from studio.choices import FileState
from studio.jobs import exports as job
from studio.jobs.exports import clear, make
from studio.jobs.schedule import each_minute
from studio.lib.clock import now
from studio.media import packing, storage
from studio.models import Export, Project, Render
from studio.services import exports, recovery
from studio.services.queue import cluster_of
from tests.factories import make_render, store
from tests.films import film
from tests.team_factories import make_comment, make_export

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return tmp_path / "media" / "exports"


@pytest.fixture
def takes(project: Project) -> list[Render]:
    """Two takes with real films of 24 and 48 frames."""
    made = [make_render(project), make_render(project)]
    for number, take in enumerate(made, start=1):
        film(take, seconds=number)
    return made


def asked(project: Project, takes: list[Render], format: str = "zip") -> Export:
    return exports.ask(project=project, takes=takes, format=format, actor=None)


def made(export: Export) -> Export:
    make(export.pk)
    export.refresh_from_db()
    return export


def test_zip_holds_the_very_films(project: Project, takes: list[Render]) -> None:
    export = made(asked(project, takes[::-1]))

    path = storage.absolute(export.file)
    assert (export.state, export.progress, export.tries, export.problem) == ("ready", 100, 1, "")
    assert (export.size, path.stat().st_mode & 0o777) == (path.stat().st_size, 0o644)
    with zipfile.ZipFile(path) as archive:
        films = {name: archive.read(name) for name in archive.namelist() if name.endswith(".mp4")}
        cut = otio.adapters.read_from_string(archive.read("tea-commercial.otio").decode())
    names = [f"tea-commercial-take-{take.pk}.mp4" for take in takes]
    assert films == {
        name: storage.absolute(take.output.file).read_bytes() for name, take in zip(names, takes, strict=True)
    }
    assert [clip.media_reference.target_url for clip in cut.video_tracks()[0]] == names[::-1]
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("format", ["otio", "edl", "fcpxml"])
def test_timeline_alone_is_small_and_reads_back(project: Project, takes: list[Render], format: str) -> None:
    make_comment(takes[1], frame=30)

    export = made(asked(project, takes, format))

    assert export.file.endswith(f".{format}")
    timeline = otio.adapters.read_from_file(str(storage.absolute(export.file)))
    (marker,) = timeline.video_tracks()[0][1].markers
    assert marker.marked_range.start_time.to_frames() == 30


def test_made_twice_is_made_once(project: Project, takes: list[Render]) -> None:
    export = made(asked(project, takes))
    before = storage.absolute(export.file).stat().st_ino

    make(export.pk)
    make(export.pk + 1)

    assert storage.absolute(export.file).stat().st_ino == before


def test_long_one_is_made_in_runs(project: Project, takes: list[Render], monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(project, takes)
    monkeypatch.setattr(job, "RUN_SECONDS", -1)
    made(export)
    assert (export.state, export.tries, export.file) == ("running", 0, "")
    assert [row.task["args"] for row in OrmQ.objects.all()] == [(export.pk,), (export.pk,)]

    monkeypatch.setattr(job, "RUN_SECONDS", 100)
    made(export)

    assert export.state == "ready"
    with zipfile.ZipFile(storage.absolute(export.file)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 7


def test_progress_is_told_while_it_is_made(
    project: Project, takes: list[Render], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(job, "SECONDS_BETWEEN_WORDS", 0)

    def keep(*, export: Export, progress: int) -> bool:
        told.append(progress)
        return True

    monkeypatch.setattr(exports, "keep", keep)

    made(asked(project, takes))

    assert told == sorted(told)
    assert (len(told), told[-1]) == (2, 100)


def test_worker_whose_export_was_taken_over_stops_and_breaks_nothing(
    project: Project, takes: list[Render], monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(project, takes)
    monkeypatch.setattr(job, "SECONDS_BETWEEN_WORDS", 0)
    monkeypatch.setattr(exports, "keep", lambda **named: False)

    made(export)

    assert (export.state, export.problem, export.file) == ("running", "", "")


def test_full_disk_is_said_and_leaves_nothing(
    project: Project, takes: list[Render], media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(packing, "settle", full)

    export = made(asked(project, takes))

    assert (export.state, export.problem) == (
        "failed",
        "The studio's disk is full. Ask whoever runs the studio to make room, then ask for the export again.",
    )
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_one_that_killed_all_its_workers_leaves_nothing(project: Project, takes: list[Render], media: Path) -> None:
    export = asked(project, takes)
    dead = now() - timedelta(seconds=1)
    Export.objects.filter(pk=export.pk).update(state=FileState.RUNNING, tries=exports.TRIES, claimed_until=dead)
    store(f"{exports.file_name(export)}.writing", b"half an archive")

    made(export)

    assert export.state == "failed"
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_take_deleted_meanwhile_is_named(project: Project, takes: list[Render]) -> None:
    export = asked(project, takes)
    Render.objects.filter(pk=takes[0].pk).update(deleted_at=now())

    made(export)

    assert (export.state, export.problem) == (
        "failed",
        f"There is no take {takes[0].pk} in this project, or it was deleted.",
    )


def test_film_that_is_gone_is_named(project: Project, takes: list[Render]) -> None:
    export = asked(project, takes)
    storage.absolute(takes[1].output.file).unlink()

    made(export)

    assert (export.state, export.problem.split(".")[0]) == (
        "failed",
        f"The file of take {takes[1].pk} is missing from the studio's storage",
    )


def test_lost_hint_is_asked_for_again(project: Project, takes: list[Render]) -> None:
    export = asked(project, takes)
    OrmQ.objects.all().delete()
    assert recovery.sweep()["exports"] == 0
    Export.objects.filter(pk=export.pk).update(created_at=now() - timedelta(minutes=2))

    assert recovery.sweep()["exports"] == 1
    (hint,) = OrmQ.objects.filter(key="media")
    assert (hint.func(), hint.task["args"]) == (exports.JOB, (export.pk,))
    assert (cluster_of(exports.JOB), cluster_of(exports.CLEARING)) == ("media", "media")


def test_file_goes_after_its_week_and_nothing_else(project: Project, media: Path) -> None:
    over, moment = now() - timedelta(seconds=1), now()
    old = make_export(project, expires_at=over)
    young = make_export(project, expires_at=moment + timedelta(hours=1))
    store("renders/1/take.mp4", b"a film")
    strange = make_export(project, file="renders/1/take.mp4", expires_at=over)
    each_minute()
    assert exports.CLEARING in [row.func() for row in OrmQ.objects.all()]

    clear()

    kept = [each for each in media.parent.rglob("*") if each.is_file()]
    assert sorted(kept) == sorted([storage.absolute(young.file), storage.absolute("renders/1/take.mp4")])
    for export in (old, strange):
        export.refresh_from_db()
        assert (export.file, export.state) == ("", FileState.READY)
    OrmQ.objects.all().delete()
    each_minute()
    assert exports.CLEARING not in [row.func() for row in OrmQ.objects.all()]
