"""Sending with keys that rest, are full, are refused or are replaced meanwhile; and what belongs to one sending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest
from pytest_django import Settings

from studio.choices import AttemptOutcome, RenderState
from studio.jobs import parcels
from studio.jobs import submit as submit_module
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Attempt, ProviderKey, Render
from studio.providers import registry
from studio.providers.answers import Created, RemoteState, RemoteStatus, Usage
from studio.providers.calls import encoded
from studio.providers.errors import Refused, Unknown
from studio.providers.provider import Adapter
from studio.providers.requests import Dispatch, RenderRequest
from studio.sandbox.server import Sandbox
from studio.services import attempts, keys, recovery, unconfirmed
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from studio.services.renders import ask_cancel
from tests.factories import make_project, make_user
from tests.jobs.conftest import SECRET, Ask

pytestmark = pytest.mark.django_db
NEW = "sk-new-0123456789efgh"
OK = Created("ldtask_1", "", RemoteStatus(RemoteState.WAITING, "pending"))
Play = Callable[..., "Sent"]


class Sent:
    """What the adapter was given, and what it answers."""

    def __init__(self, answer: Created | Exception) -> None:
        self.answer = answer
        self.dispatch: list[Dispatch] = []
        self.secrets: list[str] = []

    def create(self, client: object, connection: Any, request: object, urls: object, dispatch: Dispatch) -> Created:
        self.dispatch.append(dispatch)
        self.secrets.append(connection.secret)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """TokenLab as it is, but with an adapter that sends nothing, and with other documented facts."""
    real = registry.get("tokenlab")

    def start(answer: Created | Exception = OK, **facts: Any) -> Sent:
        sent = Sent(answer)
        # Only what a create needs of an adapter is played.
        fake = replace(real, adapter=cast(Adapter, sent), **({"keeps_body": lambda base_url, route: False} | facts))
        monkeypatch.setattr(registry, "get", lambda slug: fake)
        return sent

    return start


def test_bad_key_pauses_the_key_and_the_take_waits_unharmed(ask: Ask, sandbox: Sandbox, key: ProviderKey) -> None:
    first, second = ask("A red car [fault:unauthorized]"), ask()

    submit(first.pk)
    submit(second.pk)
    swept = recovery.sweep()["submits"]

    key.refresh_from_db()
    assert (key.paused_by_studio, swept, sandbox.creates) == (True, 0, [])
    for render in (first, second):
        render.refresh_from_db()
        words = f"The gateway refused the key “{key.label}”, so this waits until an admin has seen to it."
        assert (render.state, render.error_meaning, render.tries) == (RenderState.QUEUED, words, 0)
        assert render.ledger.filter(kind="released").count() == 0
    assert first.attempts.get().outcome == AttemptOutcome.REFUSED
    assert first.error_said != ""


@pytest.mark.parametrize("act", ["resume", "rotate"])
def test_what_waited_goes_on_at_once_when_an_admin_has_acted(
    ask: Ask, sandbox: Sandbox, key: ProviderKey, act: str
) -> None:
    sandbox.set_fault("unauthorized")
    render = ask()
    submit(render.pk)
    sandbox.set_fault("")

    if act == "resume":
        keys.resume(key=key, actor=Actor.shell())
    else:
        rotate(key=key, actor=Actor.shell(), secret=NEW)
    render.refresh_from_db()
    cleared = (render.error_said, render.error_meaning, render.not_before, render.enqueued_at is not None)
    submit(render.pk)

    render.refresh_from_db()
    assert cleared == ("", "", None, True)
    assert (render.state, len(sandbox.creates), render.attempts.count()) == (RenderState.WAITING, 1, 2)


def test_what_waits_for_a_key_can_be_cancelled_and_says_nothing_of_waiting_then(ask: Ask, key: ProviderKey) -> None:
    render = ask()
    keys.pause(key=key, actor=Actor.shell())

    ask_cancel(render=Render.objects.get(pk=render.pk), actor=None)

    render.refresh_from_db()
    assert (render.state, render.error_meaning, render.error_advice) == (RenderState.CANCELLED, "", "")


def test_bad_key_for_a_take_that_was_to_be_cancelled_cancels_it(ask: Ask, play: Play, key: ProviderKey) -> None:
    render = ask("A red car [fault:unauthorized]")
    Render.objects.filter(pk=render.pk).update(cancel_asked_at=now())

    submit(render.pk)

    render.refresh_from_db()
    assert render.state == RenderState.CANCELLED


def test_key_replaced_between_packing_and_claiming_is_packed_again_with_the_new_one(
    ask: Ask, play: Play, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, real = play(), parcels.pack
    times: list[int] = []

    def pack_slowly(render: Render) -> Any:
        parcel = real(render)
        if not times:
            rotate(key=key, actor=Actor.shell(), secret=NEW, base_url="http://127.0.0.1:10")
        times.append(1)
        return parcel

    monkeypatch.setattr(submit_module, "pack", pack_slowly)
    render = ask()

    submit(render.pk)
    between = (list(sent.secrets), Attempt.objects.count())
    submit(render.pk)

    assert (between, sent.secrets) == (([], 0), [NEW])
    assert render.attempts.get().base_url == "http://127.0.0.1:10"


def test_key_replaced_while_a_take_is_on_its_way_is_not_paused_for_the_old_ones_refusal(
    ask: Ask, sandbox: Sandbox, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = ask("A red car [fault:unauthorized]")
    begin = attempts.begin_attempt

    def begin_then_rotate(**values: Any) -> Attempt | None:
        attempt = begin(**values)
        rotate(key=key, actor=Actor.shell(), secret=NEW)
        return attempt

    monkeypatch.setattr(attempts, "begin_attempt", begin_then_rotate)

    submit(render.pk)

    key.refresh_from_db()
    render.refresh_from_db()
    assert (key.paused_at, render.state, render.error_meaning) == (None, RenderState.QUEUED, "")
    assert recovery.sweep()["submits"] == 1


def test_sending_carries_our_name_for_it_and_nothing_that_is_not_documented(ask: Ask, play: Play) -> None:
    sent, render = play(), ask()

    submit(render.pk)

    attempt = render.attempts.get()
    assert sent.dispatch == [Dispatch(route=attempt.route, reference=f"rushes-{render.pk}-1")]
    assert (attempt.idempotency_key, attempt.sent_body, attempt.wake_token) == ("", "", "")


def test_sending_keeps_the_very_bytes_where_their_replay_is_proof(ask: Ask, play: Play) -> None:
    sent = play(Unknown("No answer."), keeps_body=lambda base_url, route: True)
    render = ask()

    submit(render.pk)

    attempt = render.attempts.get()
    body = registry.get("tokenlab").body(RenderRequest.from_json(render.spec), {}, sent.dispatch[0])
    assert attempt.sent_body == encoded(body).decode()
    assert (attempt.idempotency_key, len(attempt.idempotency_key)) == (sent.dispatch[0].idempotency_key, 32)
    unconfirmed.release(render=Render.objects.get(pk=render.pk), actor=make_user())
    assert render.attempts.get().sent_body == ""


@pytest.mark.parametrize("answer", [OK, Refused("No.", code="bad_request")])
def test_sending_forgets_the_bytes_when_the_answer_is_certain(ask: Ask, play: Play, answer: Any) -> None:
    play(answer, keeps_body=lambda base_url, route: True)
    render = ask()

    submit(render.pk)

    render.refresh_from_db()
    assert (render.attempts.get().sent_body, render.error_code) == (
        "",
        "" if answer is OK else "bad_request",
    )


def test_sending_keeps_no_body_that_is_too_long(ask: Ask, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "LONGEST_KEPT_BODY", 10)
    play(Unknown("No answer."), keeps_body=lambda base_url, route: True)
    render = ask()

    submit(render.pk)

    attempt = render.attempts.get()
    assert (attempt.sent_body, attempt.idempotency_key != "") == ("", True)


def test_sending_names_an_unguessable_address_that_is_not_in_the_record(
    ask: Ask, play: Play, settings: Settings
) -> None:
    settings.STUDIO_PUBLIC_URL = "http://127.0.0.1:8700"
    sent = play(takes_webhook=True, body=lambda request, urls, dispatch: {"webhookUrl": dispatch.webhook_url})
    render = ask()

    submit(render.pk)

    attempt = render.attempts.get()
    assert sent.dispatch[0].webhook_url == f"http://127.0.0.1:8700/hooks/{attempt.wake_token}/"
    assert len(attempt.wake_token) >= 43
    assert attempt.request == {"webhookUrl": "http://127.0.0.1:8700/hooks/[removed]/"}


def test_sending_draws_a_seed_only_where_none_was_chosen(ask: Ask, play: Play) -> None:
    sent = play(draws_seed=True)
    drawn = [ask(), ask()]

    for render in drawn:
        submit(render.pk)

    first, second = (dispatch.seed for dispatch in sent.dispatch)
    assert first is not None
    assert second is not None
    assert first != second
    assert 0 <= first < 2**32


def test_charge_on_accepting_settles_at_once(ask: Ask, play: Play) -> None:
    play(replace(OK, charge=Usage(charged=Decimal("0.30"), currency="USD")))
    render = ask()

    submit(render.pk)

    render.refresh_from_db()
    attempt = render.attempts.get()
    settled = render.ledger.get(kind="settled")
    assert (render.state, render.price, settled.amount) == (RenderState.WAITING, Decimal("0.30"), Decimal("0.30"))
    assert settled.note == "Charged by the gateway when it accepted"
    assert (attempt.charged, attempt.charged_currency) == (Decimal("0.30"), "USD")


def test_secret_of_the_key_is_the_one_that_is_sent(ask: Ask, play: Play) -> None:
    sent, render = play(), ask()

    submit(render.pk)

    assert sent.secrets == [SECRET]


def test_key_that_was_given_to_other_projects_meanwhile_is_not_sent_with(
    ask: Ask, key: ProviderKey, sandbox: Sandbox
) -> None:
    render = ask()
    key.projects.add(make_project())

    submit(render.pk)

    render.refresh_from_db()
    meaning = f"The key “{key.label}” may no longer be used for this project."
    assert (render.state, render.error_meaning) == (RenderState.REFUSED, meaning)
    assert (render.is_released, sandbox.creates) == (True, [])
