"""The system checks."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_django import Settings

from studio import checks


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
    databases = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
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
