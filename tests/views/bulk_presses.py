"""Presses on the bar of selected takes, and the toast that answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from studio.models import Render, User

ClientOf = Callable[[User], Client]


HTMX = {"HX-Request": "true"}


def press(client: Client, act: str, *takes: Render, in_: str = "", **form: Any) -> Any:
    address = reverse("bulk-ask", query={"act": act, "in": in_})
    return client.post(address, {"take": [take.pk for take in takes], **form}, headers=HTMX)


def toast(response: Any) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(response["HX-Trigger"])["toast"]
    return said
