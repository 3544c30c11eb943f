"""A create at the Open API whose answer was lost is settled by the gateway's call, over sockets and without a person;
and by no call of anybody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.core.exceptions import ValidationError
from pytest_django.live_server_helper import LiveServer

from studio.choices import AttemptOutcome, RenderState, Standing
from studio.jobs import gateways, track
from studio.jobs.confirm import confirm
from studio.jobs.parcels import pack
from studio.jobs.submit import submit
from studio.lib.clock import later, now
from studio.models import Attempt, Project, ProviderKey, Render
from studio.providers import registry
from studio.sandbox.server import Sandbox
from studio.services import acceptances, attempts, late_proofs, proofs, unconfirmed
from tests.factories import make_key, make_user
from tests.jobs.conftest import ask_open_api

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 20.0
LOST = "A red car [fault:lost-answer]"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """With films that cost nothing to make: the calls are what counts here."""
    with Sandbox(data_dir=tmp_path / "sandbox", pace=0.1, plain_films=True) as running:
        yield running
    gateways.client.cache_clear()


@pytest.fixture
def key(open_api_key: ProviderKey) -> ProviderKey:
    return open_api_key


def sent(project: Project, key: ProviderKey, prompt: str = LOST) -> Render:
    """A take that was sent; whoever looks for its task may do so at once."""
    render = ask_open_api(project, key, prompt)
    submit(render.pk)
    Render.objects.filter(pk=render.pk, state=RenderState.WAITING).update(next_poll_at=later(3600))
    rest(render)
    return Render.objects.get(pk=render.pk)


def begun(project: Project, key: ProviderKey, prompt: str) -> tuple[Render, Attempt]:
    """A take whose task is made, and whose answer nobody has read yet."""
    render = ask_open_api(project, key, prompt)
    parcel = pack(Render.objects.get(pk=render.pk))
    assert parcel is not None
    attempt = attempts.begin_attempt(render=Render.objects.get(pk=render.pk), packed=parcel.packed)
    assert attempt is not None
    adapter = registry.get("seedance").adapter
    adapter.create(gateways.client(), parcel.connection, parcel.request, parcel.urls, parcel.dispatch)
    return render, attempt


def rest(render: Render) -> None:
    """Let the pause before the next look be over."""
    long_ago = now() - timedelta(days=1)
    Attempt.objects.filter(render=render, looked_at=None).update(answered_at=long_ago)
    Attempt.objects.filter(render=render, looked_at__isnull=False).update(looked_at=long_ago)


def look(render: Render) -> Render:
    """One look, if the sweep asks for one."""
    rest(render)
    if proofs.ask_for_due():
        confirm(render.pk)
    return Render.objects.get(pk=render.pk)


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE
    while not happened():
        assert time.monotonic() < until, "the gateway did not call"
        time.sleep(0.02)


def is_claimed(render: Render) -> bool:
    return Attempt.objects.filter(render=render).exclude(claimed_id="").exists()


def call(live_server: LiveServer, render: Render, remote_id: str) -> int:
    """Anybody's call to the take's address."""
    address = f"{live_server.url}/hooks/{render.attempts.get().wake_token}/"
    return httpx.post(address, json={"requestId": remote_id, "status": "succeeded"}).status_code


def last_words(render: Render) -> str:
    return str(render.events.values_list("reason", flat=True).last())


@pytest.mark.parametrize("fault", ["lost-answer", "cut-body", "server-error-after"])
def test_lost_create_is_followed_to_its_end_by_the_gateways_call(
    fault: str, studio_project: Project, key: ProviderKey, sandbox: Sandbox
) -> None:
    render = sent(studio_project, key, f"A red car [fault:{fault}]")
    before = render.state
    wait_for(lambda: is_claimed(render))

    after = look(render)
    track.track(run_seconds=1.0)

    attempt = render.attempts.get()
    assert (before, after.state) == (RenderState.UNCONFIRMED, RenderState.WAITING)
    assert [attempt.remote_id] == [task["task_id"] for task in sandbox.creates]
    assert Render.objects.get(pk=render.pk).state == RenderState.FETCHING


def test_nothing_is_asked_before_a_call_has_come(studio_project: Project, key: ProviderKey, sandbox: Sandbox) -> None:
    sandbox.gateway.pace = 60.0
    render = sent(studio_project, key)

    assert (proofs.ask_for_due(), look(render).state, render.attempts.get().looks) == (0, RenderState.UNCONFIRMED, 0)


def test_call_that_comes_twice_settles_once(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox, live_server: LiveServer
) -> None:
    render = sent(studio_project, key)
    wait_for(lambda: is_claimed(render))
    task_id = render.attempts.get().claimed_id
    codes = [call(live_server, render, task_id) for _ in range(3)]

    settled = look(render)
    codes += [call(live_server, render, task_id) for _ in range(3)]

    assert (codes, settled.state, proofs.ask_for_due()) == ([204] * 6, RenderState.WAITING, 0)
    assert render.attempts.get().looks == 1
    assert render.events.filter(to_state=RenderState.WAITING).count() == 1


def test_forged_call_settles_nothing_and_the_true_one_after_it_does(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox
) -> None:
    sandbox.gateway.pace = 2.0
    render, attempt = begun(studio_project, key, "A red car [fault:webhook-forged]")
    attempts.record_unknown(attempt=attempt, said="", meaning="No answer.", advice="")
    wait_for(lambda: is_claimed(render))
    forged = render.attempts.get().claimed_id

    doubted = look(render)
    words = last_words(render)
    wait_for(lambda: render.attempts.get().claimed_id != forged)

    assert (doubted.state, words.startswith(f"A call named the task {forged}; that is not certain yet.")) == (
        RenderState.UNCONFIRMED,
        True,
    )
    assert look(render).state == RenderState.WAITING
    assert [render.attempts.get().remote_id] == [task["task_id"] for task in sandbox.creates]


def test_call_that_names_another_takes_task_settles_nothing(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox, live_server: LiveServer
) -> None:
    sandbox.gateway.pace = 60.0
    other, render = sent(studio_project, key, "A red car"), sent(studio_project, key, LOST)
    # So that nothing but the other take speaks against it.
    Render.objects.filter(pk=render.pk).update(spec=other.spec)
    Attempt.objects.filter(render=other).update(created_at=now() - timedelta(days=3))

    call(live_server, render, other.attempts.get().remote_id)

    assert look(render).state == RenderState.UNCONFIRMED
    assert last_words(render).endswith("Another take was made from this task already.")


def test_call_that_names_a_task_of_something_else_settles_nothing(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox, live_server: LiveServer
) -> None:
    sandbox.gateway.pace = 60.0
    other, render = sent(studio_project, key, "A blue car [fault:lost-answer]"), sent(studio_project, key, LOST)

    call(live_server, render, sandbox.creates[0]["task_id"])

    assert (look(render).state, other.state) == (RenderState.UNCONFIRMED, RenderState.UNCONFIRMED)
    assert last_words(render).endswith("The gateway's answer about that task does not repeat what was asked here.")


def test_call_that_names_a_task_of_another_account_settles_nothing(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox, live_server: LiveServer
) -> None:
    sandbox.gateway.pace = 60.0
    elsewhere = make_key(provider="seedance", base_url=sandbox.base_url, secret="sd2_live_of_somebody_else_77")
    sent(studio_project, elsewhere, LOST)
    render = sent(studio_project, key, LOST)

    call(live_server, render, sandbox.creates[0]["task_id"])

    assert look(render).state == RenderState.UNCONFIRMED
    assert "that is not certain yet." in last_words(render)


@pytest.mark.parametrize("is_read", [True, False])
def test_call_may_come_before_our_own_answer_is_read(
    is_read: bool, studio_project: Project, key: ProviderKey, sandbox: Sandbox
) -> None:
    render, attempt = begun(studio_project, key, "A red car [fault:webhook-early]")
    wait_for(lambda: is_claimed(render))
    task_id = sandbox.creates[0]["task_id"]
    sending = Render.objects.get(pk=render.pk).state

    if is_read:
        acceptances.record_accepted(attempt=attempt, remote_id=task_id, poll_url="", answer="", first_poll_seconds=60)
    else:
        attempts.record_unknown(attempt=attempt, said="", meaning="No answer.", advice="")
        look(render)

    found = Attempt.objects.get(pk=attempt.pk)
    assert (sending, Render.objects.get(pk=render.pk).state) == (RenderState.SUBMITTING, RenderState.WAITING)
    assert (found.remote_id, found.looks) == (task_id, 0 if is_read else 1)


def test_call_after_a_person_named_the_task_only_wakes(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox, live_server: LiveServer
) -> None:
    sandbox.gateway.pace = 60.0
    render = sent(studio_project, key)
    unconfirmed.adopt(render=render, actor=make_user(), remote_id=sandbox.creates[0]["task_id"])

    code = call(live_server, render, "req_of_somebody_else")

    attempt = render.attempts.get()
    assert (code, attempt.claimed_id, attempt.remote_id) == (204, "", sandbox.creates[0]["task_id"])
    assert proofs.ask_for_due() == 0


def test_call_after_a_person_said_that_nothing_was_made_brings_the_take_back(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox
) -> None:
    sandbox.gateway.pace = 2.0
    render = sent(studio_project, key)
    unconfirmed.release(render=render, actor=make_user())
    wait_for(lambda: is_claimed(render))

    told = look(render)

    assert (told.state, told.standing, told.error_meaning) == (RenderState.WAITING, Standing.RESERVED, "")
    track.track(run_seconds=1.0)
    assert Render.objects.get(pk=render.pk).state == RenderState.FETCHING


def test_forged_call_after_a_person_decided_changes_nothing(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox, live_server: LiveServer
) -> None:
    sandbox.gateway.pace = 60.0
    render = sent(studio_project, key)
    unconfirmed.release(render=render, actor=make_user())

    call(live_server, render, "req_of_somebody_else")

    told = look(render)
    assert (told.state, told.standing, render.attempts.get().outcome) == (
        RenderState.FAILED,
        Standing.RELEASED,
        AttemptOutcome.UNKNOWN,
    )


def test_task_of_another_take_is_not_taken_for_one_that_was_given_up(
    studio_project: Project, key: ProviderKey, sandbox: Sandbox
) -> None:
    sandbox.gateway.pace = 60.0
    other, render = sent(studio_project, key, "A red car"), sent(studio_project, key)
    unconfirmed.release(render=render, actor=make_user())

    with pytest.raises(ValidationError):
        late_proofs.record_created(attempt=render.attempts.get(), remote_id=other.attempts.get().remote_id)
    assert Render.objects.get(pk=render.pk).standing == Standing.RELEASED
