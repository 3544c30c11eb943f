"""The system checks."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import Settings

from studio import checks
from studio.jobs import deliveries, ingest
from studio.providers import http
from studio.services import attempts


def test_data_folder_is_fine_when_it_can_be_written_to(settings: Settings, tmp_path: Path) -> None:
    settings.STUDIO_DATA_DIR = tmp_path

    assert checks.data_folder() == []


def test_data_folder_that_is_not_there_is_an_error(settings: Settings, tmp_path: Path) -> None:
    settings.STUDIO_DATA_DIR = tmp_path / "nowhere"

    (error,) = checks.data_folder()

    assert error.id == "studio.E002"
    assert "STUDIO_DATA_DIR" in str(error.hint)


@pytest.mark.parametrize(("version", "found"), [((3, 34, 1), 1), ((3, 35, 0), 0)])
def test_old_sqlite_is_an_error(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], found: int) -> None:
    databases = {"default": {"ENGINE": "studio.lib.sqlite"}}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES=databases))
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)

    assert len(checks.sqlite_version()) == found


@pytest.mark.parametrize(("mode", "found"), [(0o600, 0), (0o640, 1), (0o604, 1)])
def test_secret_file_that_others_can_read_is_an_error(
    settings: Settings, tmp_path: Path, mode: int, found: int
) -> None:
    settings.STUDIO_DATA_DIR = tmp_path
    (tmp_path / "secret-key").touch()
    (tmp_path / "secret-key").chmod(mode)

    assert len(checks.secret_files()) == found


def cluster(**over: Any) -> dict[str, Any]:
    return {"name": "studio", "workers": 1, "bulk": 1, "timeout": 100, "ALT_CLUSTERS": {}, **over}


@pytest.mark.parametrize(
    ("over", "found"),
    [
        ({"retry": 200}, 1),
        ({"retry": 201}, 0),
        ({"retry": 301, "ALT_CLUSTERS": {"media": {"timeout": 200}}}, 1),
    ],
)
def test_queue_that_hands_work_out_again_too_soon_is_an_error(
    settings: Settings, over: dict[str, Any], found: int
) -> None:
    settings.Q_CLUSTER = cluster(**over)

    assert len(checks.queue_times()) == found


@pytest.mark.parametrize("jobs", [1, 2, 4, 16])
def test_queue_times_hold_for_any_number_of_workers(settings: Settings, jobs: int) -> None:
    media = {**settings.Q_CLUSTER["ALT_CLUSTERS"], "media": {"workers": jobs}}
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": jobs, "ALT_CLUSTERS": media}

    assert checks.queue_times() == []


def test_claims_outlive_the_jobs_that_hold_them(settings: Settings) -> None:
    """A claim that ended before its job would let a second worker send or fetch the same."""
    timeout = settings.Q_CLUSTER["timeout"]

    assert timeout < attempts.SUBMIT_LEASE_SECONDS
    assert timeout > ingest.RUN_SECONDS
    assert timeout >= http.WHOLE_CREATE_SECONDS + deliveries.PUTTING_SECONDS


@pytest.mark.parametrize(("mode", "found"), [("IMMEDIATE", 0), ("DEFERRED", 1)])
def test_sqlite_with_deferred_transactions_is_an_error(monkeypatch: pytest.MonkeyPatch, mode: str, found: int) -> None:
    database = {"ENGINE": "studio.lib.sqlite", "OPTIONS": {"transaction_mode": mode}}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES={"default": database}))

    assert len(checks.sqlite_transactions()) == found
