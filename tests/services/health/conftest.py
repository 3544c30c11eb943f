"""A studio in which nothing is wrong; each test breaks one thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from studio.models import ProviderKey
from tests.healthy import put_in_order


@pytest.fixture
def healthy(db: None, settings: Settings, tmp_path: Path) -> ProviderKey:
    """A studio in order, with its one key."""
    return put_in_order(settings, tmp_path)
