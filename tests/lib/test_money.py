"""How sums are written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from studio.lib import money


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (None, "USD", "price unknown"),
        ("0", "USD", "$0.00"),
        ("0.54", "USD", "$0.54"),
        ("0.5401", "USD", "$0.55"),
        ("0.0123", "USD", "$0.013"),
        ("1234.5", "USD", "$1,234.50"),
        ("3", "CNY", "¥3.00"),
        ("12", "credits", "12 credits"),
        ("1200.00", "credits", "1,200 credits"),
        ("64.5", "credits", "64.50 credits"),
    ],
)
def test_money_is_rounded_up_and_names_its_currency(amount: str | None, currency: str, written: str) -> None:
    assert money.money(None if amount is None else Decimal(amount), currency) == written


def test_what_was_booked_adds_up_as_it_is_shown() -> None:
    paid, held = Decimal("13.0621"), Decimal("5.8323")

    assert [money.booked_money(each) for each in (paid, held, paid + held)] == ["$13.06", "$5.83", "$18.89"]


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (None, "USD", "price unknown"),
        ("0.125", "USD", "$0.13"),
        ("0.0124", "USD", "$0.012"),
        ("16", "credits", "16 credits"),
    ],
)
def test_booked_money_is_rounded_half_up(amount: str | None, currency: str, written: str) -> None:
    assert money.booked_money(None if amount is None else Decimal(amount), currency) == written


def test_sums_of_one_sentence_have_the_same_digits() -> None:
    beside = left, needed = Decimal("0.097"), Decimal("0.28")

    assert (money.money_left(left, "USD", beside), money.money(needed, "USD", beside)) == ("$0.097", "$0.280")


@pytest.mark.parametrize(("amount", "written"), [("0", "$0.00"), ("0.589", "$0.58"), ("0.0019", "$0.001")])
def test_what_is_left_never_looks_like_more(amount: str, written: str) -> None:
    assert money.money_left(Decimal(amount), "USD") == written


def test_what_is_missing_is_the_difference_of_what_is_written() -> None:
    needed, left = Decimal("2.9472"), Decimal("0.4884")

    sums = (money.money(needed), money.money_left(left, "USD"), money.money_missing(needed, left, "USD"))

    assert sums == ("$2.95", "$0.48", "$2.47")


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(None, "USD", "price unknown"), ("0.5401", "USD", "$0.541"), ("40", "credits", "40 credits")],
)
def test_fine_money_keeps_a_tenth_of_a_cent(amount: str | None, currency: str, written: str) -> None:
    assert money.fine_money(None if amount is None else Decimal(amount), currency) == written


@pytest.mark.parametrize(("amount", "written"), [(None, "price unknown"), ("0.59", "≈ $0.59")])
def test_a_missing_price_is_about_nothing(amount: str | None, written: str) -> None:
    assert money.reckoned(None if amount is None else Decimal(amount)) == written
