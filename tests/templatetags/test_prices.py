"""Rates and gaps in words, and where the signed bar begins and ends."""

from __future__ import annotations

from decimal import Decimal

import pytest

from studio.models import PriceRow, PriceStop
from studio.services.drift import Drift
from studio.templatetags.prices import (
    Bar,
    gap_bar,
    gap_words,
    holds_for,
    model_words,
    more_words,
    rate_words,
    verdict_words,
)


def drift_of(billed: str, bills: int = 10) -> Drift:
    return Drift("tokenlab", "seedance-2.0", "USD", bills, Decimal(10), Decimal(billed))


@pytest.mark.parametrize(
    ("rate", "currency", "unit", "words"),
    [
        ("5.441176", "USD", "million tokens", "$5.4412 per million tokens"),
        ("46.000000", "CNY", "million tokens", "¥46.00 per million tokens"),
        ("0.200000", "USD", "second", "$0.20 per second"),
        ("0.125000", "USD", "second", "$0.125 per second"),
        ("40.000000", "credits", "take", "40 credits per take"),
        ("12.800000", "credits", "second", "12.8 credits per second"),
        ("1200.000000", "credits", "take", "1,200 credits per take"),
    ],
)
def test_rate_is_as_fine_as_it_needs_to_be(rate: str, currency: str, unit: str, words: str) -> None:
    assert rate_words(PriceRow(rate=Decimal(rate), currency=currency, unit=unit)) == words


@pytest.mark.parametrize(
    ("resolution", "condition", "words"),
    [("720p", "with a video", "720p, with a video"), ("720p", "", "720p"), ("", "", "everything")],
)
def test_row_says_what_it_holds_for(resolution: str, condition: str, words: str) -> None:
    assert holds_for(PriceRow(resolution=resolution, condition=condition)) == words


@pytest.mark.parametrize(
    ("gap", "words"), [("33.3", "+33.3 %"), ("-15.0", "\N{MINUS SIGN}15.0 %"), ("0.0", "0 %"), (None, "–")]
)
def test_gap_has_its_sign(gap: str | None, words: str) -> None:
    assert gap_words(None if gap is None else Decimal(gap)) == words


@pytest.mark.parametrize(("gap", "words"), [("33.3", "33.3 % more"), ("40.0", "40 % more"), ("1250.0", "1,250 % more")])
def test_gap_of_a_stop_is_said_as_more(gap: str, words: str) -> None:
    assert more_words(Decimal(gap)) == words


@pytest.mark.parametrize(
    ("billed", "words"),
    [
        ("10.49", "as estimated, within the limit"),
        ("9.51", "as estimated, within the limit"),
        ("10.5", "dearer than estimated, within the limit"),
        ("9.5", "cheaper than estimated, within the limit"),
        ("20", "dearer than estimated, past the limit"),
    ],
)
def test_verdict_calls_only_a_small_gap_as_estimated(billed: str, words: str) -> None:
    assert verdict_words(drift_of(billed)) == words


@pytest.mark.parametrize(("model", "words"), [("seedance-2.0-fast", "Seedance 2.0 Fast"), ("seedance-9", "seedance-9")])
def test_model_of_a_stop_has_the_studios_name_for_it(model: str, words: str) -> None:
    assert model_words(PriceStop(provider="tokenlab", model=model)) == words


@pytest.mark.parametrize(
    ("billed", "bills", "bar"),
    [
        ("10", 10, Bar("50.0%", "0.0%", "25%", "75%", is_past=False)),
        ("12.5", 10, Bar("50.0%", "25.0%", "25%", "75%", is_past=False)),
        ("13", 10, Bar("50.0%", "30.0%", "25%", "75%", is_past=True)),
        ("13", 4, Bar("50.0%", "30.0%", "25%", "75%", is_past=False)),
        ("7", 10, Bar("20.0%", "30.0%", "25%", "75%", is_past=True)),
        ("99", 10, Bar("50.0%", "50.0%", "25%", "75%", is_past=True)),
        ("0", 10, Bar("0.0%", "50.0%", "25%", "75%", is_past=True)),
    ],
)
def test_bar_goes_from_the_estimate_to_the_bill_and_no_further_than_the_edge(billed: str, bills: int, bar: Bar) -> None:
    assert gap_bar(drift_of(billed, bills)) == bar
