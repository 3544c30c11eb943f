"""Uploads that must leave nothing behind, and what is answered to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client

from studio.models import User

ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Whatever becomes of an upload, the folder of unfinished ones is as empty as before."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    before = set(folder.iterdir())
    yield
    assert set(folder.iterdir()) == before


def said(response: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]
