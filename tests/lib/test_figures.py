"""Sums and numbers in the language of the page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from studio.lib import figures, money

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en-gb", "$1,234.50"),
        ("id", "$1.234,50"),
        ("fr", f"1{SPACE}234,50{SPACE}$"),
        ("sv", f"1{SPACE}234,50{SPACE}$"),
        ("uz", f"1{SPACE}234,50{SPACE}$"),
    ],
)
def test_money_is_written_as_the_language_does(language: str, written: str) -> None:
    with translation.override(language):
        assert figures.money(Decimal("1234.5")) == written


def test_what_is_stored_stays_english() -> None:
    with translation.override("fr"):
        assert money.money(Decimal("1234.5")) == "$1,234.50"


@pytest.mark.parametrize("amount", [None, Decimal(0), Decimal("0.0042"), Decimal("12345.678")])
@pytest.mark.parametrize("currency", ["USD", "CNY", "credits"])
@pytest.mark.parametrize("name", ["money", "booked_money", "fine_money", "reckoned"])
def test_english_pages_are_as_they_were(name: str, currency: str, amount: Decimal | None) -> None:
    assert getattr(figures, name)(amount, currency) == getattr(money, name)(amount, currency)


@pytest.mark.parametrize(
    ("written", "french"),
    [("≈ $5.40", f"≈ 5,40{SPACE}$"), ("4.5 s", "4,5 s"), ("12 credits", "12 credits"), ("1234", "1234")],
)
def test_figures_in_a_text_are_turned(written: str, french: str) -> None:
    with translation.override("fr"):
        assert figures.localised(written) == french
