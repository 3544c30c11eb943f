"""Takes whose films lie on the disk, to be taken out to the edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from studio.models import Project, Render
from tests.factories import (
    make_output,
    make_render,
)


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
