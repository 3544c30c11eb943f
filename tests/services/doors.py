"""Keys of one project at gateways that can do different things."""

from __future__ import annotations

import pytest

from studio.models import ProviderKey
from studio.services.doors import Door
from tests.factories import make_key

MODEL = "seedance-2.0-fast"


@pytest.fixture
def lab(db: None) -> ProviderKey:
    return make_key(label="Lab")


@pytest.fixture
def hub(lab: ProviderKey) -> ProviderKey:
    return make_key(provider="tokenhub", label="Hub", base_url="http://127.0.0.1:9/api/v1")


@pytest.fixture
def ink(hub: ProviderKey) -> ProviderKey:
    return make_key(provider="seedance", label="Ink", currency="credits")


def labels(found: list[Door]) -> list[str]:
    return [door.key.label for door in found]
