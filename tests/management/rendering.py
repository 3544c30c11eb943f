"""The command `render`, as it is run on a shell."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from studio.models import Project, ProviderKey
from tests.factories import make_key


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def key(project: Project) -> ProviderKey:
    return make_key(label="Sandbox")


def run(
    *words: str, operation: str = "text-to-video", model: str = "seedance-2.0-fast", stderr: io.StringIO | None = None
) -> tuple[int, str]:
    """The exit code and what stood on standard output."""
    out = io.StringIO()
    fixed = ["--project", "tea", "--provider", "tokenlab", "--model", model, "--operation", operation]
    try:
        call_command("render", *fixed, "--prompt", "A red car", *words, stdout=out, stderr=stderr or io.StringIO())
    except SystemExit as ending:
        return int(str(ending.code)), out.getvalue()
    return 0, out.getvalue()


def ask_all(*words: str) -> dict[str, object]:
    out = io.StringIO()
    fixed = ["--project", "tea", "--operation", "text-to-video", "--prompt", "A red car", "--json"]
    with contextlib.suppress(SystemExit):
        call_command("render", *fixed, *words, stdout=out)
    (row,) = json.loads(out.getvalue())
    found: dict[str, object] = row
    return found
