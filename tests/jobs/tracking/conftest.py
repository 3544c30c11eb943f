"""The cast of the tracker's tests."""

from __future__ import annotations

import pytest

from studio.jobs import polls, track
from studio.models import Project
from tests.factories import make_project


@pytest.fixture
def project(transactional_db: None) -> Project:
    return make_project()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rhythm, faster."""
    monkeypatch.setattr(track, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(track, "FLUSH_SECONDS", 0.02)
    monkeypatch.setattr(track, "FINISH_SECONDS", 0.5)
    monkeypatch.setattr(polls, "poll_seconds", lambda provider, base_url: 0.05)
