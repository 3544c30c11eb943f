"""A key with a mark in it goes through everything that can happen, and is then looked for everywhere."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.urls import reverse
from pytest_django import Settings

from studio.choices import RenderState
from studio.jobs import track
from studio.jobs.cancel import cancel
from studio.jobs.submit import submit
from studio.jobs.verify_key import verify_key
from studio.lib.clock import now
from studio.models import ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services import keys, recovery
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from studio.services.renders import ask_cancel
from tests.jobs.conftest import Ask
from tests.jobs.marked_secret import METRICS_TOKEN, NEXT, doctor, key, look, metrics, pages, quick

__all__ = ["key", "look", "quick"]
pytestmark = pytest.mark.django_db(transaction=True)


CREATE_FAULTS = [
    "",
    "unauthorized",
    "refuse",
    "insufficient-balance",
    "rate-limit",
    "server-error-before",
    "server-error-after",
    "lost-answer",
    "cut-body",
    "bad-json",
]


POLL_FAULTS = ["poll-500", "poll-bad-json", "poll-404-lag", "moderation", "error-object", "no-url"]


def test_places_that_are_looked_at_say_something(transactional_db: None, ask: Ask, settings: Settings) -> None:
    settings.STUDIO_METRICS_TOKEN = METRICS_TOKEN
    take = ask("A red car at the sea.")
    shown = pages()

    assert f"\r\n{take.pk},{take.project.name}," in shown[reverse("spend-export", query={"rows": "takes"})]
    assert "TokenLab" in shown[reverse("price-list")]
    assert '"healthy": ' in doctor()
    assert 'rushes_takes{gateway="tokenlab",state="queued"} 1.0' in metrics()


def test_secret_is_nowhere_after_every_fault(
    transactional_db: None, ask: Ask, key: ProviderKey, sandbox: Sandbox, look: Callable[[], list[str]]
) -> None:
    renders = [ask(f"A red car [fault:{fault}]") for fault in [*CREATE_FAULTS, *POLL_FAULTS]]

    for render in renders:
        keys.resume(key=key, actor=Actor.shell())
        submit(render.pk)
    deadline = time.monotonic() + 60
    while not Render.objects.filter(state="failed").exists() and time.monotonic() < deadline:
        Render.objects.filter(state__in=["waiting", "running"]).update(next_poll_at=now())
        track.track(run_seconds=0.3)
    for render in Render.objects.filter(state__in=["waiting", "running"]):
        ask_cancel(render=render, actor=None)
        cancel(render.pk)
    verify_key(key.pk)
    sandbox.set_fault("unauthorized")
    verify_key(key.pk)
    running = Render.objects.exclude(state=RenderState.QUEUED).first()
    Render.objects.filter(pk=running.pk if running else 0).update(state="running", next_poll_at=now())
    track.track(run_seconds=0.3)
    rotate(key=key, actor=Actor.shell(), secret=NEXT)
    recovery.sweep()
    call_command("reencrypt")

    states = set(Render.objects.values_list("state", flat=True))
    assert {"queued", "refused", "failed", "unconfirmed"} <= states
    assert look() == []
