"""Acts on a take by its buttons, and what is answered to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from studio.models import Render, User
from tests.views.composing import HTMX

Act = Callable[..., Any]


@pytest.fixture
def act(client_of: Callable[[User], Client], artist: User) -> Act:
    """The artist presses a button of a take; from a card it is htmx that sends it."""
    client = client_of(artist)

    def send(name: str, take: Render, *, htmx: bool = False) -> Any:
        return client.post(reverse(name, args=[take.pk]), headers=HTMX if htmx else {})

    return send


def said(response: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]
