"""A sandbox gateway on a real socket, a key for it, and takes asked for as the page asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from studio.jobs import gateways, submit
from studio.models import Project, ProviderKey, Render
from studio.models.encryption import Token
from studio.sandbox.server import Sandbox
from studio.services.renders import create_renders
from tests.factories import make_key, make_project, make_request

SECRET = "sk-test-9f2c5d81e07a4b63"
Ask = Callable[..., Render]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A gateway of its own for the test, quick and without a fault."""
    with Sandbox(data_dir=tmp_path / "sandbox", pace=0.1) as running:
        yield running
    # Its port may be another sandbox's next, and connections to this one are dead.
    gateways.client.cache_clear()


@pytest.fixture
def studio_project(request: pytest.FixtureRequest) -> Project:
    """A project, in whichever kind of database access the test has asked for."""
    for name in ("transactional_db", "db"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
            break
    return make_project()


@pytest.fixture
def key(studio_project: Project, sandbox: Sandbox) -> ProviderKey:
    """A key that the sandbox takes."""
    return make_key(base_url=sandbox.base_url, secret=SECRET)


@pytest.fixture
def ask(studio_project: Project, key: ProviderKey) -> Ask:
    """Ask for one small take with a prompt, as the composer does."""

    def one(prompt: str = "A red car stops at the sea.", **over: Any) -> Render:
        request = make_request(prompt=prompt, resolution="480p", duration=4, sound=False, **over)
        return create_renders(
            project=studio_project, asked_by=None, key=key, request=request, takes=1, submission=uuid4()
        )[0]

    return one


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _no_waiting_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "PATIENCE", (0, 0, 0))


@pytest.fixture
def unreadable() -> Callable[[ProviderKey], None]:
    """Make the stored secret of a key one of an encryption key that nobody has any more."""

    def lose(key: ProviderKey) -> None:
        token = Token(Fernet(Fernet.generate_key()).encrypt(b"sk-lost-00000000").decode())
        ProviderKey.objects.filter(pk=key.pk).update(secret=token)

    return lose


@pytest.fixture
def open_api_key(
    transactional_db: None, studio_project: Project, sandbox: Sandbox, live_server: LiveServer, settings: Settings
) -> ProviderKey:
    """A key of the gateway that calls back, in a studio that it can reach."""
    settings.STUDIO_PUBLIC_URL = live_server.url
    return make_key(provider="seedance", base_url=sandbox.base_url, secret="sd2_live_0f6c1a2e44d1")


def ask_open_api(project: Project, key: ProviderKey, prompt: str) -> Render:
    """A small take asked for there, not sent yet."""
    request = make_request(
        provider="seedance", model="seedance-2.0", prompt=prompt, resolution="480p", duration=4, sound=False
    )
    return create_renders(project=project, asked_by=None, key=key, request=request, takes=1, submission=uuid4())[0]
