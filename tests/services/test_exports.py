"""Exports: asking for them once, claiming them, and giving up what breaks off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django_q.models import OrmQ
from pytest_django import Settings

from studio.choices import FileState
from studio.lib.clock import now
from studio.models import Export, Project, Render, User
from studio.services import exports
from tests.factories import make_output, make_project, make_render
from tests.services.exporting import media, takes
from tests.team_factories import make_export

__all__ = ["media", "takes"]
pytestmark = pytest.mark.django_db


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
