"""Bills against estimates: counted by the gateways' own figures, told for each model, and stopped when too dear."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from pytest_django import DjangoAssertNumQueries, Settings

from studio.lib.clock import now
from studio.models import AuditEntry, PriceRow, PriceStop, Project, Render, User
from studio.services import drift, ledger
from studio.services.audit import Actor
from studio.services.drift import Verdict
from tests.factories import make_attempt, make_project, make_render, make_request

pytestmark = pytest.mark.django_db

FAST = {"provider": "tokenlab", "model": "seedance-2.0-fast", "currency": "USD"}


@pytest.fixture
def project() -> Project:
    return make_project()


def held(project: Project, **over: Any) -> Render:
    """A take of a dollar whose tokens the gateway has counted; it is not settled yet."""
    request = over.get("request") or make_request()
    row = make_price_row(request.provider, request.model, over.get("currency", "USD"))
    values: dict[str, Any] = {"estimate": Decimal(1), "usage": {"tokens": 100}, "price_row": row}
    return make_render(project, **(values | over))


def make_price_row(provider: str, model: str, currency: str) -> PriceRow:
    values: dict[str, Any] = {"unit": "take", "rate": Decimal(1), "source": "The list", "dated": date(2026, 7, 25)}
    row, _ = PriceRow.objects.get_or_create(provider=provider, model=model, currency=currency, **values)
    return row


def bill(project: Project, amount: str, times: int = 1, **over: Any) -> list[Render]:
    """So many takes of a dollar that are billed at `amount`."""
    takes = [held(project, **over) for _ in range(times)]
    for take in takes:
        ledger.settle(render=take, amount=Decimal(amount), note="counted")
    return takes


def test_drift_compares_what_was_billed_with_what_was_estimated(project: Project) -> None:
    bill(project, "1.10", 3)
    bill(project, "0.90", 3)
    bill(project, "1.20", 2)

    found = drift.of_model(**FAST)

    assert (found.bills, found.estimated, found.billed) == (8, Decimal(8), Decimal("8.4"))
    assert (found.gap_percent, found.verdict) == (Decimal("5.0"), Verdict.FITS)


@pytest.mark.parametrize(
    ("amount", "times", "verdict", "stops"),
    [
        ("1.25", 5, Verdict.FITS, 0),
        ("1.26", 4, Verdict.FEW, 0),
        ("1.26", 5, Verdict.DEARER, 1),
        ("1.26", 8, Verdict.DEARER, 1),
        ("0.10", 20, Verdict.CHEAPER, 0),
    ],
)
def test_only_bills_past_the_limit_stop_quoting(
    project: Project, amount: str, times: int, verdict: Verdict, stops: int
) -> None:
    bill(project, amount, times)

    assert drift.of_model(**FAST).verdict == verdict
    assert PriceStop.objects.filter(lifted_at=None).count() == stops


def test_limit_is_a_setting(project: Project, settings: Settings) -> None:
    settings.STUDIO_PRICE_GAP_PERCENT = 10

    bill(project, "1.11", 5)

    assert PriceStop.objects.count() == 1


def test_stop_says_how_far_out_it_was_and_is_in_the_audit_list(project: Project) -> None:
    bill(project, "1.40", 6)

    stop, entry = PriceStop.objects.get(), AuditEntry.objects.get()
    assert (stop.provider, stop.model, stop.currency) == ("tokenlab", "seedance-2.0-fast", "USD")
    assert (stop.gap_percent, stop.bills) == (Decimal("40.0"), 5)
    assert (entry.actor_name, entry.act, entry.subject) == ("studio", "price-stop", "TokenLab: seedance-2.0-fast")
    assert entry.detail == "Its last 5 bills: $7.00 instead of $5.00 (+40.0 %)"


def test_takes_without_the_gateways_own_figure_do_not_count(project: Project) -> None:
    bill(project, "9", 20, usage={})

    assert drift.of_model(**FAST).bills == 0
    assert PriceStop.objects.count() == 0


def test_sums_taken_on_accepting_are_bills(project: Project) -> None:
    for _ in range(5):
        take = held(project, usage={})
        make_attempt(take, charged=Decimal(2), charged_currency="USD")
        ledger.settle(render=take, amount=Decimal(2), note=ledger.CHARGED)

    assert drift.of_model(**FAST).billed == Decimal(10)
    assert PriceStop.objects.count() == 1


def test_each_gateway_model_and_currency_is_looked_at_by_itself(project: Project) -> None:
    bill(project, "2", 4)
    bill(project, "2", 4, request=make_request(model="seedance-2.0"))
    bill(project, "2", 4, request=make_request(provider="tokenhub"))
    bill(project, "2", 4, currency="CNY")

    assert PriceStop.objects.count() == 0
    assert [(each.provider, each.model, each.currency, each.bills) for each in drift.of_all()] == [
        ("tokenhub", "seedance-2.0-fast", "USD", 4),
        ("tokenlab", "seedance-2.0", "USD", 4),
        ("tokenlab", "seedance-2.0-fast", "CNY", 4),
        ("tokenlab", "seedance-2.0-fast", "USD", 4),
    ]


def test_what_was_estimated_in_another_currency_or_by_no_row_or_not_at_all_does_not_count(project: Project) -> None:
    bill(project, "9", 5, estimate=None)
    bill(project, "9", 5, price_row=None)
    for _ in range(5):
        ledger.settle(render=held(project), amount=Decimal(9), note="", currency="credits")

    assert drift.of_all() == []
    assert PriceStop.objects.count() == 0


def test_released_takes_do_not_count(project: Project) -> None:
    for take in bill(project, "1.2", 5):
        ledger.release(render=take, note="given back")

    assert drift.of_model(**FAST).bills == 0


def test_only_the_newest_twenty_count(project: Project) -> None:
    bill(project, "0.1", 30)
    bill(project, "1.0", 20)

    assert (drift.of_model(**FAST).billed, drift.of_all()) == (Decimal(20), [drift.of_model(**FAST)])


def test_bills_of_another_season_do_not_count(project: Project) -> None:
    bill(project, "1.2", 5)
    Render.objects.update(booked_at=now() - timedelta(days=91))

    assert (drift.of_model(**FAST).bills, drift.of_all()) == (0, [])


def test_lifting_starts_the_comparison_afresh(project: Project, admin: User) -> None:
    under_way = [held(project) for _ in range(5)]
    bill(project, "1.40", 5)

    lifted = drift.lift(stop=PriceStop.objects.get(), actor=Actor(admin, "192.0.2.7"), reason="The new list is in.")
    for take in under_way:
        ledger.settle(render=take, amount=Decimal("1.40"), note="counted")

    stop, entry = PriceStop.objects.get(), AuditEntry.objects.first()
    assert lifted is True
    assert (stop.lifted_by, stop.lift_reason, stop.lifted_at is not None) == (admin, "The new list is in.", True)
    assert entry is not None
    assert (entry.actor, entry.act, entry.detail, entry.address) == (
        admin,
        "price-lift",
        "The new list is in.",
        "192.0.2.7",
    )
    assert (drift.of_model(**FAST).bills, drift.of_all()) == (0, [])
    bill(project, "1.40", 4)
    assert PriceStop.objects.filter(lifted_at=None).count() == 0
    bill(project, "1.40", 1)
    assert PriceStop.objects.filter(lifted_at=None).count() == 1


def test_lifting_twice_is_once(project: Project, admin: User) -> None:
    bill(project, "1.40", 5)
    stop = PriceStop.objects.get()

    done = [drift.lift(stop=stop, actor=Actor(admin, ""), reason=reason) for reason in ("Seen to.", "Again.")]

    assert done == [True, False]
    assert [entry.act for entry in AuditEntry.objects.all()] == ["price-lift", "price-stop"]
    assert PriceStop.objects.get().lift_reason == "Seen to."


def test_key_in_a_reason_is_kept_nowhere(project: Project, admin: User) -> None:
    bill(project, "1.40", 5)
    secret = "sk-9f2c5d81e07a4b63a1b2c3d4"

    drift.lift(stop=PriceStop.objects.get(), actor=Actor(admin, ""), reason=f"Asked with {secret}, it is right.")

    kept = "Asked with [removed], it is right."
    assert AuditEntry.objects.get(act="price-lift").detail == kept
    assert PriceStop.objects.get().lift_reason == kept


def test_absurd_bill_stops_quoting_and_breaks_nothing(project: Project) -> None:
    bill(project, "99999998", 5, estimate=Decimal("0.0001"))

    assert PriceStop.objects.get().gap_percent == Decimal("99999999.0")


def test_settlement_asks_no_more_for_many_bills(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bill(project, "1", 30)
    take = held(project)

    # The transaction (two), the standing, the entry with its round, the last lift, and the newest bills.
    with django_assert_num_queries(7):
        ledger.settle(render=take, amount=Decimal(1), note="counted")


@pytest.mark.django_db(transaction=True)
def test_stop_is_one_when_many_are_settled_at_once(project: Project) -> None:
    bill(project, "1.40", 4)
    takes = [held(project) for _ in range(6)]
    start = threading.Barrier(len(takes))

    def settle(take: Render) -> None:
        start.wait()
        try:
            ledger.settle(render=take, amount=Decimal("1.40"), note="counted")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=settle, args=[take]) for take in takes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (PriceStop.objects.count(), AuditEntry.objects.count()) == (1, 1)
    assert drift.of_model(**FAST).bills == 10
