"""A key is rotated while takes of every kind are under way with it: each goes on with the secret it was sent with, what
was not sent goes out with the new one, nothing is sent twice, and all of it ends well."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from studio.choices import AttemptOutcome, RenderState
from studio.jobs import gateways
from studio.jobs.confirm import confirm
from studio.jobs.gateways import poll_seconds
from studio.jobs.parcels import Parcel, pack
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Attempt, Project, ProviderKey, Render, RetiredSecret
from studio.providers import registry
from studio.sandbox.server import Sandbox
from studio.services import acceptances, attempts, recovery
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from studio.services.renders import create_renders
from tests.contract.gateways import CONTRACTS, Contract
from tests.factories import make_key, make_request
from tests.faults.working import work_to

pytestmark = pytest.mark.django_db(transaction=True)

every_gateway = pytest.mark.parametrize("contract", CONTRACTS, ids=[contract.name for contract in CONTRACTS])
PROVING = [contract for contract in CONTRACTS if contract.name in {"ark", "tokenlab-v3"}]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(data_dir=tmp_path / "sandbox", pace=0.1, plain_films=True) as running:
        yield running
    gateways.client.cache_clear()


@pytest.fixture
def project(transactional_db: None, studio_project: Project) -> Project:
    return studio_project


def key_of(contract: Contract, sandbox: Sandbox) -> ProviderKey:
    return make_key(
        provider=contract.slug,
        route=contract.route,
        base_url=f"{sandbox.base_url}{contract.path}",
        secret=f"{contract.secret}-old1",
    )


def renew(contract: Contract, key: ProviderKey) -> None:
    rotate(key=key, actor=Actor.shell(), secret=f"{contract.secret}-new2")


def ask(project: Project, key: ProviderKey, contract: Contract, prompt: str) -> Render:
    sound = contract.capability(key.base_url).sound_offered
    request = make_request(
        provider=contract.slug, model=contract.model, prompt=prompt, resolution="480p", duration=4, sound=sound
    )
    return create_renders(project=project, asked_by=None, key=key, request=request, takes=1, submission=uuid4())[0]


def packed(render: Render) -> Parcel:
    parcel = pack(Render.objects.select_related("key", "project", "source_take__key").get(pk=render.pk))
    assert parcel is not None
    return parcel


def begin(render: Render, parcel: Parcel) -> Attempt | None:
    return attempts.begin_attempt(render=Render.objects.get(pk=render.pk), packed=parcel.packed)


def used(sandbox: Sandbox) -> dict[str, list[str]]:
    """The last characters of the keys that each prompt's tasks were made with."""
    found: dict[str, list[str]] = {}
    for task in sandbox.creates:
        body = task["body"]
        prompt = body.get("prompt") or next(part["text"] for part in body["content"] if "text" in part)
        found.setdefault(prompt.partition(" --")[0], []).append(task["key_suffix"])
    return found


@every_gateway
def test_everything_under_way_ends_well_and_is_paid_for_once(
    project: Project, sandbox: Sandbox, contract: Contract
) -> None:
    key = key_of(contract, sandbox)
    followed, sending, ready, queued = (
        ask(project, key, contract, prompt) for prompt in ("A follow", "A send", "A pack", "A queue")
    )
    submit(followed.pk)
    parcel = packed(sending)
    attempt = begin(sending, parcel)
    assert attempt is not None
    adapter = registry.get(contract.slug).adapter
    created = adapter.create(gateways.client(), parcel.connection, parcel.request, parcel.urls, parcel.dispatch)
    before = packed(ready)

    renew(contract, key)

    refused, kept = begin(ready, before), RetiredSecret.objects.count()
    acceptances.record_accepted(
        attempt=attempt,
        remote_id=created.remote_id,
        poll_url=created.poll_url,
        answer="",
        first_poll_seconds=poll_seconds(contract.slug, key.base_url),
    )
    work_to(RenderState.READY, followed, sending, ready, queued)
    recovery.sweep()
    # What was packed with the old secret is not sent with it any more, and that goes with the last that needed it.
    assert (refused, kept, RetiredSecret.objects.count()) == (None, 1, 0)
    assert used(sandbox) == {"A follow": ["old1"], "A send": ["old1"], "A pack": ["new2"], "A queue": ["new2"]}


@pytest.mark.parametrize("contract", PROVING, ids=[contract.name for contract in PROVING])
def test_unanswered_create_is_proved_with_the_secret_it_was_sent_with(
    project: Project, sandbox: Sandbox, contract: Contract
) -> None:
    key = key_of(contract, sandbox)
    render = ask(project, key, contract, "A red car [fault:lost-answer]")
    submit(render.pk)
    lost = Render.objects.get(pk=render.pk).state

    renew(contract, key)
    render.attempts.update(answered_at=now() - timedelta(minutes=10))
    confirm(render.pk)

    assert lost == RenderState.UNCONFIRMED
    work_to(RenderState.READY, render)
    assert [task["key_suffix"] for task in sandbox.creates] == ["old1"]


def test_rotation_in_the_very_moment_of_sending_changes_nothing_of_it(
    project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = CONTRACTS[0]
    key = key_of(contract, sandbox)
    render = ask(project, key, contract, "A red car")
    adapter = registry.get(contract.slug).adapter
    create: Callable[..., Any] = type(adapter).create
    is_out, may_answer = threading.Event(), threading.Event()

    def slow(*args: Any) -> Any:
        created = create(*args)
        is_out.set()
        assert may_answer.wait(20)
        return created

    def work() -> None:
        try:
            submit(render.pk)
        finally:
            connections.close_all()

    monkeypatch.setattr(type(adapter), "create", slow)
    thread = threading.Thread(target=work)
    thread.start()
    assert is_out.wait(20)

    renew(contract, key)
    may_answer.set()
    thread.join()

    work_to(RenderState.READY, render)
    attempt = render.attempts.get()
    assert (attempt.outcome, [task["key_suffix"] for task in sandbox.creates]) == (AttemptOutcome.ACCEPTED, ["old1"])
