"""What limits say to a price: room, too little room, another currency, no price; and from where on they warn."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from studio.choices import BudgetPeriod
from studio.models import ProviderKey
from studio.services.limits import Holder, Limit, stops_of, tightest, warnings_of


def limit(holder: Holder = Holder.PROJECT, **over: Any) -> Limit:
    values: dict[str, Any] = {"subject": "Tea", "currency": "USD", "amount": Decimal(10), "spent": Decimal("9.50")}
    return Limit(holder, **(values | over))


def said(*limits: Limit, amount: str | None = "1", currency: str = "USD") -> list[str]:
    price = None if amount is None else Decimal(amount)
    return [stop.problem().message for stop in stops_of(limits=limits, amount=price, currency=currency)]


def test_what_fits_to_the_last_cent_is_let_through() -> None:
    assert said(limit(), amount="0.50") == []


def test_what_goes_over_says_by_how_much_and_what_helps() -> None:
    assert said(limit(), amount="0.75") == [
        "This goes over the project’s budget of $10.00 a month by $0.25: $0.50 are left, and this needs $0.75. "
        "Render less, wait for the next month, or ask an admin."
    ]


def test_one_sentence_has_the_same_digits_throughout() -> None:
    assert said(limit(spent=Decimal("9.903")), amount="0.28") == [
        "This goes over the project’s budget of $10.00 a month by $0.183: $0.097 are left, and this needs $0.280. "
        "Render less, wait for the next month, or ask an admin."
    ]


def test_what_is_used_is_not_rounded_up() -> None:
    assert limit(spent=Decimal("5.8323")).used_words == "$5.83 of $10.00 used this month"


def test_budget_for_all_time_does_not_offer_the_next_month() -> None:
    assert said(limit(Holder.STUDIO, period=BudgetPeriod.TOTAL, spent=Decimal(12))) == [
        "This goes over the studio’s budget of $10.00 in all by $3.00: nothing is left, and this needs $1.00. "
        "Render less, or ask an admin."
    ]


@pytest.mark.parametrize("amount", ["0.01", "0"])
def test_budget_that_is_overdrawn_stops_everything(amount: str) -> None:
    assert len(said(limit(spent=Decimal(11)), amount=amount)) == 1


def test_unknown_price_is_refused_under_a_budget_and_said_once_per_holder() -> None:
    monthly, total = limit(), limit(period=BudgetPeriod.TOTAL)

    assert said(monthly, total, limit(Holder.PERSON), amount=None) == [
        "Nobody can say beforehand what this costs, so it cannot be weighed against the project’s budget. "
        "Choose another gateway, or ask an admin.",
        "Nobody can say beforehand what this costs, so it cannot be weighed against your budget. "
        "Choose another gateway, or ask an admin.",
    ]


def test_price_in_another_currency_than_all_of_a_holders_budgets_is_refused() -> None:
    assert said(limit(), limit(currency="CNY"), currency="credits") == [
        "The project’s budget is in dollars and yuan, and this is paid in credits: the two cannot be compared. "
        "Choose a gateway that is paid in dollars and yuan, or ask an admin."
    ]


def test_budget_in_the_currency_is_enough_beside_one_in_another() -> None:
    assert said(limit(currency="CNY"), limit(), amount="0.10") == []


def test_each_holder_needs_room_of_its_own() -> None:
    found = stops_of(
        limits=[limit(Holder.STUDIO), limit(Holder.PERSON, currency="credits"), limit(amount=Decimal(99))],
        amount=Decimal(1),
        currency="USD",
    )

    assert [stop.holder for stop in found] == [Holder.PERSON, Holder.STUDIO]


def test_cap_of_a_key_speaks_of_the_key() -> None:
    key = ProviderKey(label="Lab")

    assert said(limit(Holder.KEY, key=key)) == [
        "This key is limited to $10.00 a month; $0.50 are left, and this needs $1.00. "
        "Choose another gateway, wait for the next month, or ask an admin."
    ]
    assert limit(Holder.KEY, key=key).name == "the cap of the key “Lab”"


def test_no_limits_stop_nothing() -> None:
    assert (said(amount=None), said(currency="credits")) == ([], [])


@pytest.mark.parametrize(("spent", "warns"), [("6.99", 0), ("7.00", 1), ("9.00", 1), ("9.01", 0)])
def test_warning_begins_at_its_percentage_and_ends_where_the_stop_begins(spent: str, warns: int) -> None:
    near = limit(spent=Decimal(spent))

    assert len(warnings_of(limits=[near], amount=Decimal(1), currency="USD")) == warns


def test_warning_says_what_is_used_with_this() -> None:
    near = limit(Holder.PERSON, spent=Decimal("7.40"))

    assert warnings_of(limits=[near], amount=Decimal(1), currency="USD") == [
        "With this, $8.40 of $10.00 of your budget this month are used."
    ]
    assert warnings_of(limits=[near], amount=Decimal(1), currency="CNY") == []
    assert warnings_of(limits=[near], amount=None, currency="USD") == []


def test_tightest_is_what_has_least_left_in_the_currency() -> None:
    wide, narrow = limit(amount=Decimal(100)), limit(Holder.STUDIO)

    assert tightest(limits=[wide, narrow, limit(currency="CNY", spent=Decimal(10))], currency="USD") == narrow
    assert tightest(limits=[wide], currency="credits") is None


@pytest.mark.parametrize(
    ("spent", "near", "used_up", "value"),
    [("7.99", False, False, "7.99"), ("8", True, False, "8"), ("10", True, True, "10"), ("12", True, True, "10")],
)
def test_meter_is_full_at_most(spent: str, near: bool, used_up: bool, value: str) -> None:
    found = limit(spent=Decimal(spent))

    assert (found.is_near, found.is_used_up, found.meter_value, found.meter_max) == (near, used_up, value, "10")


def test_limit_of_nothing_is_used_up_from_the_first() -> None:
    nothing = limit(amount=Decimal(0), spent=Decimal(0))

    assert (nothing.is_used_up, nothing.meter_max, len(said(nothing, amount="0.01"))) == (True, "1", 1)
