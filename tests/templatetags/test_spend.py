"""Bars and words of the pages of spending."""

from __future__ import annotations

from decimal import Decimal

import pytest

from studio.models import Render, User
from studio.services.spend_report import Figures
from studio.templatetags import spend
from studio.templatetags.spend import Part


def figures(paid: str, held: str = "0", possibly: str = "0") -> Figures:
    return Figures(Decimal(paid), Decimal(held), Decimal(possibly))


def test_bar_puts_its_parts_side_by_side() -> None:
    parts = spend.bar_parts(figures("2", "1", "1"), Decimal(8))

    assert parts == [Part("paid", "0.00", "25.00"), Part("held", "25.00", "12.50"), Part("possibly", "37.50", "12.50")]


def test_bar_leaves_out_what_is_nothing() -> None:
    assert spend.bar_parts(figures("0", "0", "4"), Decimal(4)) == [Part("possibly", "0.00", "100.00")]


@pytest.mark.parametrize(
    ("sums", "words"),
    [
        (("2",), "paid"),
        (("0", "2"), "held"),
        (("1", "2"), "$1.00 paid, $2.00 held"),
        (("1", "2", "3"), "$1.00 paid, $2.00 held, $3.00 possibly charged"),
    ],
)
def test_parts_of_a_bar_in_words(sums: tuple[str, ...], words: str) -> None:
    assert spend.parts_in_words(figures(*sums), "USD") == words


@pytest.mark.parametrize(
    ("standing", "price", "words"),
    [
        ("settled", "0.37", "$0.37"),
        ("settled", None, "≈ $0.42"),
        ("reserved", None, "≈ $0.42"),
        ("possibly", None, "≈ $0.42"),
        ("released", None, "–"),
    ],
)
def test_take_counts_exactly_once_it_is_paid(standing: str, price: str | None, words: str) -> None:
    take = Render(standing=standing, estimate=Decimal("0.42"), price=Decimal(price) if price else None)

    assert spend.counted_money(take) == words


def test_asker_is_a_name_or_nobody() -> None:
    assert spend.asker(Render(asked_by=User(username="ada", display_name="Ada"))) == "Ada"
    assert spend.asker(Render()) == "Nobody with an account"
