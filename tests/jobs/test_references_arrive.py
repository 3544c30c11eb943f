"""From the bucket to the gateway for real: the sandbox fetches what a sending put there, and nothing stays behind."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from studio.choices import InputRole, Operation
from studio.jobs.clear_references import clear_references
from studio.jobs.gateways import client, connection_of_attempt
from studio.jobs.submit import submit
from studio.models import Project, ReferenceCopy, Render
from studio.providers import registry
from studio.providers.answers import RemoteStatus
from studio.sandbox.server import Sandbox
from studio.services.requests import input_file
from tests.factories import make_asset, store
from tests.jobs.conftest import Ask
from tests.media_factories import make_image
from tests.providers.loopback import unused_port
from tests.storage_server import SECRET, Storage

pytestmark = pytest.mark.django_db

DEADLINE = 20.0


@pytest.fixture
def render(ask: Ask, studio_project: Project, tmp_path: Path) -> Render:
    """A take that begins with a picture which nobody has prepared yet."""
    content = make_image(tmp_path / "a.png", size=(640, 360), format="PNG").read_bytes()
    asset = make_asset(
        studio_project,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        width=640,
        height=360,
        name="tea.png",
    )
    store(asset.file, content)
    inputs = (input_file(InputRole.FIRST_FRAME, asset),)
    return ask(operation=Operation.IMAGE_TO_VIDEO, inputs=inputs, aspect_ratio="adaptive")


def ended(render: Render) -> RemoteStatus:
    """What the gateway says at the end."""
    attempt = render.attempts.get()
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        adapter = registry.get(render.provider).adapter
        status = adapter.status(client(), connection_of_attempt(attempt), attempt.remote_id, attempt.poll_url)
        if status.has_ended:
            return status
        time.sleep(0.05)
    raise AssertionError("the gateway did not come to an end")


def test_gateway_fetches_from_the_bucket_and_the_copy_goes_with_the_take(
    render: Render, sandbox: Sandbox, storage: Storage
) -> None:
    submit(render.pk)
    status = ended(render)
    clear_references()
    during = storage.names()
    Render.objects.update(state="ready")
    clear_references()

    assert (status.state, status.error_text) == ("succeeded", "")
    assert (len(during), storage.names(), ReferenceCopy.objects.count()) == (1, [], 0)


def test_record_of_the_request_holds_no_signature(render: Render, sandbox: Sandbox, storage: Storage) -> None:
    submit(render.pk)

    record = json.dumps(render.attempts.get().request)
    assert [word in record for word in (storage.url, "X-Amz", SECRET)] == [True, False, False]


def test_nothing_is_sent_while_the_storage_is_away_and_the_take_waits(
    render: Render, sandbox: Sandbox, storage: Storage, settings: Settings
) -> None:
    settings.STUDIO_S3_ENDPOINT = f"http://127.0.0.1:{unused_port()}"
    submit(render.pk)
    render.refresh_from_db()
    waiting = (render.state, render.not_before is not None, render.attempts.count())

    settings.STUDIO_S3_ENDPOINT = storage.url
    Render.objects.update(not_before=None)
    submit(render.pk)

    render.refresh_from_db()
    assert waiting == ("queued", True, 0)
    assert (render.state, render.attempts.count()) == ("waiting", 1)
