"""What the composer of somebody who manages says of budgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from studio.models import Project, ProviderKey, User
from tests.views.composing import HTMX, Press, hidden_of

ClientOf = Callable[[User], Client]


COMPOSER = {"prompt": "A red car stops.", "model": "seedance-2.0-fast"}


def words_of(html: str) -> str:
    return " ".join(strip_tags(html).split())


@pytest.fixture
def manages(client_of: ClientOf, manager: User, project: Project, key: ProviderKey) -> Press:
    """Presses a button of the manager's composer; Render on the form just drawn."""
    client = client_of(manager)

    def send(act: str, **fields: Any) -> Any:
        address = reverse("composer", args=[project.slug])
        if act == "render":
            fields = hidden_of(send("update", **fields)) | fields
        return client.post(address, COMPOSER | {"act": act} | fields, headers=HTMX)

    return send
