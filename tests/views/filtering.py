"""Takes that filters tell apart, and what a filtered page shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Project, Render, User
from studio.services import search_index
from tests.factories import make_render, make_request

ClientOf = Callable[[User], Client]


@pytest.fixture
def client(client_of: ClientOf, artist: User) -> Client:
    return client_of(artist)


def take_with(project: Project, prompt: str, **over: Any) -> Render:
    take = make_render(project, request=make_request(prompt=prompt), **over)
    search_index.index(noun="take", numbers=[take.pk])
    return take


def see(client: Client, **query: Any) -> Any:
    return client.get(reverse("gallery"), query)


def numbers(response: Any) -> list[int]:
    return [take.pk for take in response.context["takes"]]
