"""An unanswered create is settled without a person where the gateway documents a proof, and never sent as a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from studio.choices import AttemptOutcome, LedgerKind, RenderState, Standing
from studio.jobs import gateways
from studio.jobs.confirm import confirm
from studio.jobs.parcels import pack
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Attempt, Project, ProviderKey, Render, User
from studio.providers import registry
from studio.sandbox.server import Sandbox
from studio.services import attempts, keys, proofs, resending, unconfirmed
from studio.services.audit import Actor
from studio.services.renders import create_renders
from tests.factories import make_attempt, make_key, make_render, make_request

pytestmark = pytest.mark.django_db

ARK = {"provider": "ark", "model": "dreamina-seedance-2-0-fast-260128"}
V3 = {"provider": "tokenlab", "model": "seedance-2.0"}


@pytest.fixture
def ark_key(studio_project: Project, sandbox: Sandbox) -> ProviderKey:
    return make_key(
        provider="ark", base_url=f"{sandbox.base_url}/api/v3", secret="0f6c1a2e-44d1-4d0c-9b1e-7d0000000001"
    )


@pytest.fixture
def v3_key(studio_project: Project, sandbox: Sandbox) -> ProviderKey:
    return make_key(base_url=sandbox.base_url, route="v3", secret="sk-test-5d0c9b1e7d11")


def sent(project: Project, key: ProviderKey, prompt: str, **over: Any) -> Render:
    """A take that was sent while something went wrong with the answer."""
    request = make_request(prompt=prompt, resolution="480p", duration=4, sound=False, **over)
    render = create_renders(project=project, asked_by=None, key=key, request=request, takes=1, submission=uuid4())[0]
    submit(render.pk)
    render.refresh_from_db()
    assert render.state == RenderState.UNCONFIRMED
    make_due(render)
    return render


def lost(project: Project, key: ProviderKey, prompt: str, **over: Any) -> Render:
    """A take whose answer came, and was lost on the way from the socket to the database."""
    request = make_request(prompt=prompt, resolution="480p", duration=4, sound=False, **over)
    render = create_renders(project=project, asked_by=None, key=key, request=request, takes=1, submission=uuid4())[0]
    parcel = pack(Render.objects.get(pk=render.pk))
    assert parcel is not None
    attempt = attempts.begin_attempt(render=Render.objects.get(pk=render.pk), packed=parcel.packed)
    assert attempt is not None
    adapter = registry.get(render.provider).adapter
    adapter.create(gateways.client(), parcel.connection, parcel.request, parcel.urls, parcel.dispatch)
    attempts.record_unknown(attempt=attempt, said="", meaning="No answer.", advice="")
    make_due(render)
    return Render.objects.get(pk=render.pk)


def make_due(render: Render) -> None:
    long_ago = now() - timedelta(minutes=10)
    render.attempts.update(answered_at=long_ago, looked_at=None)


def test_confirm_follows_the_task_that_the_list_names(
    studio_project: Project, ark_key: ProviderKey, sandbox: Sandbox
) -> None:
    render = sent(studio_project, ark_key, "A red car [fault:lost-answer]", **ARK)

    confirm(render.pk)

    render.refresh_from_db()
    attempt = render.attempts.get()
    assert (render.state, attempt.outcome) == (RenderState.WAITING, AttemptOutcome.ACCEPTED)
    assert [attempt.remote_id] == [task["task_id"] for task in sandbox.creates]


def test_confirm_tells_the_takes_of_one_press_apart_by_their_seeds(
    studio_project: Project, ark_key: ProviderKey, sandbox: Sandbox
) -> None:
    takes = [sent(studio_project, ark_key, "A red car [fault:lost-answer]", **ARK) for _ in range(3)]

    for take in takes:
        confirm(take.pk)

    found = [take.attempts.get().remote_id for take in takes]
    assert found == [task["task_id"] for task in sandbox.creates]


def test_confirm_leaves_a_take_that_the_list_does_not_name_to_a_person(
    studio_project: Project, ark_key: ProviderKey, sandbox: Sandbox
) -> None:
    render = sent(studio_project, ark_key, "A red car [fault:server-error-before]", **ARK)

    confirm(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates) == (RenderState.UNCONFIRMED, [])
    assert not render.ledger.filter(kind=LedgerKind.RELEASED).exists()
    assert str(render.events.values_list("reason", flat=True).last()).startswith("Looked for it at the gateway")


def test_confirm_replays_the_idempotency_key_and_makes_no_second_task(
    studio_project: Project, v3_key: ProviderKey, sandbox: Sandbox
) -> None:
    render = sent(studio_project, v3_key, "A red car [fault:lost-answer]", **V3)

    confirm(render.pk)

    render.refresh_from_db()
    attempt = render.attempts.get()
    assert (render.state, attempt.sent_body) == (RenderState.WAITING, "")
    assert [attempt.remote_id] == [task["task_id"] for task in sandbox.creates]


def test_confirm_by_replay_of_what_never_arrived_follows_the_one_task_there_is(
    studio_project: Project, v3_key: ProviderKey, sandbox: Sandbox
) -> None:
    sandbox.set_fault("server-error-before")
    render = sent(studio_project, v3_key, "A red car", **V3)
    sandbox.set_fault("")

    confirm(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.WAITING
    assert [render.attempts.get().remote_id] == [task["task_id"] for task in sandbox.creates]


def test_confirm_asks_again_while_the_first_create_is_still_being_registered(
    studio_project: Project, v3_key: ProviderKey, sandbox: Sandbox
) -> None:
    render = lost(studio_project, v3_key, "A red car [fault:replay-in-progress]", **V3)
    confirm(render.pk)
    render.refresh_from_db()
    assert render.state == RenderState.UNCONFIRMED
    make_due(render)

    confirm(render.pk)

    render.refresh_from_db()
    assert (render.state, len(sandbox.creates)) == (RenderState.WAITING, 1)


def test_confirm_twice_at_once_looks_once(studio_project: Project, ark_key: ProviderKey, sandbox: Sandbox) -> None:
    render = sent(studio_project, ark_key, "A red car [fault:server-error-before]", **ARK)

    first, second = proofs.claim_look(render_id=render.pk), proofs.claim_look(render_id=render.pk)

    assert (first is not None, second) == (True, None)


def test_confirm_is_not_asked_for_where_no_proof_is_documented(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox
) -> None:
    render = sent(studio_project, key, "A red car [fault:lost-answer]")

    confirm(render.pk)

    render.refresh_from_db()
    assert (render.state, proofs.ask_for_due()) == (RenderState.UNCONFIRMED, 0)
    assert Attempt.objects.get().looks == 0


def test_confirm_leaves_the_one_task_of_two_takes_with_a_chosen_seed_to_a_person(
    studio_project: Project, ark_key: ProviderKey, sandbox: Sandbox
) -> None:
    never = sent(studio_project, ark_key, "A red car [fault:server-error-before]", seed=7, **ARK)
    made = sent(studio_project, ark_key, "A red car [fault:lost-answer]", seed=7, **ARK)

    for take in (never, made):
        confirm(take.pk)

    states = [Render.objects.get(pk=take.pk).state for take in (never, made)]
    assert (states, len(sandbox.creates)) == ([RenderState.UNCONFIRMED] * 2, 1)


def test_confirm_adopts_nothing_while_a_sending_of_the_same_seed_has_begun_meanwhile(
    studio_project: Project, ark_key: ProviderKey, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = sent(studio_project, ark_key, "A red car [fault:server-error-before]", seed=7, **ARK)
    adapter = registry.get("ark").adapter
    prove = type(adapter).prove

    def late(*args: Any) -> Any:
        lost(studio_project, ark_key, "A red car", seed=7, **ARK)
        return prove(adapter, *args)

    monkeypatch.setattr(type(adapter), "prove", lambda self, *args: late(*args))
    confirm(never.pk)

    never.refresh_from_db()
    assert (never.state, len(sandbox.creates)) == (RenderState.UNCONFIRMED, 1)


@pytest.mark.parametrize("unwanted", ["paused", "cancelled"])
def test_confirm_replays_nothing_where_no_take_may_be_sent(
    studio_project: Project, v3_key: ProviderKey, sandbox: Sandbox, unwanted: str
) -> None:
    sandbox.set_fault("server-error-before")
    render = sent(studio_project, v3_key, "A red car", **V3)
    sandbox.set_fault("")
    if unwanted == "paused":
        keys.pause(key=v3_key, actor=Actor.shell())
    else:
        Render.objects.filter(pk=render.pk).update(cancel_asked_at=now())

    confirm(render.pk)

    render.refresh_from_db()
    assert (render.state, sandbox.creates, render.attempts.get().looks) == (RenderState.UNCONFIRMED, [], 0)
    assert not proofs.is_provable(render)


def test_confirm_is_asked_for_however_many_wait_for_a_person(
    studio_project: Project, key: ProviderKey, ark_key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "BATCH", 2)
    requests = [make_request()] * 2 + [make_request(**ARK)]
    for request, each in zip(requests, [key, key, ark_key], strict=True):
        make_attempt(
            make_render(studio_project, each, request=request, state="unconfirmed"),
            outcome=AttemptOutcome.UNKNOWN,
            answered_at=now() - timedelta(minutes=10),
        )

    assert proofs.ask_for_due() == 1


def say_not_created(render: Render, actor: User) -> None:
    unconfirmed.release(render=Render.objects.get(pk=render.pk), actor=actor)


def send_again(render: Render, actor: User) -> None:
    resending.send_again(render=Render.objects.get(pk=render.pk), actor=actor)


@pytest.mark.parametrize("word", [say_not_created, send_again])
def test_confirm_follows_what_it_found_although_a_person_has_spoken_while_it_looked(
    studio_project: Project,
    v3_key: ProviderKey,
    sandbox: Sandbox,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
    word: Callable[[Render, User], None],
) -> None:
    sandbox.set_fault("server-error-before")
    render = sent(studio_project, v3_key, "A red car", **V3)
    sandbox.set_fault("")
    adapter = registry.get("tokenlab").adapter
    prove = type(adapter).prove

    def slow(*args: Any) -> Any:
        word(render, admin)
        return prove(adapter, *args)

    monkeypatch.setattr(type(adapter), "prove", lambda self, *args: slow(*args))
    confirm(render.pk)

    render.refresh_from_db()
    assert [render.attempts.get().remote_id] == [task["task_id"] for task in sandbox.creates]
    assert (render.state, render.standing) == (RenderState.WAITING, Standing.RESERVED)
