"""A take with a film, and what is said under it by form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Project, Render, User
from tests.factories import make_output, make_render

ClientOf = Callable[[User], Client]


BOX = [{"kind": "box", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}]


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    """121 frames at 24 a second."""
    take = make_render(project, asked_by=artist)
    make_output(take, frame_count=121)
    return take


def page(client: Client, take: Render, **query: Any) -> Any:
    return client.get(reverse("render-detail", args=[take.pk], query=query or None))
