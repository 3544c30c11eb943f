"""A take that can be talked of, and what was said and told of it."""

from __future__ import annotations

import pytest

from studio.models import Project, Render, User
from tests.factories import make_output, make_render


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    """121 frames at 24 a second, asked for by the artist."""
    take = make_render(project, asked_by=artist)
    make_output(take, frame_count=121)
    return take
