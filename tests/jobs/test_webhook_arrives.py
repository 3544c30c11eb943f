"""The Seedance 2.0 Open API calls for real: the sandbox posts to a running studio, which only looks sooner for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from studio.choices import RenderState
from studio.jobs import track
from studio.jobs.submit import submit
from studio.lib.clock import later, now
from studio.models import Attempt, Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services.renders import create_renders
from tests.factories import make_key, make_request

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 20.0


@pytest.fixture
def seedance_key(
    transactional_db: None, studio_project: Project, sandbox: Sandbox, live_server: LiveServer, settings: Settings
) -> ProviderKey:
    settings.STUDIO_PUBLIC_URL = live_server.url
    return make_key(provider="seedance", base_url=sandbox.base_url, secret="sd2_live_0f6c1a2e44d1")


def sent(project: Project, key: ProviderKey, prompt: str) -> Render:
    """A take at the gateway whose next look is planned for much later than its end."""
    request = make_request(
        provider="seedance", model="seedance-2.0", prompt=prompt, resolution="480p", duration=4, sound=False
    )
    render = create_renders(project=project, asked_by=None, key=key, request=request, takes=1, submission=uuid4())[0]
    submit(render.pk)
    Render.objects.filter(pk=render.pk, state=RenderState.WAITING).update(next_poll_at=later(3600))
    return Render.objects.get(pk=render.pk)


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE
    while not happened():
        assert time.monotonic() < until, "the gateway did not call"
        time.sleep(0.02)


@pytest.mark.parametrize("fault", ["", "[fault:webhook-twice]"])
def test_call_at_the_end_brings_the_next_look_forward(
    fault: str, studio_project: Project, seedance_key: ProviderKey, sandbox: Sandbox
) -> None:
    sandbox.gateway.pace = 2.0
    render = sent(studio_project, seedance_key, f"A red car {fault}")

    wait_for(lambda: Render.objects.due(now()).exists())

    track.track(run_seconds=1.0)
    render.refresh_from_db()
    assert render.state == RenderState.FETCHING


@pytest.mark.parametrize("fault", ["webhook-early", "webhook-forged"])
def test_call_that_says_more_than_is_true_is_not_believed(
    fault: str, studio_project: Project, seedance_key: ProviderKey, sandbox: Sandbox
) -> None:
    sandbox.gateway.pace = 30
    render = sent(studio_project, seedance_key, f"A red car [fault:{fault}]")

    wait_for(lambda: Attempt.objects.filter(render=render, woken_at__isnull=False).exists())
    track.track(run_seconds=1.0)

    render.refresh_from_db()
    assert (render.state in {RenderState.WAITING, RenderState.RUNNING}, render.result_url) == (True, "")
