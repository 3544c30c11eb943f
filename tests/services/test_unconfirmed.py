"""The two ways in which a person settles a render that was sent and never answered."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction

from studio.choices import AttemptOutcome, LedgerKind, RenderState
from studio.models import Attempt, AuditEntry, Project, Render, User
from studio.services import ledger, unconfirmed
from tests.factories import make_attempt, make_key, make_project, make_render, make_user
from tests.racing import at_once


@pytest.fixture
def take(project: Project) -> Render:
    render = make_render(project, state=RenderState.UNCONFIRMED)
    ledger.reserve(render=render)
    make_attempt(render, outcome=AttemptOutcome.UNKNOWN, remote_id="")
    return render


def test_release_ends_the_take_and_frees_the_money(take: Render, manager: User) -> None:
    Render.objects.filter(pk=take.pk).update(
        error_said="Cut off.", error_meaning="The gateway may charge for it.", error_advice="Look it up."
    )

    unconfirmed.release(render=take, actor=manager)

    take.refresh_from_db()
    assert (take.state, take.may_be_charged) == (RenderState.FAILED, False)
    assert (take.error_said, take.error_meaning, take.error_advice) == (
        "",
        "Mia Manager says that it was not created at the gateway. Nothing is charged.",
        "",
    )
    assert list(take.ledger.values_list("kind", flat=True))[-1] == LedgerKind.RELEASED
    assert take.events.order_by("id").values_list("actor", flat=True).last() == manager.pk


def test_adopt_follows_the_task_that_was_found(take: Render, manager: User) -> None:
    unconfirmed.adopt(render=take, actor=manager, remote_id=" ldtask_0123 ")

    take.refresh_from_db()
    attempt = take.attempts.get()
    assert take.state == RenderState.WAITING
    assert take.next_poll_at is not None
    assert (attempt.outcome, attempt.remote_id) == (AttemptOutcome.ACCEPTED, "ldtask_0123")
    assert not take.ledger.filter(kind=LedgerKind.RELEASED).exists()


@pytest.mark.parametrize("remote_id", ["", "../../keys", "a b", "x" * 300, "sk-live-0123456789abcdef"])
def test_adopt_refuses_what_is_no_task_id(take: Render, manager: User, remote_id: str) -> None:
    with pytest.raises(ValidationError):
        unconfirmed.adopt(render=take, actor=manager, remote_id=remote_id)

    take.refresh_from_db()
    assert take.state == RenderState.UNCONFIRMED


def test_adopt_refuses_a_key_that_has_no_shape(take: Render, manager: User) -> None:
    make_key(label="Another", secret="1f3c9a52-5d81-0c6d-2e8f-9b21aa00ff11")

    with pytest.raises(ValidationError, match="That looks like a key"):
        unconfirmed.adopt(render=take, actor=manager, remote_id="1F3C9A52-5d81-0c6d-2e8f-9b21aa00ff11")

    assert (take.attempts.get().remote_id, take.events.filter(reason__icontains="1f3c9a52").count()) == ("", 0)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_adopt_refuses_the_task_of_another_take(take: Render, manager: User, elsewhere: bool) -> None:
    other = make_render(take.project, key=make_key() if elsewhere else take.key)
    make_attempt(other, remote_id="ldtask_taken")

    with pytest.raises(ValidationError):
        unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_taken")

    assert Attempt.objects.filter(remote_id="ldtask_taken").count() == 1


@pytest.mark.django_db(transaction=True)
def test_adopt_of_one_task_by_two_people_at_once_is_done_once(transactional_db: None) -> None:
    project, actor, refused = make_project(), make_user(), []
    takes = [make_render(project, key=make_key(), state=RenderState.UNCONFIRMED) for _ in range(4)]
    for take in takes:
        make_attempt(take, outcome=AttemptOutcome.UNKNOWN)
    start = threading.Barrier(len(takes))

    def work(take: Render) -> None:
        start.wait()
        try:
            unconfirmed.adopt(render=take, actor=actor, remote_id="ldtask_one")
        except ValidationError:
            refused.append(take.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(take,)) for take in takes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(refused), Attempt.objects.filter(remote_id="ldtask_one").count()) == (3, 1)


@pytest.mark.parametrize("state", [RenderState.WAITING, RenderState.READY, RenderState.FAILED])
def test_only_an_unconfirmed_take_is_settled(project: Project, manager: User, state: RenderState) -> None:
    render = make_render(project, state=state)

    with pytest.raises(ValidationError):
        unconfirmed.release(render=render, actor=manager)
    with pytest.raises(ValidationError):
        unconfirmed.adopt(render=render, actor=manager, remote_id="ldtask_0123")

    render.refresh_from_db()
    assert render.state == state


@pytest.mark.parametrize(
    ("remote_id", "act", "words"),
    [
        ("", "take-release", "it was not created at the gateway"),
        ("ldtask_0123", "take-adopt", "it is the gateway's task ldtask_0123"),
    ],
)
def test_word_is_its_persons_in_the_history_and_in_the_audit_list(
    take: Render, manager: User, remote_id: str, act: str, words: str
) -> None:
    if remote_id:
        unconfirmed.adopt(render=take, actor=manager, remote_id=remote_id, address="203.0.113.7")
    else:
        unconfirmed.release(render=take, actor=manager, address="203.0.113.7")

    entry, said = AuditEntry.objects.get(), f"Mia Manager says that {words}"
    assert take.events.order_by("-pk")[0].reason == said
    assert (entry.act, entry.actor, entry.address, entry.detail) == (act, manager, "203.0.113.7", said)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="elsewhere nobody writes meanwhile")
def test_adopt_does_not_wait_for_whoever_stores_a_take_with_the_same_key(take: Render, manager: User) -> None:
    def adopt() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_0123")

    with transaction.atomic():
        make_render(take.project, take.key)
        # Now the row of the key is held as it is when such a transaction ends.
        connection.check_constraints()
        troubles = at_once([adopt])

    take.refresh_from_db()
    assert (troubles, take.state) == ([], RenderState.WAITING)
