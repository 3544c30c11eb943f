"""What the tests of the composer share: the artist's press of a button, and a look at what is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from studio.models import Asset, ComposerDraft, Project, ProviderKey, User
from tests.factories import make_asset, make_key

HTMX = {"HX-Request": "true"}
Press = Callable[..., Any]


@pytest.fixture
def key(db: None) -> ProviderKey:
    return make_key()


@pytest.fixture
def press(client_of: Callable[[User], Client], artist: User, project: Project, key: ProviderKey) -> Press:
    """Presses a button of the artist's composer, as htmx does unless told otherwise; Render on the form just drawn."""
    client = client_of(artist)

    def post(act: str, htmx: bool, to: Project, fields: dict[str, Any]) -> Any:
        form = {"prompt": "A red car stops.", "model": "seedance-2.0-fast", "act": act} | fields
        path, headers = reverse("composer", args=[to.slug]), HTMX if htmx else {}
        return client.post(path, urlencode(form), "application/x-www-form-urlencoded", headers=headers)

    def send(act: str, *, htmx: bool = True, to: Project = project, **fields: Any) -> Any:
        if act == "render" and not {"submission", "shown"} <= set(fields):
            fields = hidden_of(post("update", True, to, fields)) | fields
        return post(act, htmx, to, fields)

    return send


def hidden_of(response: Any) -> dict[str, str]:
    """What the drawn form carries besides what a person chooses: its submission, and what it shows as to be paid."""
    found = re.findall(r'<input type="hidden" name="(submission|shown)" value="([^"]*)"', response.content.decode())
    return dict(found)


def alert_of(response: HttpResponse) -> str:
    """What the summary of errors says."""
    return response.content.decode().partition('role="alert"')[2].partition("</ul>")[0]


def draft_of(project: Project, user: User) -> ComposerDraft:
    return ComposerDraft.objects.get(project=project, user=user)


def fill_tray(project: Project, user: User, count: int) -> list[Asset]:
    assets = [make_asset(project) for _ in range(count)]
    tray = [asset.pk for asset in assets]
    ComposerDraft.objects.update_or_create(project=project, user=user, defaults={"data": {"tray": tray}})
    return assets


def toast_of(response: HttpResponse) -> tuple[str, str]:
    toast = json.loads(response["HX-Trigger"])["toast"]
    return toast["level"], toast["text"]
