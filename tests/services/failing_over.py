"""A take that its gateway refuses, and the doors that are left."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from studio.choices import RenderState
from studio.models import Attempt, Project, ProviderKey, Render, User
from studio.services import attempts
from studio.services.renders import create_renders
from studio.services.transitions import move
from tests.factories import make_attempt, make_key, make_request


@pytest.fixture
def allowing(project: Project) -> Project:
    Project.objects.update(tries_next_gateway=True)
    project.refresh_from_db()
    return project


@pytest.fixture
def hub(allowing: Project) -> ProviderKey:
    return make_key(provider="tokenhub", label="Hub")


@pytest.fixture
def third(hub: ProviderKey) -> ProviderKey:
    return make_key(label="Third")


def shown(*keys: ProviderKey, estimate: str = "0.80", currency: str = "USD") -> list[dict[str, Any]]:
    return [{"key": key.pk, "estimate": estimate, "currency": currency} for key in keys]


def sent(project: Project, fallbacks: list[dict[str, Any]], asked_by: User | None = None, **over: Any) -> Attempt:
    """A take that is on its way with a key of its own."""
    (take,) = create_renders(
        project=project,
        asked_by=asked_by,
        key=make_key(label="First"),
        request=make_request(**over),
        takes=1,
        submission=uuid4(),
        fallbacks=fallbacks,
    )
    move(render=take, to=RenderState.SUBMITTING, reason="Sending")
    return make_attempt(take)


def refuse(attempt: Attempt, said: str = "Not enough money.", code: str = "") -> None:
    attempts.record_refused(attempt=attempt, said=said, meaning="Refused.", advice="Top up.", code=code)


def switched() -> list[Render]:
    return list(Render.objects.filter(lineage="switch").order_by("pk"))
