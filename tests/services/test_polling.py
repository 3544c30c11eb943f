"""Claiming what is due, and writing back polls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from studio.choices import RenderState
from studio.lib.clock import later, now
from studio.lib.holders import this_process
from studio.models import Project, Render, RenderEvent
from studio.services import polling
from tests.factories import make_followed, make_key, make_project
from tests.racing import wait_for_a_lock

pytestmark = pytest.mark.django_db


def test_postpone_writes_all_back_in_one_statement(
    project: Project, django_assert_num_queries: Callable[[int], Any]
) -> None:
    renders = [make_followed(project, poll_failures=3) for _ in range(20)]
    gone = make_followed(project, state=RenderState.FETCHING, next_poll_at=None)
    polling.claim_due(limit=100)
    moment = later(30)

    with django_assert_num_queries(1):
        polling.postpone(polls=[polling.Postponed(render.pk, moment, 1) for render in [*renders, gone]])

    rows = Render.objects.filter(pk__in=[render.pk for render in renders])
    assert set(rows.values_list("next_poll_at", "poll_failures", "polls", "claimed_until", "claimed_by")) == {
        (moment, 1, 1, None, "")
    }
    gone.refresh_from_db()
    assert (gone.next_poll_at, gone.polls) == (None, 0)


def test_polls_become_rarer_with_age_and_failures_and_never_in_step() -> None:
    def wait(age: float, failures: int = 0) -> float:
        return (polling.next_poll(age_seconds=age, base_seconds=5, failures=failures) - now()).total_seconds()

    young = [wait(10) for _ in range(50)]
    assert 3.9 <= min(young) < max(young) <= 6.1
    assert len({round(seconds, 4) for seconds in young}) > 40
    assert wait(7200) <= 36.1
    assert 60 < wait(10, failures=30) <= 144.1


def test_postpone_writes_down_progress_and_notes_it_in_history(
    project: Project, django_assert_num_queries: Callable[[int], Any]
) -> None:
    running = [make_followed(project, state=RenderState.RUNNING, progress=3) for _ in range(3)]
    gone = make_followed(project, state=RenderState.FETCHING, next_poll_at=None, progress=3)
    polling.claim_due(limit=100)
    further = [polling.Postponed(render.pk, later(30), progress=7, note="7 % done") for render in [running[0], gone]]
    polls = [*further, polling.Postponed(running[1].pk, later(30), progress=4), polling.Postponed(running[2].pk, now())]

    # The transaction's two, the update and the events.
    with django_assert_num_queries(4):
        polling.postpone(polls=polls)

    for render in (*running, gone):
        render.refresh_from_db()
    assert [render.progress for render in (*running, gone)] == [7, 4, 3, 3]
    told = RenderEvent.objects.exclude(from_state="").exclude(from_state=None)
    assert list(told.values_list("render", "from_state", "to_state", "reason")) == [
        (running[0].pk, "running", "running", "7 % done")
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["give_back", "hold_back", "take_over"])
def test_putting_off_holds_takes_in_the_order_of_their_numbers(act: str, transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time.")
    project, key = make_project(), make_key()
    claimed = {} if act == "hold_back" else {"claimed_by": this_process(), "claimed_until": later(60)}
    first, second = (make_followed(project, key=key, next_poll_at=now(), **claimed).pk for _ in range(2))
    # Due after the second and lying behind it: whoever changes both as they are found begins with the second.
    Render.objects.filter(pk=first).update(next_poll_at=later(1))
    acts: dict[str, Callable[[], object]] = {
        "give_back": lambda: polling.give_back(render_ids=[first, second], seconds=30),
        "hold_back": lambda: polling.hold_back(key_id=key.pk, seconds=30),
        "take_over": lambda: polling.take_over(living=[]),
    }

    with transaction.atomic():
        Render.objects.select_for_update().get(pk=first)
        other = threading.Thread(target=and_close(acts[act]))
        other.start()
        wait_for_a_lock()
        # Free, since the other waits for the first and holds nothing; else this would end in a deadlock.
        assert Render.objects.select_for_update(nowait=True).get(pk=second).pk == second
    other.join(60)

    assert set(Render.objects.values_list("claimed_until", flat=True)) == {None}


def and_close(act: Callable[[], object]) -> Callable[[], None]:
    """In a thread of its own, whose connection goes with it."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    return run


def test_take_over_leaves_to_the_living_what_they_claimed(project: Project) -> None:
    claims: dict[str, Any] = {"claimed_until": later(60), "next_poll_at": later(60)}
    dead, living = (make_followed(project, claimed_by=holder, **claims) for holder in ("dead:1", "living:1"))

    freed = polling.take_over(living=["living:1"])

    assert (freed, [due.render_id for due in polling.claim_due(limit=10)]) == (1, [dead.pk])
    living.refresh_from_db()
    assert living.claimed_by == "living:1"


def test_claim_reads_secrets_and_addresses_once_for_many_renders(
    project: Project, django_assert_num_queries: Callable[[int], Any]
) -> None:
    first, second = make_key(secret="sk-first-0123456789"), make_key(secret="sk-second-012345678")  # noqa: S106
    wanted = {make_followed(project, key).pk: key.secret for key in (first, second) for _ in range(20)}

    # The claim and its transaction, the attempts, and the keys that they were sent with.
    with django_assert_num_queries(5):
        claimed = polling.claim_due(limit=100)

    assert {due.render_id: due.secret for due in claimed} == wanted


def test_polls_become_frequent_when_progress_says_that_the_end_is_near() -> None:
    def wait(age: float, progress: int) -> float:
        moment = polling.next_poll(age_seconds=age, base_seconds=5, progress=progress)
        return (moment - now()).total_seconds()

    assert 3.9 <= wait(60, 20) <= 6.1
    assert 2.3 <= wait(60, 91) <= 3.6
    assert 1.5 <= wait(60, 99) <= 2.5
    assert 1.5 <= wait(600, 99) <= 3.7
