"""A page that asks what has changed, and what it is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.models import Render, RenderEvent, User

Ask = Callable[..., Any]


@pytest.fixture
def ask(client_of: Callable[[User], Client], artist: User) -> Ask:
    """The artist's browser asks for what has changed."""
    client = client_of(artist)

    def send(**query: object) -> Any:
        return client.get(reverse("changes"), {name: str(value) for name, value in query.items()})

    return send


def newest() -> int:
    return RenderEvent.objects.values_list("pk", flat=True).order_by("-pk")[0]


def before_all() -> int:
    """Just before the first event; numbers do not start at one where earlier tests have used some."""
    return RenderEvent.objects.values_list("pk", flat=True).order_by("pk")[0] - 1


def settle() -> None:
    """Let everything so far have happened long ago."""
    RenderEvent.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    Render.objects.update(created_at=timezone.now() - timedelta(minutes=1))


def poll_of(body: str) -> dict[str, str]:
    """What the page will ask for next."""
    address = re.search(r'<div id="changes"[^>]* hx-get="([^"]*)"', body)
    assert address is not None
    query = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)
    return {name: values[0] for name, values in query.items()}
