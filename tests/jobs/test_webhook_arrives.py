"""The Seedance 2.0 Open API calls for real: the sandbox posts to a running studio, which only looks sooner for it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from studio.choices import RenderState
from studio.jobs import track
from studio.jobs.submit import submit
from studio.lib.clock import later, now
from studio.models import Attempt, Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from tests.jobs.conftest import ask_open_api

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 20.0


def sent(project: Project, key: ProviderKey, prompt: str) -> Render:
    """A take at the gateway whose next look is planned for much later than its end."""
    render = ask_open_api(project, key, prompt)
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
    fault: str, studio_project: Project, open_api_key: ProviderKey, sandbox: Sandbox
) -> None:
    sandbox.gateway.pace = 2.0
    render = sent(studio_project, open_api_key, f"A red car {fault}")

    wait_for(lambda: Render.objects.due(now()).exists())

    track.track(run_seconds=1.0)
    render.refresh_from_db()
    assert render.state == RenderState.FETCHING


@pytest.mark.parametrize("fault", ["webhook-early", "webhook-forged"])
def test_call_that_says_more_than_is_true_is_not_believed(
    fault: str, studio_project: Project, open_api_key: ProviderKey, sandbox: Sandbox
) -> None:
    sandbox.gateway.pace = 30
    render = sent(studio_project, open_api_key, f"A red car [fault:{fault}]")

    wait_for(lambda: Attempt.objects.filter(render=render, woken_at__isnull=False).exists())
    track.track(run_seconds=1.0)

    render.refresh_from_db()
    assert (render.state in {RenderState.WAITING, RenderState.RUNNING}, render.result_url) == (True, "")
