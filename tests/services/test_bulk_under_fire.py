"""Two workers at the same steps, two people at the same takes: each is changed once, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from studio.choices import BulkAct, BulkState, RenderState, Role
from studio.lib.clock import later
from studio.models import BulkWork, Project, Render, RenderEvent, TakeTag, User
from studio.services import bulk, polling, ratings
from tests.factories import make_project, make_render, make_user
from tests.racing import SECONDS, at_once, wait_for_a_lock
from tests.team_factories import make_bulk_work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(transactional_db: None) -> tuple[Project, User]:
    person = make_user("ada")
    return make_project({Role.MANAGER: person}), person


def test_two_workers_at_one_work_change_each_take_once(
    team: tuple[Project, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, person = team
    monkeypatch.setattr(bulk, "STEP", 3)
    takes = [make_render(project) for _ in range(12)]
    work = make_bulk_work(person, *takes, act=BulkAct.RATE, details={"rating": 5})
    assert bulk.claim(work_id=work.pk) is not None

    def go_through() -> None:
        # As if its claim had never ended: it finds the work as it is and does what it can get.
        mine = BulkWork.objects.select_related("actor").get(pk=work.pk)
        while mine.state == BulkState.RUNNING:
            bulk.step(work=mine)
            mine = BulkWork.objects.select_related("actor").get(pk=work.pk)

    troubles = at_once([go_through] * 3)

    found = BulkWork.objects.get(pk=work.pk)
    assert (troubles, found.state, found.done, found.changed) == ([], BulkState.DONE, 12, 12)
    assert RenderEvent.objects.filter(reason="Rated 5 of 5").count() == 12


def test_many_people_who_tag_the_same_takes_do_not_stand_in_each_others_way(team: tuple[Project, User]) -> None:
    project, person = team
    takes = [make_render(project).pk for _ in range(6)]

    def tag(number: int) -> Callable[[], object]:
        order = takes if number % 2 else takes[::-1]
        details = {"tags": ["shared", f"own {number}"]}
        return lambda: bulk.ask(actor=person, act=BulkAct.TAG, takes=order, details=details)

    troubles = at_once([tag(number) for number in range(4)])

    assert troubles == []
    assert TakeTag.objects.count() == 6 * 5


def test_work_on_takes_of_two_projects_in_two_orders_waits_for_one_another(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [make_user(name, is_studio_admin=True) for name in ("ada", "bea")]
    takes = [make_render(make_project()).pk for _ in range(2)]
    both, rate, first = threading.Barrier(2), ratings.rate, threading.local()

    def rate_and_meet(**asked: Any) -> int:
        changed = rate(**asked)
        if not getattr(first, "is_done", False):
            first.is_done = True
            # Both have changed a take of one project, unless one of them waits for the other, as it should.
            with suppress(threading.BrokenBarrierError):
                both.wait(2)
        return changed

    monkeypatch.setattr(ratings, "rate", rate_and_meet)

    def work(person: User, order: list[int], rating: int) -> Callable[[], object]:
        return lambda: bulk.ask(actor=person, act=BulkAct.RATE, takes=order, details={"rating": rating})

    troubles = at_once([work(people[0], takes, 3), work(people[1], takes[::-1], 4)])

    assert (troubles, set(BulkWork.objects.values_list("state", flat=True))) == ([], {BulkState.DONE})
    assert len(set(Render.objects.values_list("rating", flat=True))) == 1


def test_work_and_the_tracker_at_the_same_takes_wait_for_one_another(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time.")
    admin = make_user("ada", is_studio_admin=True)
    takes = [make_render(make_project(), state=RenderState.RUNNING).pk for _ in range(2)]
    rate, begun = ratings.rate, threading.Event()

    def rate_slowly(**asked: Any) -> int:
        changed = rate(**asked)
        if not begun.is_set():
            begun.set()
            wait_for_a_lock()
        return changed

    def sweep() -> None:
        begun.wait(SECONDS)
        polling.postpone(polls=[polling.Postponed(pk, later(5), progress=10) for pk in takes])

    monkeypatch.setattr(ratings, "rate", rate_slowly)
    order = takes[::-1]
    troubles = at_once(
        [lambda: bulk.ask(actor=admin, act=BulkAct.RATE, takes=order, details={"rating": 3}), sweep],
    )

    assert troubles == []
    assert list(Render.objects.values_list("rating", "progress")) == [(3, 10), (3, 10)]


def test_one_press_that_arrives_twice_is_one_work(team: tuple[Project, User], monkeypatch: pytest.MonkeyPatch) -> None:
    project, person = team
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    take = make_render(project).pk

    troubles = at_once([lambda: bulk.ask(actor=person, act=BulkAct.FAVOURITE, takes=[take], details={})] * 4)

    assert (troubles, BulkWork.objects.count()) == ([], 1)


def test_takes_that_two_people_delete_at_once_are_deleted_once(team: tuple[Project, User]) -> None:
    project, person = team
    takes = [make_render(project, state="cancelled", standing="released").pk for _ in range(5)]

    troubles = at_once([lambda: bulk.ask(actor=person, act=BulkAct.DELETE, takes=takes, details={})] * 3)

    assert (troubles, Render.objects.present().count()) == ([], 0)
    assert RenderEvent.objects.filter(reason="Deleted").count() == 5
