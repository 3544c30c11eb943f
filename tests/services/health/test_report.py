"""What the doctor says of database, disk and queues, and that looking changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django_q.models import OrmQ
from pytest_django import Settings

from studio.lib.clock import now
from studio.media import storage
from studio.models import Lease, Output, Project, ProviderKey, Render
from studio.services import queue
from studio.services.health import renders, report
from studio.services.health import storage as disk
from studio.services.health.findings import GIGABYTE, Finding, Level
from tests.factories import make_output, make_render
from tests.healthy import wrong


def test_studio_in_order_has_nothing_to_say(healthy: ProviderKey) -> None:
    assert wrong() == {}


def test_every_finding_that_is_not_good_says_what_to_do(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.STUDIO_DATA_DIR = settings.MEDIA_ROOT = settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"

    found = report.examine()

    assert {bool(each.advice) for each in found if each.level != Level.OK} == {True}
    assert {bool(each.advice) for each in found if each.level == Level.OK} == {False}


def test_looking_changes_nothing(healthy: ProviderKey, settings: Settings) -> None:
    report.examine()

    assert Lease.objects.filter(name="doctor").exists() is False
    assert list(Path(settings.STUDIO_DATA_DIR).glob(".doctor-*")) == []


def test_database_that_does_not_answer_stops_only_what_needs_it(healthy: ProviderKey) -> None:
    def away(*_: Any) -> None:
        raise OperationalError('connection to "10.1.2.3", user "rushes" failed')

    with connection.execute_wrapper(away):
        found = report.examine()

    assert found[0] == Finding(
        "database",
        Level.PROBLEM,
        "The database does not answer (OperationalError).",
        "Start it, look at DATABASE_URL, and see the log for its own words. Nothing works without it.",
    )
    assert [each.check for each in found[1:4]] == ["data folder", "media folder", "upload folder"]


def test_migration_that_is_not_applied_is_a_problem(healthy: ProviderKey) -> None:
    MigrationRecorder.Migration.objects.filter(app="studio", name="0001_initial").delete()

    assert wrong() == {"migrations": ("problem", "1 migration is not applied: studio 0001_initial.")}


def test_database_of_a_newer_version_is_said(healthy: ProviderKey) -> None:
    MigrationRecorder.Migration.objects.create(app="studio", name="9999_later")

    assert wrong() == {"migrations": ("warning", "The database has been used by a newer version: studio 9999_later.")}


def test_database_that_takes_no_rows_is_a_problem(healthy: ProviderKey) -> None:
    def read_only(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")):
            raise OperationalError("attempt to write a readonly database")
        return execute(sql, *rest)

    with connection.execute_wrapper(read_only):
        assert wrong() == {"database writes": ("problem", "A row could not be written (OperationalError).")}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone keeps a journal of that kind")
def test_journal_that_is_not_wal_is_a_problem(healthy: ProviderKey) -> None:
    def in_memory(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        return execute("SELECT 'delete'" if sql == "PRAGMA journal_mode" else sql, *rest)

    with connection.execute_wrapper(in_memory):
        assert list(wrong()) == ["database journal"]


@pytest.mark.parametrize("broken", ["gone", "a file", "not ours"])
def test_folder_that_keeps_nothing_is_a_problem(healthy: ProviderKey, settings: Settings, broken: str) -> None:
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    if broken == "not ours":
        if os.geteuid() == 0:
            pytest.skip("root may write everywhere")
        folder.chmod(0o500)
    else:
        folder.rmdir()
    if broken == "a file":
        folder.touch()

    said = {"gone": "No such file or directory", "a file": "Not a directory", "not ours": "Permission denied"}
    assert wrong() == {"upload folder": ("problem", f"Nothing can be kept in {folder}: {said[broken]}.")}


@pytest.mark.parametrize(("free", "level"), [("0.9", "problem"), ("4.9", "warning")])
def test_disk_that_fills_up_is_said(
    healthy: ProviderKey, monkeypatch: pytest.MonkeyPatch, free: str, level: str
) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda: int(float(free) * GIGABYTE))

    assert wrong() == {"disk": (level, f"{free} GB are free where takes are kept.")}


@pytest.mark.parametrize("loss", ["missing", "cut off"])
def test_take_that_is_not_whole_on_the_disk_is_a_problem(healthy: ProviderKey, project: Project, loss: str) -> None:
    lost, kept = (make_output(make_render(project, healthy, state_at=now()), b"the film") for _ in range(2))
    if loss == "missing":
        storage.remove(lost.file)
    else:
        storage.absolute(lost.file).write_bytes(b"the f")

    assert wrong() == {
        "takes on disk": ("problem", f"1 of 2 that were looked at are missing or cut off, such as {lost.file}.")
    }
    assert Output.objects.filter(pk=kept.pk).exists()


@pytest.mark.parametrize(
    ("age", "level", "words"),
    [(timedelta(seconds=70), "warning", "70 s"), (timedelta(minutes=6), "problem", "6 min")],
)
def test_queue_that_nobody_takes_from_is_said(healthy: ProviderKey, age: timedelta, level: str, words: str) -> None:
    for name in (queue.MAIN, queue.MEDIA):
        OrmQ.objects.create(key=name, payload="", lock=now())
    OrmQ.objects.filter(key=queue.MEDIA).update(lock=now() - age)

    assert wrong() == {"queue media": (level, f"1 waiting, the oldest for {words}.")}


def test_queue_of_another_version_is_said(healthy: ProviderKey) -> None:
    OrmQ.objects.create(key="posters", payload="", lock=now())

    assert wrong() == {"queue posters": ("warning", "1 hints wait in a queue that no worker takes from.")}


def test_look_that_breaks_off_is_a_problem_of_its_own(healthy: ProviderKey, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Finding:
        raise OSError("no such disk")

    monkeypatch.setitem(report.WITHOUT_DATABASE, "disk", broken)

    assert wrong() == {"disk": ("problem", "It could not be looked at (OSError).")}


def test_stuck_takes_are_found_by_one_query_each(
    healthy: ProviderKey, project: Project, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(5):
        make_render(project, healthy, state="unconfirmed")
    assert Render.objects.count() == 5

    with django_assert_num_queries(len(renders.WATCHES)):
        renders.stuck()
