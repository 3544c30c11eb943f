"""What the submit job refuses or puts off itself, so that nothing is sent and no money is held."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from studio.choices import InputRole, Operation, RenderState
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services.requests import input_file
from tests.factories import make_asset
from tests.jobs.conftest import Ask
from tests.jobs.submitting import kinds_of

pytestmark = pytest.mark.django_db


def test_submit_checks_the_request_once_more_before_sending(ask: Ask, sandbox: Sandbox) -> None:
    render = ask()
    Render.objects.filter(pk=render.pk).update(spec={**render.spec, "resolution": "4k"})

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates, render.attempts.count()) == (RenderState.REFUSED, [], 0)
    assert "480p and 720p only" in render.error_meaning
    assert kinds_of(render) == ["estimated", "reserved", "released"]


def test_submit_of_a_model_that_is_gone_is_refused(ask: Ask, sandbox: Sandbox) -> None:
    render = ask()
    Render.objects.filter(pk=render.pk).update(spec={**render.spec, "model": "seedance-9"})

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.REFUSED, [])


def test_submit_with_a_key_paused_meanwhile_waits_and_says_so_once(
    ask: Ask, sandbox: Sandbox, key: ProviderKey
) -> None:
    render = ask()
    ProviderKey.objects.filter(pk=key.pk).update(paused_at=now())

    for _ in range(3):
        submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates, kinds_of(render)) == (RenderState.QUEUED, [], ["estimated", "reserved"])
    assert render.error_meaning == f"The key “{key.label}” is paused, so this waits."
    assert render.error_advice == "Nothing was sent and nothing is charged. Cancel it, or ask an admin."
    assert render.events.count() == 2


def test_submit_with_a_key_that_cannot_be_read_is_refused_unsent(
    ask: Ask, sandbox: Sandbox, key: ProviderKey, unreadable: Any
) -> None:
    render = ask()
    unreadable(key)

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates, render.attempts.count()) == (RenderState.REFUSED, [], 0)
    assert "cannot be read" in render.error_meaning


def test_submit_to_an_address_that_is_no_longer_allowed_is_refused_unsent(
    ask: Ask, sandbox: Sandbox, settings: Settings
) -> None:
    render = ask()
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = False

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.REFUSED, [])
    assert kinds_of(render) == ["estimated", "reserved", "released"]


def test_submit_whose_reference_is_gone_from_the_disk_is_refused_unsent(
    ask: Ask, sandbox: Sandbox, studio_project: Project
) -> None:
    asset = make_asset(studio_project)
    render = ask(
        operation=Operation.IMAGE_TO_VIDEO, inputs=(input_file(InputRole.FIRST_FRAME, asset),), aspect_ratio="adaptive"
    )

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.REFUSED, [])
    assert render.error_meaning == "The file of a reference is no longer in the studio."


def test_submit_whose_reference_killed_its_worker_again_and_again_is_refused(
    ask: Ask, sandbox: Sandbox, studio_project: Project
) -> None:
    asset = make_asset(studio_project, preparation_tries=30)
    render = ask(
        operation=Operation.IMAGE_TO_VIDEO, inputs=(input_file(InputRole.FIRST_FRAME, asset),), aspect_ratio="adaptive"
    )

    submit(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.REFUSED, [])
    assert "could not be prepared" in render.error_meaning
