"""`manage.py demo`: fills an empty studio once, and lets in nobody by a password."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from studio.models import Asset, LedgerEntry, Membership, Project, Prompt, ProviderKey, Render, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def fill() -> str:
    out = io.StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def test_demo_fills_the_studio_once() -> None:
    first = fill()
    counts = [model.objects.count() for model in (User, Project, Membership, Asset, Prompt, ProviderKey, Render)]

    second = fill()

    assert (first, second) == ("The demo is filled.\n", "The demo was filled before; nothing was changed.\n")
    again = [model.objects.count() for model in (User, Project, Membership, Asset, Prompt, ProviderKey, Render)]
    assert again == counts
    assert 0 not in counts
    assert LedgerEntry.objects.count() == 2 * Render.objects.count()


def test_demo_people_have_no_password() -> None:
    fill()

    assert [user.has_usable_password() for user in User.objects.all()] == [False] * 3


def test_demo_takes_are_asked_for_in_the_demo_project() -> None:
    fill()

    assert set(Render.objects.values_list("state", "project__slug")) == {("queued", "demo")}


def test_demo_keys_follow_the_sandbox(settings: Settings) -> None:
    fill()
    secrets = {key.provider: key.secret for key in ProviderKey.objects.all()}
    settings.STUDIO_SANDBOX_PORT = 9999

    fill()

    keys = ProviderKey.objects.all()
    assert {key.provider: key.secret for key in keys} == secrets
    assert {key.provider: key.base_url for key in keys} == {
        "tokenlab": "http://127.0.0.1:9999",
        "tokenhub": "http://127.0.0.1:9999/api/v1",
        "seedance": "http://127.0.0.1:9999",
        "ark": "http://127.0.0.1:9999/api/v3",
    }


def test_demo_is_only_where_it_is_switched_on(settings: Settings) -> None:
    settings.STUDIO_DEMO = False

    with pytest.raises(CommandError, match="switched off"):
        fill()

    assert User.objects.count() == 0
