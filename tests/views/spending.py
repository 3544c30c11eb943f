"""Pages of spending in November, and readers of what stands on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from studio.choices import RenderState, Standing
from studio.models import Project, Render, User
from tests.factories import make_render

ClientOf = Callable[[User], Client]


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


PAGES = ("spend", "spend-takes", "spend-export")


@pytest.fixture(autouse=True)
def in_november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def spend(project: Project, price: str, **over: Any) -> Render:
    paid: dict[str, Any] = {
        "standing": Standing.SETTLED,
        "state": RenderState.READY,
        "price": Decimal(price),
        "booked_at": NOW,
    }
    return make_render(project, **(paid | over))


def opened(client: Client, page: str = "spend", **query: Any) -> Any:
    return client.get(reverse(page, query=query or None))


def body_of(response: Any) -> str:
    content: bytes = response.getvalue() if response.streaming else response.content
    return content.decode()


def totals(response: Any) -> dict[str, Decimal]:
    return {section["currency"]: section["total"].paid for section in response.context["sections"]}
