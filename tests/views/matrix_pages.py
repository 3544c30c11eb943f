"""The page of a matrix as somebody fills it in, and what stands on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from studio.models import Matrix, ProviderKey, User
from tests.factories import make_key

ClientOf = Callable[[User], Client]


TEXT = "A {hero} at the {place}."


FIELDS = {
    "title": "Heroes",
    "text": TEXT,
    "column": ["hero", "place"],
    "value": ["fox", "sea", "hen", "farm"],
    "model": ["seedance-2.0-fast"],
    "operation": "text-to-video",
    "resolution": "720p",
    "aspect_ratio": "16:9",
    "duration": "5",
    "takes": "1",
    "sound": "on",
}


@pytest.fixture
def key(db: None) -> ProviderKey:
    return make_key()


@pytest.fixture
def desk(client_of: ClientOf, artist: User) -> Client:
    return client_of(artist)


def save(desk: Client, matrix: Matrix, **over: Any) -> HttpResponse:
    return desk.post(f"/matrices/{matrix.pk}/save/", FIELDS | over)  # type: ignore[return-value]


def shown_on(page: HttpResponse) -> str:
    found = re.search(r'name="shown" value="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1]


def typed_on(page: Any) -> list[str]:
    """The values of the table as the page shows them."""
    return re.findall(r'name="value"[^>]*>([^<]*)<', page.content.decode())
