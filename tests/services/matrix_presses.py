"""A matrix of two rows and two models, and the press of its button."""

from __future__ import annotations

import pytest

from studio.models import ProviderKey
from tests.factories import make_key

FAST, FULL = "seedance-2.0-fast", "seedance-2.0"


@pytest.fixture
def key(db: None) -> ProviderKey:
    return make_key()
