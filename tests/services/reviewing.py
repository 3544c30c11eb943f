"""Takes that are ready or were sent for a review, and what became of them."""

from __future__ import annotations

from typing import Any

import pytest

from studio.choices import ReviewState
from studio.models import Project, Render, RenderEvent, User
from studio.services import reviews
from tests.factories import make_output, make_render

W, A, C, R, N = (
    ReviewState.WAITING,
    ReviewState.APPROVED,
    ReviewState.CHANGES,
    ReviewState.REJECTED,
    ReviewState.NONE,
)


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, **over)
    make_output(take)
    return take


def stored(take: Render) -> ReviewState:
    return ReviewState(Render.objects.values_list("review_state", flat=True).get(pk=take.pk))


def history(take: Render) -> list[str]:
    return list(RenderEvent.objects.filter(render=take).values_list("reason", flat=True))[1:]


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    return ready(project, asked_by=artist)


@pytest.fixture
def sent(take: Render, artist: User) -> Render:
    reviews.send(takes=[take], actor=artist, note="The second half  is new.")
    return take
