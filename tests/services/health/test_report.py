"""Each thing that can break is really broken here, and found with the words that say so."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django_q.models import OrmQ
from pytest_django import Settings

from studio.choices import Standing
from studio.lib.clock import later, now
from studio.media import storage
from studio.models import Lease, Output, Project, ProviderKey, Render, RenderEvent
from studio.models.encryption import Token
from studio.services import keys, queue
from studio.services.audit import Actor
from studio.services.health import clocks, renders, report
from studio.services.health import storage as disk
from studio.services.health.findings import GIGABYTE, Finding, Level
from tests.factories import make_key, make_output, make_render
from tests.healthy import wrong

LOST = Token(Fernet(Fernet.generate_key()).encrypt(b"sk-lost").decode())


def ago(**time: float) -> Any:
    return now() - timedelta(**time)


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


STUCK = [
    ({"state": "queued", "state_at": 11}, "queued takes", "problem", "queued without a reason, the oldest for 11 min"),
    (
        {"state": "submitting", "state_at": 9},
        "takes being sent",
        "problem",
        "being sent, the oldest for 9 min: nobody holds them any more",
    ),
    (
        {"state": "waiting", "next_poll_at": 4},
        "looks at the gateways",
        "problem",
        "not asked about when planned, the oldest 4 min late",
    ),
    (
        {"state": "running", "state_at": 60 * 30},
        "takes at the gateways",
        "warning",
        "at a gateway for a long time, the oldest for 30 hours",
    ),
    (
        {"state": "fetching", "state_at": 45},
        "downloads",
        "warning",
        "rendered but not fetched, the oldest for 45 min",
    ),
    (
        {"state": "unconfirmed", "state_at": 3, "standing": Standing.POSSIBLY},
        "unconfirmed takes",
        "warning",
        "sent without an answer, the oldest 3 min ago",
    ),
    (
        {"state": "failed", "state_at": 60 * 24 * 3, "standing": Standing.POSSIBLY},
        "possibly charged takes",
        "warning",
        "ended without a file and without a word about their money, the oldest 3 days ago",
    ),
]


@pytest.mark.parametrize(("columns", "check", "level", "words"), STUCK, ids=[row[1] for row in STUCK])
def test_take_that_stays_too_long_is_said(
    healthy: ProviderKey, project: Project, columns: dict[str, Any], check: str, level: str, words: str
) -> None:
    values = {name: ago(minutes=value) if name.endswith("_at") else value for name, value in columns.items()}
    take = make_render(project, healthy, **values)

    assert wrong() == {check: (level, f"1 take {words} (take {take.pk}).")}


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "queued", "error_meaning": "Waiting for a free place."},
        {"state": "queued", "not_before": 20},
        {"state": "waiting", "next_poll_at": 1},
        {"state": "failed", "standing": Standing.RELEASED},
        {"state": "ready", "standing": Standing.SETTLED},
    ],
)
def test_take_that_waits_for_a_reason_is_not_stuck(
    healthy: ProviderKey, project: Project, columns: dict[str, Any]
) -> None:
    values = {name: later(value) if isinstance(value, int) else value for name, value in columns.items()}
    make_render(project, healthy, state_at=ago(minutes=15), **values)

    assert wrong() == {}


@pytest.mark.parametrize("who", ["event", "beat"])
def test_clock_that_was_set_back_is_a_problem(healthy: ProviderKey, project: Project, who: str) -> None:
    if who == "event":
        RenderEvent.objects.create(
            render=make_render(project, healthy), to_state="queued", reason="", created_at=later(3605)
        )
    else:
        Lease.objects.filter(name="track").update(beat_at=later(3605))

    words = "Something was written 60 min in the future: a clock was set back, or another machine's is ahead."
    assert wrong() == {"recorded times": ("problem", words)}


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (1, "ok", "Their clock agrees with this machine's."),
        (-5, "warning", "Their clock is 5 s behind this machine's."),
        (65, "problem", "Their clock is 65 s ahead of this machine's."),
    ],
)
def test_clock_that_differs_is_said_by_how_much(ahead: int, level: str, words: str) -> None:
    with time_machine.travel(now(), tick=False):
        found = clocks.compare("clock", "Their clock", later(ahead))

    assert (found.level, found.found) == (level, words)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no clock of its own")
def test_clock_of_the_database_that_differs_is_a_problem(healthy: ProviderKey) -> None:
    with time_machine.travel(now() + timedelta(seconds=40), tick=False):
        assert wrong() == {"database clock": ("problem", "The database's clock is 40 s behind this machine's.")}


def test_key_that_is_paused_or_refused_is_said(healthy: ProviderKey) -> None:
    check = "key TokenLab “main”"
    keys.pause(key=healthy, actor=Actor.shell())
    paused = wrong()
    keys.resume(key=healthy, actor=Actor.shell())
    keys.pause_refused(key=healthy, said="Invalid key", meaning="The gateway does not accept the key.")

    assert paused == {check: ("warning", "It is paused, and its takes wait.")}
    assert wrong() == {check: ("problem", "The gateway refused it, so it is paused and its takes wait.")}


@pytest.mark.parametrize(
    ("columns", "level", "words"),
    [
        ({"checked_at": None}, "warning", "It was never checked."),
        ({"check_result": {"verdict": "unreachable"}}, "warning", "Its last check was not good (unreachable)."),
        (
            {"secret": LOST},
            "problem",
            "Its stored secret cannot be read with the present STUDIO_SECRET_KEYS.",
        ),
    ],
)
def test_key_that_is_not_known_to_work_is_said(
    healthy: ProviderKey, columns: dict[str, Any], level: str, words: str
) -> None:
    make_key(label="local", base_url="http://127.0.0.1:8701")
    ProviderKey.objects.filter(pk=healthy.pk).update(**columns)

    assert wrong() == {"key TokenLab “main”": (level, words)}


def test_key_for_this_machine_needs_no_check(healthy: ProviderKey) -> None:
    ProviderKey.objects.update(base_url="http://127.0.0.1:8701", checked_at=None, check_result={})

    assert wrong() == {}


def test_studio_without_a_key_says_so(healthy: ProviderKey) -> None:
    ProviderKey.objects.all().delete()

    assert wrong() == {"keys": ("warning", "There is no key, so nothing can be rendered.")}


def test_secret_of_a_key_is_nowhere_in_it(healthy: ProviderKey) -> None:
    said = str(report.examine())

    assert (healthy.secret in said, healthy.secret[-4:] in said, healthy.hint in said) == (False, False, False)


ADDRESSES = [
    ({"STUDIO_DEMO": False}, "public address", "warning"),
    ({"STUDIO_PUBLIC_URL": "https://rushes.example.com", "STUDIO_DEMO": False}, "public address", "warning"),
    ({"STUDIO_PUBLIC_URL": "http://rushes.example.com", "STUDIO_DEMO": False}, "public address", "problem"),
    ({"ALLOWED_HOSTS": ["another.example.com"]}, "host names", "problem"),
    ({"STUDIO_HOST": "0.0.0.0"}, "demo", "problem"),
    ({"DEBUG": True}, "debug pages", "problem"),
]


@pytest.mark.parametrize(("changed", "check", "level"), ADDRESSES)
def test_address_that_cannot_work_or_is_open_to_all_is_said(
    healthy: ProviderKey, settings: Settings, changed: dict[str, Any], check: str, level: str
) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", ".example.com"]
    for name, value in changed.items():
        setattr(settings, name, value)

    assert {name: found[0] for name, found in wrong().items()} == {check: level}


def test_address_behind_a_proxy_is_in_order(healthy: ProviderKey, settings: Settings) -> None:
    settings.STUDIO_DEMO, settings.STUDIO_PUBLIC_URL = False, "https://rushes.example.com"
    settings.SECURE_PROXY_SSL_HEADER, settings.ALLOWED_HOSTS = ("HTTP_X_FORWARDED_PROTO", "https"), [".example.com"]

    assert wrong() == {}


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
