"""Caps, places and pace of a key: what is counted, in which currency, and that two workers never share one place."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from studio.choices import RenderState
from studio.lib.clock import later, now
from studio.models import Attempt, Project, Render
from studio.services import key_limits, ledger, recovery
from studio.services.limits import stops_of
from tests.factories import begin, make_attempt, make_key, make_project, make_render

pytestmark = pytest.mark.django_db


def reserved(project: Project, amount: str, **over: Any) -> Render:
    render = make_render(project, estimate=Decimal(amount), **over)
    ledger.reserve(render=render)
    return render


def last_month(render: Render) -> None:
    Render.objects.filter(pk=render.pk).update(booked_at=now().replace(day=1) - timedelta(days=1))


def test_spent_counts_what_was_paid_and_what_is_held(project: Project) -> None:
    key = make_key()
    reserved(project, "0.42", key=key)
    ledger.settle(render=reserved(project, "0.50", key=key), amount=Decimal("0.30"), note="")
    ledger.release(render=reserved(project, "7", key=key), note="")
    back = reserved(project, "8", key=key)
    ledger.settle(render=back, amount=Decimal(8), note="")
    ledger.release(render=back, note="given back")
    reserved(project, "9", key=make_key())

    assert key_limits.spent_by_key(keys=[key])[key.pk] == Decimal("0.72")


def test_spent_is_of_this_month_but_what_still_runs_is_always_held(project: Project) -> None:
    key = make_key()
    paid = reserved(project, "1", key=key)
    ledger.settle(render=paid, amount=Decimal(1), note="")
    for render in (paid, reserved(project, "2", key=key, state="failed"), reserved(project, "4", key=key)):
        last_month(render)

    assert key_limits.spent_by_key(keys=[key])[key.pk] == Decimal(4)


def test_spent_never_adds_another_currency(project: Project) -> None:
    key = make_key(currency="USD")
    reserved(project, "1", key=key)
    ledger.settle(render=reserved(project, "1", key=key), amount=Decimal(40), note="", currency="credits")

    assert key_limits.spent_by_key(keys=[key])[key.pk] == Decimal(1)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (Decimal("0.58"), "USD", ""),
        (Decimal("0.59"), "USD", "This key is limited to $1.00 a month; $0.58 are left, and this needs $0.59."),
        (None, "USD", "This key is limited to $1.00 a month, and its price is not known beforehand."),
        (Decimal(1), "credits", "This key is limited to $1.00 a month, and its price is in credits."),
    ],
)
def test_cap_lets_through_what_fits(project: Project, amount: Decimal | None, currency: str, words: str) -> None:
    key = make_key(monthly_cap=Decimal("1.00"))
    reserved(project, "0.42", key=key)

    limit = key_limits.limit_of(key=key, spent=key_limits.spent_by_key(keys=[key])[key.pk])

    found = stops_of(limits=[limit], amount=amount, currency=currency)

    assert [stop.said for stop in found] == list(filter(None, [words]))


def test_caps_are_those_of_keys_that_have_one(project: Project) -> None:
    capped = make_key(provider="tokenhub", label="Spring", monthly_cap=Decimal("1.00"))
    make_key()
    make_key(monthly_cap=Decimal("1.00"), deleted_at=now())
    reserved(project, "0.42", key=capped)

    assert [(cap.key, cap.subject, cap.used_words) for cap in key_limits.caps()] == [
        (capped, "TokenHub: Spring", "$0.42 of $1.00 used this month")
    ]


@pytest.mark.parametrize("state", ["submitting", "waiting", "running"])
def test_place_is_taken_by_what_runs_at_the_gateway(project: Project, state: str) -> None:
    key = make_key(max_running=2)
    for each in (state, state, "queued", "fetching", "ready", "unconfirmed"):
        make_render(project, key, state=each)

    room = key_limits.room(key=key)

    assert (room.is_free, room.reason) == (
        False,
        "Waiting for a free place: 2 of 2 takes are running with this key.",
    )


def test_pace_counts_what_was_sent_in_the_last_minute(project: Project) -> None:
    key, render = make_key(per_minute=2), make_render(project)
    for seconds in (90, 50, 10):
        attempt = make_attempt(render, key=key)
        Attempt.objects.filter(pk=attempt.pk).update(created_at=now() - timedelta(seconds=seconds))

    room = key_limits.room(key=key)

    assert room.reason == "Waiting for its turn: 2 takes a minute may be sent with this key."
    assert 5 < room.seconds <= 10
    assert key_limits.room(key=make_key(per_minute=2)).is_free


def test_take_without_a_place_waits_says_so_once_and_goes_on_later(project: Project) -> None:
    key = make_key(max_running=1)
    first, second = make_render(project, key), make_render(project, key)
    begin(first)

    for _ in range(3):
        assert begin(Render.objects.get(pk=second.pk)) is None

    second.refresh_from_db()
    assert (second.state, second.enqueued_at, second.tries) == (RenderState.QUEUED, None, 0)
    assert second.not_before is not None
    assert later(1) < second.not_before < later(5)
    assert list(second.events.values_list("reason", flat=True)) == [
        "Asked for",
        "Waiting for a free place: 1 of 1 takes are running with this key.",
    ]
    Render.objects.filter(pk=first.pk).update(state=RenderState.FETCHING)
    assert begin(Render.objects.get(pk=second.pk)) is not None
    second.refresh_from_db()
    assert (second.state, second.error_meaning, second.error_advice) == (RenderState.SUBMITTING, "", "")


def test_sweep_asks_for_a_waiting_take_only_when_there_is_room(project: Project) -> None:
    key = make_key(max_running=1)
    running, waiting = make_render(project, key, state="running", next_poll_at=later(60)), make_render(project, key)
    told = "Waiting for a free place: 1 of 1 takes are running with this key."
    Render.objects.filter(pk=waiting.pk).update(error_meaning=told)

    full = recovery.sweep()["submits"]
    Render.objects.filter(pk=running.pk).update(state="fetching", enqueued_at=now())

    assert (full, recovery.sweep()["submits"]) == (0, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", ["max_running", "per_minute"])
def test_places_hold_when_many_workers_claim_at_once(transactional_db: None, limit: str) -> None:
    project, key = make_project(), make_key(**{limit: 2})
    renders = [make_render(project, key) for _ in range(8)]
    start, won = threading.Barrier(8), []

    def race(render: Render) -> None:
        start.wait()
        try:
            won.append(begin(render) is not None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=race, args=(render,)) for render in renders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(won), sum(won)) == (8, 2)
    assert Render.objects.filter(state=RenderState.SUBMITTING).count() == 2


def test_take_that_was_paid_for_with_an_unknown_sum_counts_as_it_was_held(project: Project) -> None:
    key = make_key(monthly_cap=Decimal("1.00"))
    render = reserved(project, "0.60", key=key, state="ready")
    ledger.settle(render=render, amount=None, note="")

    assert key_limits.spent_by_key(keys=[key])[key.pk] == Decimal("0.60")
