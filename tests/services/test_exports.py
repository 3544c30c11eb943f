"""Exports: what may be asked for, the rows of one being made, and what the films are said to be."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from django.core.exceptions import ValidationError
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries, Settings

from studio.choices import AttemptOutcome, ExportFormat, FileState, Lineage, ReviewState, Standing, Verdict
from studio.lib.clock import now
from studio.media import storage
from studio.models import Export, Project, Render, RenderInput, User
from studio.services import edit_files, export_choice, exports
from studio.services.export_choice import AS_APPROVED, BY_NUMBER
from tests.factories import (
    make_asset,
    make_attempt,
    make_comment,
    make_export,
    make_key,
    make_output,
    make_project,
    make_prompt,
    make_render,
    make_request,
    make_review,
)
from tests.films import film

pytestmark = pytest.mark.django_db
EVERYTHING = 10**12


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()


@pytest.fixture
def takes(project: Project) -> list[Render]:
    made = [make_render(project) for _ in range(3)]
    for take in made:
        make_output(take, b"a film")
    return made


def problem_of(**asked: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        exports.ask(**asked)
    assert Export.objects.count() == 0
    return " ".join(raised.value.messages)


def test_ask_writes_a_row_and_a_hint_for_the_media_cluster(project: Project, takes: list[Render], artist: User) -> None:
    export = exports.ask(project=project, takes=[takes[2], takes[0], takes[2]], format="zip", actor=artist)

    assert (export.takes, export.state, export.created_by) == ([takes[2].pk, takes[0].pk], "waiting", artist)
    (hint,) = OrmQ.objects.all()
    assert (hint.key, hint.func(), hint.task["args"]) == ("media", "studio.jobs.exports.make", (export.pk,))


def test_asking_twice_finds_the_same_while_it_is_made(project: Project, takes: list[Render], artist: User) -> None:
    first = exports.ask(project=project, takes=takes, format="zip", actor=artist)
    again = exports.ask(project=project, takes=takes, format="zip", actor=artist)
    otherwise = exports.ask(project=project, takes=takes[::-1], format="zip", actor=artist)
    Export.objects.filter(pk=first.pk).update(state=FileState.READY)
    anew = exports.ask(project=project, takes=takes, format="zip", actor=artist)

    assert again == first
    assert len({first.pk, otherwise.pk, anew.pk}) == 3


def test_one_person_has_five_made_at_once(project: Project, takes: list[Render], artist: User, manager: User) -> None:
    for _ in range(exports.MOST_AT_ONCE):
        make_export(project, state=FileState.WAITING, created_by=artist)

    with pytest.raises(ValidationError, match="5 of your exports are being made"):
        exports.ask(project=project, takes=takes, format="zip", actor=artist)
    assert exports.ask(project=project, takes=takes, format="zip", actor=manager).state == "waiting"


def test_what_cannot_be_exported_is_said_in_words(project: Project, takes: list[Render], artist: User) -> None:
    ask: dict[str, Any] = {"project": project, "format": "otio", "actor": artist}
    bare, also = make_render(project), make_render(project)
    strange = make_render(make_project())
    make_output(strange)

    assert problem_of(**ask, takes=[]) == "There is no take to export. Choose some, or approve one first."
    assert problem_of(**ask, takes=[bare]) == (
        f"Take {bare.pk} is not ready, so there is no file to export. Leave it out, or wait for it."
    )
    assert problem_of(**ask, takes=[bare, also]).startswith(f"Takes {bare.pk} and {also.pk} are not ready")
    assert problem_of(**ask, takes=[strange]) == f"Take {strange.pk} is not in this project. Choose the takes again."
    assert problem_of(**ask | {"format": "mp3"}, takes=takes) == "Choose one of the formats: zip, otio, edl, fcpxml."


def test_deleted_take_and_too_many_are_refused(
    project: Project, takes: list[Render], artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes[0].deleted_at = now()
    ask: dict[str, Any] = {"project": project, "format": "otio", "actor": artist}

    assert problem_of(**ask, takes=takes[:1]).startswith(f"Take {takes[0].pk} is not in this project.")
    monkeypatch.setattr(exports, "MOST_TAKES", 1)
    assert problem_of(**ask, takes=takes[1:]) == "An export holds up to 1 takes; these are 2. Make two of them."


def test_disk_without_room_is_said_before_anything_is_made(
    project: Project, takes: list[Render], artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "free_bytes", lambda: exports.ROOM_LEFT + 17)

    said = problem_of(project=project, takes=takes, format="zip", actor=artist)

    assert said == (
        "The disk has no room for it: the export needs 0.0 MB, and 1.0 GB stay free for new takes, but only 1.0 GB "
        "are free. Export fewer takes, or ask whoever runs the studio to make room."
    )
    assert exports.ask(project=project, takes=takes[:2], format="zip", actor=artist).state == "waiting"
    assert exports.ask(project=project, takes=takes, format="otio", actor=artist).state == "waiting"


def test_claim_is_for_one_and_counts_before_the_work(project: Project) -> None:
    export = make_export(project, state=FileState.WAITING)

    mine = exports.claim(export_id=export.pk)

    assert mine is not None
    assert (mine.state, mine.tries) == ("running", 1)
    assert exports.claim(export_id=export.pk) is None
    assert exports.keep(export=mine, progress=40)
    export.refresh_from_db()
    assert export.progress == 40


def test_nobody_takes_over_what_the_queue_has_not_ended_yet(settings: Settings) -> None:
    assert settings.Q_CLUSTER["timeout"] < exports.LEASE_SECONDS


def test_claim_of_a_dead_worker_is_taken_over_and_the_dead_one_can_write_nothing(project: Project) -> None:
    export = make_export(project, state=FileState.WAITING)
    dead = exports.claim(export_id=export.pk)
    assert dead is not None
    Export.objects.filter(pk=export.pk).update(claimed_until=now() - timedelta(seconds=1))

    alive = exports.claim(export_id=export.pk)

    assert alive is not None
    assert not exports.keep(export=dead, progress=99)
    assert not exports.record_ready(export=dead, file="exports/1/old.zip", size=1)
    assert not exports.record_failed(export=dead, problem="It died.")
    assert exports.record_ready(export=alive, file="exports/1/new.zip", size=2)
    export.refresh_from_db()
    assert (export.state, export.file, export.size, export.progress) == ("ready", "exports/1/new.zip", 2, 100)
    assert export.expires_at is not None
    assert timedelta(days=6, hours=23) < export.expires_at - now() <= timedelta(days=7)


def test_export_that_broke_off_three_times_is_given_up_in_words(project: Project) -> None:
    export = make_export(project, state=FileState.RUNNING, tries=3, claimed_until=now() - timedelta(seconds=1))

    assert exports.claim(export_id=export.pk) is None
    export.refresh_from_db()
    assert (export.state, export.problem) == (
        "failed",
        "Making it broke off three times. Ask again with fewer takes.",
    )
    assert exports.claim(export_id=export.pk) is None


def test_run_that_is_over_gives_its_try_back(project: Project) -> None:
    export = make_export(project, state=FileState.WAITING)
    mine = exports.claim(export_id=export.pk)
    assert mine is not None

    exports.go_on_later(export=mine)

    export.refresh_from_db()
    assert (export.tries, export.claimed_until, OrmQ.objects.count()) == (0, None, 1)
    assert exports.claim(export_id=export.pk) is not None


def test_forgotten_ones_are_those_that_nobody_holds(project: Project) -> None:
    old, moment = now() - timedelta(minutes=5), now()
    lost = make_export(project, state=FileState.WAITING, created_at=old)
    dead = make_export(project, state=FileState.RUNNING, created_at=old, claimed_until=moment - timedelta(seconds=1))
    make_export(project, state=FileState.WAITING)
    make_export(project, state=FileState.RUNNING, created_at=old, claimed_until=moment + timedelta(minutes=1))
    make_export(project, created_at=old)

    assert exports.forgotten(hint_life=timedelta(seconds=45)) == [lost.pk, dead.pk]


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
