"""What is in an export: which takes, their films, the manifest and the timelines."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import opentimelineio as otio
import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from studio.choices import AttemptOutcome, ExportFormat, Lineage, ReviewState, Standing, Verdict
from studio.lib.clock import now
from studio.media import storage
from studio.models import Project, Render, RenderInput, User
from studio.services import edit_files, export_choice
from studio.services.export_choice import AS_APPROVED, BY_NUMBER
from tests.factories import make_asset, make_attempt, make_key, make_output, make_prompt, make_render, make_request
from tests.films import film
from tests.services.exporting import media, takes
from tests.team_factories import make_comment, make_review

__all__ = ["media", "takes"]
pytestmark = pytest.mark.django_db


def approve(take: Render, reviewer: User, minutes_ago: int) -> None:
    make_review(take, reviewer, created_at=now() - timedelta(minutes=minutes_ago))
    Render.objects.filter(pk=take.pk).update(review_state=ReviewState.APPROVED)


def test_approved_takes_come_by_number_or_as_they_were_approved(
    project: Project, takes: list[Render], reviewer: User
) -> None:
    approve(takes[0], reviewer, 5)
    approve(takes[1], reviewer, 10)
    make_review(takes[1], reviewer, replaced_at=now())

    found = export_choice.approved(project=project)

    assert found == takes[:2]
    assert export_choice.ordered(found, BY_NUMBER) == takes[:2]
    assert export_choice.ordered(found, AS_APPROVED) == [takes[1], takes[0]]
    assert export_choice.ordered(takes[::-1], AS_APPROVED) == [takes[1], takes[0], takes[2]]


def test_named_takes_come_in_the_order_given_or_not_at_all(project: Project, takes: list[Render]) -> None:
    one, two, three = (take.pk for take in takes)

    assert export_choice.named(project=project, numbers=[three, one, three]) == [takes[2], takes[0]]
    with pytest.raises(ValidationError, match=f"There is no take {three + 1}, 0 in this project"):
        export_choice.named(project=project, numbers=[three + 1, two, 0])


@pytest.fixture
def told_take(project: Project, artist: User, reviewer: User) -> Render:
    """A take about which there is something to tell: a film of 48 frames, inputs, price, verdict and remarks."""
    version = make_prompt(project, "A red car stops.", "=HYPERLINK(1)").versions.get(number=2)
    first = make_render(project)
    take = make_render(
        project,
        make_key(label="Secret label", secret="sk-very-secret"),
        request=make_request(prompt="=HYPERLINK(1)", seed=None),
        asked_by=artist,
        prompt_version=version,
        parent=first,
        shot=first,
        lineage=Lineage.VARY,
        price=Decimal("0.420000"),
        standing=Standing.SETTLED,
        result_url="https://gateway.example/secret-result",
    )
    film(take, seconds=2)
    asset = make_asset(project, b"hills", name="-hills.png")
    RenderInput.objects.create(render=take, asset=asset, role="first_frame", position=0)
    make_attempt(
        take,
        outcome=AttemptOutcome.ACCEPTED,
        remote_id="secret-remote",
        poll_url="https://gateway.example/secret-poll",
        request={"seed": 77, "secret": "secret-body"},
        answer="secret-answer",
    )
    make_review(take, reviewer, Verdict.CHANGES, reason="Warmer.")
    note = make_comment(take, "Hold @Rey", artist, frame=12, end_frame=23)
    make_comment(take, "Yes", reviewer, parent=note)
    make_comment(take, "Gone", reviewer, parent=note, removed_at=now())
    make_comment(take, "Good", reviewer, resolved_at=now())
    make_comment(take, "Beyond", artist, frame=500)
    return take


def written(project: Project, take: Render, format: ExportFormat, path: Path) -> Path:
    assert edit_files.write(project=project, takes=[take], format=format, path=path)
    return path


def test_zip_holds_film_manifest_and_timelines_under_clear_names(
    project: Project, told_take: Render, tmp_path: Path
) -> None:
    path = written(project, told_take, ExportFormat.ZIP, tmp_path / "a.zip")

    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            "manifest.csv",
            "manifest.json",
            f"tea-commercial-take-{told_take.pk}.mp4",
            "tea-commercial.edl",
            "tea-commercial.fcpxml",
            "tea-commercial.otio",
        ]
        assert archive.getinfo(f"tea-commercial-take-{told_take.pk}.mp4").file_size == told_take.output.size
        everything = b"".join(archive.read(name) for name in archive.namelist() if not name.endswith(".mp4"))
    assert b"secret" not in everything.lower()


def test_manifest_says_how_a_take_was_made_and_what_was_said_of_it(
    project: Project, told_take: Render, tmp_path: Path
) -> None:
    path = written(project, told_take, ExportFormat.ZIP, tmp_path / "a.zip")

    with zipfile.ZipFile(path) as archive:
        (facts,) = json.loads(archive.read("manifest.json"))["takes"]

    assert (facts["take"], facts["came_from"], facts["lineage"]) == (told_take.pk, told_take.parent_id, "Varies")
    assert (facts["shot"], facts["gateway"], facts["model"]) == (told_take.shot_id, "TokenLab", "seedance-2.0-fast")
    assert facts["prompt"] == "=HYPERLINK(1)"
    assert facts["prompt_version"]["number"] == 2
    assert facts["parameters"] == {
        "duration": 5,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "sound": True,
        "seed": 77,
    }
    (used,) = facts["inputs"]
    assert (used["position"], used["role"], used["name"], len(used["sha256"])) == (1, "First frame", "-hills.png", 64)
    assert (facts["asked_by"], facts["price"]) == (
        "Ada Artist",
        {"amount": "0.42", "currency": "USD", "money": "Paid"},
    )
    media = facts["media"]
    assert (media["sha256"], media["frames"], media["frame_rate"]) == (told_take.output.sha256, 48, "24")
    (verdict,) = facts["review"]["verdicts"]
    assert (verdict["name"], verdict["verdict"], verdict["reason"]) == (
        "Rey Reviewer",
        "Changes requested",
        "Warmer.",
    )
    assert [(each["timecode"], each["text"]) for each in facts["comments"]] == [
        (None, "Good"),
        ("00:00:12", "Hold @Rey"),
        ("00:20:20", "Beyond"),
    ]
    assert [(reply["author"], reply["text"]) for reply in facts["comments"][1]["replies"]] == [("Rey Reviewer", "Yes")]


def test_manifest_as_a_sheet_holds_no_formula(project: Project, told_take: Render, tmp_path: Path) -> None:
    path = written(project, told_take, ExportFormat.ZIP, tmp_path / "a.zip")

    with zipfile.ZipFile(path) as archive:
        (row,) = csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig")))

    assert (row["take"], row["file"]) == (str(told_take.pk), f"tea-commercial-take-{told_take.pk}.mp4")
    assert row["prompt"] == "'=HYPERLINK(1)"
    assert row["inputs"].startswith("1. First frame: -hills.png (")
    assert (row["price"], row["currency"], row["money"]) == ("0.42", "USD", "Paid")
    assert (row["seed"], row["sound"], row["frames"]) == ("77", "on", "48")
    assert row["verdicts"] == "Rey Reviewer: Changes requested: Warmer."
    assert row["comments"].splitlines() == [
        "Rey Reviewer: Good (resolved)",
        "00:00:12–00:00:23 Ada Artist: Hold @Rey | Rey Reviewer: Yes",
        "00:20:20 Ada Artist: Beyond",
    ]


@pytest.mark.parametrize("format", [ExportFormat.OTIO, ExportFormat.EDL, ExportFormat.FCPXML])
def test_timelines_open_again_with_remarks_on_their_frames(
    project: Project, told_take: Render, tmp_path: Path, format: ExportFormat
) -> None:
    path = written(project, told_take, format, tmp_path / f"cut.{format}")

    timeline = otio.adapters.read_from_file(str(path))
    (clip,) = timeline.video_tracks()[0]
    assert clip.name == f"tea-commercial-take-{told_take.pk}.mp4"
    assert clip.trimmed_range().duration.to_frames() == 48
    # What was said of a place beyond the end stands on the last frame.
    starts = [marker.marked_range.start_time.to_frames() for marker in clip.markers]
    assert (starts, [str(marker.color) for marker in clip.markers]) == ([0, 12, 47], ["GREEN", "RED", "RED"])
    assert clip.markers[1].name.startswith("Ada Artist: Hold @Rey Rey Reviewer: Yes")
    if format == ExportFormat.OTIO:
        assert [marker.marked_range.duration.to_frames() for marker in clip.markers] == [48, 12, 1]


def test_missing_film_is_named_and_nothing_is_left(project: Project, told_take: Render, tmp_path: Path) -> None:
    storage.absolute(told_take.output.file).unlink()

    with pytest.raises(ValidationError, match=f"The file of take {told_take.pk} is missing"):
        edit_files.write(project=project, takes=[told_take], format="zip", path=tmp_path / "a.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["media"]


def test_many_takes_are_read_in_as_many_queries_as_one(
    project: Project, tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    takes = [make_render(project) for _ in range(30)]
    for take in takes:
        make_output(take)
        make_comment(make_comment(take, frame=1).render, frame=2)

    with django_assert_num_queries(6):
        edit_files.write(project=project, takes=takes, format="otio", path=tmp_path / "a.otio")
