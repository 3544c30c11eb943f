"""Faults of the world around the studio, each with its end; with the keys and the takes of the jobs' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.jobs import gateways
from studio.sandbox.server import Sandbox
from tests.jobs.conftest import _no_waiting_for_the_database, _own_files, ask, key, studio_project, unreadable

__all__ = ["_no_waiting_for_the_database", "_own_files", "ask", "key", "studio_project", "unreadable"]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A gateway of its own for the test, without a fault; its films are plain, as nobody looks at them."""
    with Sandbox(data_dir=tmp_path / "sandbox", pace=0.1, plain_films=True) as running:
        yield running
    # Its port may be another sandbox's next, and connections to this one are dead.
    gateways.client.cache_clear()
