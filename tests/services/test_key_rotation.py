"""Rotation: new work takes the new secret, work under way keeps the old one and its host, whatever happens when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.db import connections

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import later, now
from studio.models import Attempt, AuditEntry, Project, ProviderKey, Render, RetiredSecret, User
from studio.models.encryption import Token
from studio.services import attempts, keys, recovery
from studio.services.attempts import Packed
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from studio.services.key_secrets import secret_of
from tests.factories import begin, make_attempt, make_followed, make_key, make_project, make_render

pytestmark = pytest.mark.django_db
OLD, NEW = "sk-old-0123456789abcd", "sk-new-0123456789efgh"
ELSEWHERE = "http://127.0.0.1:10"


@pytest.fixture
def by(admin: User) -> Actor:
    return Actor(admin, "203.0.113.7")


def attempt_of(render: Render) -> Attempt:
    return Attempt.objects.select_related("key", "retired").get(render=render)


def test_rotate_keeps_the_old_secret_for_work_under_way(project: Project, by: Actor) -> None:
    key = make_key(secret=OLD, label="Main")
    running, ended = make_followed(project, key), make_followed(project, key, state="failed")

    rotate(key=key, actor=by, secret=f" {NEW}\n")

    stored = ProviderKey.objects.get()
    assert (stored.secret, stored.hint, stored.version, stored.rotated_at is not None) == (NEW, "sk-…efgh", 2, True)
    assert (secret_of(attempt=attempt_of(running)), secret_of(attempt=attempt_of(ended))) == (OLD, NEW)
    assert RetiredSecret.objects.get().hint == "sk-…test"
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.detail) == ("key-rotate", "Now sk-…efgh for http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (AttemptOutcome.SENDING, "submitting"),
        (AttemptOutcome.UNKNOWN, "unconfirmed"),
        (AttemptOutcome.ACCEPTED, "fetching"),
    ],
)
def test_rotate_to_another_host_keeps_everything_open_where_it_is(
    project: Project, by: Actor, outcome: str, state: str
) -> None:
    key = make_key(secret=OLD)
    attempt = make_attempt(make_render(project, key, state=state), outcome=outcome)

    rotate(key=key, actor=by, secret=NEW, base_url=ELSEWHERE)

    attempt.refresh_from_db()
    assert (key.base_url, attempt.base_url, secret_of(attempt=attempt)) == (ELSEWHERE, "http://127.0.0.1:9", OLD)


def test_new_secret_never_goes_to_an_old_host(project: Project, by: Actor) -> None:
    key = make_key(secret=OLD)
    ended = make_followed(project, key, state="failed")

    rotate(key=key, actor=by, secret=NEW, base_url=ELSEWHERE)

    with pytest.raises(ValueError, match="its secret is not sent to the old one"):
        secret_of(attempt=attempt_of(ended))


def test_rotate_twice_keeps_each_secret_for_its_own_work(project: Project, by: Actor) -> None:
    key = make_key(secret=OLD)
    first = make_followed(project, key)
    rotate(key=key, actor=by, secret=NEW)
    second = make_followed(project, key)

    rotate(key=key, actor=by, secret="sk-newest-0123456789")

    assert [secret_of(attempt=attempt_of(render)) for render in (first, second)] == [OLD, NEW]


def test_rotate_without_open_work_keeps_nothing(by: Actor) -> None:
    rotate(key=make_key(secret=OLD), actor=by, secret=NEW)

    assert RetiredSecret.objects.count() == 0


def test_sweep_forgets_a_retired_secret_when_its_last_work_has_ended(project: Project, by: Actor) -> None:
    key = make_key(secret=OLD)
    render = make_followed(project, key, next_poll_at=later(60))
    rotate(key=key, actor=by, secret=NEW)

    recovery.sweep()
    kept = RetiredSecret.objects.count()
    Render.objects.filter(pk=render.pk).update(state=RenderState.READY)

    assert (kept, recovery.sweep()["secrets"], RetiredSecret.objects.count()) == (1, 1, 0)


def test_rotate_of_an_unreadable_secret_mends_it(project: Project, by: Actor) -> None:
    key = make_key(secret=OLD)
    render = make_followed(project, key)
    lost = Token(Fernet(Fernet.generate_key()).encrypt(b"sk-lost-00000000").decode())
    ProviderKey.objects.filter(pk=key.pk).update(secret=lost)

    rotate(key=key, actor=by, secret=NEW)

    assert secret_of(attempt=attempt_of(render)) == NEW


def test_rotate_frees_what_the_studio_paused_and_sends_what_waited(project: Project, by: Actor) -> None:
    key = make_key(secret=OLD)
    render = make_render(project, key)
    keys.pause_refused(key=key, said="revoked", meaning="The key is not valid.")

    rotate(key=key, actor=by, secret=NEW)

    render.refresh_from_db()
    assert (key.paused_at, key.paused_by_studio, render.error_meaning) == (None, False, "")
    assert render.enqueued_at is not None


def test_rotate_leaves_the_pause_of_a_person(project: Project, by: Actor) -> None:
    key = make_key(secret=OLD)
    render = make_render(project, key)
    keys.pause(key=key, actor=by)

    rotate(key=key, actor=by, secret=NEW)

    render.refresh_from_db()
    assert key.paused_at is not None
    assert "is paused, so this waits" in render.error_meaning


def test_rotate_forgets_what_was_found_out_with_the_old_secret(by: Actor) -> None:
    key = make_key(check_asked_at=now(), checked_at=now(), check_result={"verdict": "refused"}, live={"m": {}})

    rotate(key=key, actor=by, secret=NEW)

    assert (key.check_asked_at, key.checked_at, key.check_result, key.live) == (None, None, {}, {})


def test_rotate_moves_no_balance_token_to_another_address(by: Actor) -> None:
    key = make_key(secret=OLD, management_secret="mt-0123456789")

    rotate(key=key, actor=by, secret=NEW)
    same = ProviderKey.objects.get().management_secret
    rotate(key=key, actor=by, secret=NEW, base_url=ELSEWHERE)

    assert (same, ProviderKey.objects.get().management_secret) == ("mt-0123456789", "")


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"secret": "short"}, "That is not a key"),
        ({"base_url": "https://10.0.0.1"}, "public host"),
        ({"route": "nowhere"}, "has no route"),
    ],
)
def test_rotate_refuses_what_cannot_work_and_changes_nothing(by: Actor, over: dict[str, str], words: str) -> None:
    key = make_key(secret=OLD)

    with pytest.raises(ValidationError, match=words):
        rotate(key=key, actor=by, **({"secret": NEW} | over))

    assert (ProviderKey.objects.get().secret, ProviderKey.objects.get().version) == (OLD, 1)


def test_rotate_into_another_currency_wants_the_cap_away_first(by: Actor) -> None:
    key = make_key(currency="CNY", monthly_cap=Decimal(10))

    with pytest.raises(ValidationError, match="cap of this key is in CNY"):
        rotate(key=key, actor=by, secret=NEW)


def test_rotate_of_a_deleted_key_is_refused(by: Actor) -> None:
    key = make_key()
    keys.delete(key=key, actor=by)

    with pytest.raises(ValidationError, match="deleted"):
        rotate(key=key, actor=by, secret=NEW)


@pytest.mark.parametrize("change", [{"version": 2}, {"paused_at": now()}, {"deleted_at": now()}])
def test_claim_packed_for_an_earlier_key_sends_nothing(project: Project, change: dict[str, Any]) -> None:
    key = make_key()
    render = make_render(project, key)
    ProviderKey.objects.filter(pk=key.pk).update(**change)

    begun = attempts.begin_attempt(render=render, packed=Packed(key_version=1, number=1, request_record={}))

    assert (begun, Attempt.objects.count()) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_rotate_while_many_claims_go_on_leaves_no_attempt_with_a_wrong_secret(transactional_db: None) -> None:
    project, key = make_project(), make_key(secret=OLD)
    renders = [make_render(project, key) for _ in range(8)]
    packed = Packed(key_version=1, number=1, request_record={})
    start = threading.Barrier(9)

    def together(act: Callable[[], Any]) -> threading.Thread:
        def run() -> None:
            start.wait()
            try:
                act()
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    threads = [
        together(lambda render=render: attempts.begin_attempt(render=render, packed=packed))  # type: ignore[misc]
        for render in renders
    ]
    threads.append(together(lambda: rotate(key=key, actor=Actor.shell(), secret=NEW, base_url=ELSEWHERE)))
    for thread in threads:
        thread.join()

    sent = Attempt.objects.select_related("key", "retired").all()
    assert {(attempt.base_url, secret_of(attempt=attempt)) for attempt in sent} <= {("http://127.0.0.1:9", OLD)}
    waiting = Render.objects.filter(state=RenderState.QUEUED)
    assert waiting.count() + len(sent) == 8
    assert all(begin(render) for render in waiting)


def test_rotate_of_an_unreadable_secret_keeps_no_body_to_replay_with_another_key(project: Project, by: Actor) -> None:
    key = make_key(secret=OLD, route="v3")
    render = make_render(project, key, state="unconfirmed")
    make_attempt(render, outcome=AttemptOutcome.UNKNOWN, idempotency_key="0f8c", sent_body="{}", route="v3")
    lost = Token(Fernet(Fernet.generate_key()).encrypt(b"sk-lost-00000000").decode())
    ProviderKey.objects.filter(pk=key.pk).update(secret=lost)

    rotate(key=key, actor=by, secret=NEW)

    assert (attempt_of(render).sent_body, attempt_of(render).retired) == ("", None)
