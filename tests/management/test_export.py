"""`manage.py export`: the same files as from the page, and errors in plain words."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import opentimelineio as otio
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from studio.choices import ReviewState
from studio.models import Export, Project, Render
from studio.services import exports
from tests.factories import make_render
from tests.films import film
from tests.team_factories import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def takes(project: Project) -> list[Render]:
    """Two films, of which the second is approved."""
    made = [make_render(project), make_render(project, review_state=ReviewState.APPROVED)]
    for take in made:
        film(take)
    make_comment(made[1], frame=7)
    return made


def run(*words: object) -> str:
    out = io.StringIO()
    call_command("export", "--project", "tea", *map(str, words), stdout=out)
    return out.getvalue()


def failure(*words: object) -> str:
    with pytest.raises(CommandError) as raised:
        run(*words)
    return str(raised.value)


def names(path: Path) -> list[str]:
    # Its tracks go when the timeline does.
    timeline = otio.adapters.read_from_file(str(path))
    return [clip.name for clip in timeline.video_tracks()[0]]


@pytest.mark.parametrize("format", ["otio", "edl", "fcpxml"])
def test_approved_takes_as_a_timeline(takes: list[Render], tmp_path: Path, format: str) -> None:
    path = tmp_path / f"cut.{format}"

    said = run("--approved", "--format", format, "--out", path)

    assert said == f"{path}: 1 take\n"
    assert names(path) == [f"tea-commercial-take-{takes[1].pk}.mp4"]
    (marker,) = otio.adapters.read_from_file(str(path)).find_clips()[0].markers
    assert marker.marked_range.start_time.to_frames() == 7
    assert Export.objects.count() == 0


def test_named_takes_as_a_zip_in_their_order(takes: list[Render], tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"

    said = run("--take", takes[1].pk, "--take", takes[0].pk, "--format", "zip", "--out", path)

    assert said == f"{path}: 2 takes\n"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        (tmp_path / "cut.otio").write_bytes(archive.read("tea-commercial.otio"))
    assert names(tmp_path / "cut.otio") == [f"tea-commercial-take-{take.pk}.mp4" for take in takes[::-1]]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["cut.otio", "cut.zip", "media"]


def test_file_that_is_there_is_kept_unless_forced(takes: list[Render], tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    path.write_text("Mine.")

    said = failure("--approved", "--format", "otio", "--out", path)

    assert said == f"{path} is there already. Name another file, or write over it with --force."
    assert path.read_text() == "Mine."
    run("--approved", "--format", "otio", "--out", path, "--force")
    assert names(path) == [f"tea-commercial-take-{takes[1].pk}.mp4"]


def test_what_cannot_be_is_said_in_plain_words(
    project: Project, takes: list[Render], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare, out = make_render(project), ("--format", "otio", "--out", tmp_path / "a.otio")

    assert failure("--take", 10**9, *out) == "There is no take 1000000000 in this project, or it was deleted."
    assert failure("--take", 10**20, *out) == f"There is no take {10**20} in this project, or it was deleted."
    assert failure("--take", bare.pk, *out).startswith(f"Take {bare.pk} is not ready")
    assert failure("--approved", "--format", "otio", "--out", tmp_path) == (
        f"{tmp_path} is a folder. Name the file to write, such as {tmp_path / 'cut.otio'}."
    )
    assert failure("--approved", "--format", "otio", "--out", tmp_path / "no" / "a.otio") == (
        f"There is no folder {tmp_path / 'no'} to write to. Make it first."
    )
    monkeypatch.setattr(exports, "ROOM_LEFT", 10**18)
    assert failure("--approved", "--format", "zip", "--out", tmp_path / "a.zip").startswith("The disk has no room")
    Render.objects.update(review_state=ReviewState.NONE)
    assert failure("--approved", *out) == (
        "No take of this project is approved yet. Name takes with --take N to export others."
    )
    with pytest.raises(CommandError, match="There is no project “nowhere”"):
        call_command("export", "--project", "nowhere", "--approved", *map(str, out))
    assert [each.name for each in tmp_path.iterdir()] == ["media"]


@pytest.mark.parametrize("words", [(), ("--approved", "--take", "1"), ("--approved", "--format", "mov")])
def test_command_wants_one_choice_of_each(project: Project, tmp_path: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="required|not allowed|invalid choice"):
        run(*words, "--out", tmp_path / "a.otio")
