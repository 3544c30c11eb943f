"""Prices against the figures that the billing page itself gives, and the counts that were measured."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from studio.choices import Operation
from studio.providers.answers import Usage
from studio.providers.ark.prices import estimate, settle
from studio.providers.ark.rates import BYTEPLUS, VOLCENGINE
from studio.providers.upstream.lists import PriceList
from tests.providers.ark.factories import ark_request
from tests.providers.factories import make_image, make_video

DOUBAO = "doubao-seedance-2-0-260128"


@pytest.mark.parametrize(
    ("resolution", "published", "tokens", "amount"),
    # The page reckons without the measured extra frame, so ours lie above its figures by 1/120.
    [
        ("480p", "2.31", "50638.5", "2.3294"),
        ("720p", "4.97", "108900", "5.0094"),
        ("1080p", "12.39", "245025", "12.4963"),
        ("4k", "25.27", "980100", "25.4826"),
    ],
)
def test_official_example_of_five_seconds(resolution: str, published: str, tokens: str, amount: str) -> None:
    found = estimate(ark_request(model=DOUBAO, resolution=resolution))

    assert (found.currency, found.tokens, found.amount) == ("CNY", Decimal(tokens), Decimal(amount))
    assert (Decimal(amount) * 120 / 121).quantize(Decimal("0.01")) == Decimal(published)


@pytest.mark.parametrize(
    ("model", "without", "with_video"),
    [
        ("dreamina-seedance-2-0-260128", "0.7623", "0.9327"),
        ("dreamina-seedance-2-0-fast-260128", "0.6099", "0.7158"),
        ("dreamina-seedance-2-0-mini-260615", "0.3812", None),
        ("doubao-seedance-2-0-fast-260128", "4.0293", "4.7718"),
        ("doubao-seedance-2-0-mini-260615", "2.5047", "3.0366"),
    ],
)
def test_each_list_has_its_own_rates(model: str, without: str, with_video: str | None) -> None:
    inputs = (make_image(), make_video(seconds=Decimal(5)))

    plain = estimate(ark_request(model=model))
    edited = estimate(ark_request(Operation.REFERENCE_TO_VIDEO, model=model, inputs=inputs))

    assert plain.amount == Decimal(without)
    assert edited.amount == (None if with_video is None else Decimal(with_video))


def test_sentence_names_list_and_day() -> None:
    assert estimate(ark_request()).basis == (
        "5 s at 1280×720: about 108,900 tokens × $7.00 per million (token formula; BytePlus USD list, 2026-05-19)."
    )


def test_unpublished_prices_say_so() -> None:
    four_k = estimate(ark_request(resolution="4k"))
    mini = ark_request(Operation.VIDEO_TO_VIDEO, model="dreamina-seedance-2-0-mini-260615", aspect_ratio="adaptive")

    assert (four_k.amount, four_k.currency) == (None, "USD")
    assert four_k.basis == "Price unknown. No price is published for dreamina-seedance-2-0-260128 at 4k."
    assert estimate(mini).basis == (
        "Price unknown. No price is published for dreamina-seedance-2-0-mini-260615 at 720p "
        "with a video among the inputs."
    )


def test_settling_goes_by_the_gateways_own_count() -> None:
    found = settle(ark_request(model=DOUBAO), Decimal(5), 1280, 720, Usage(tokens=110_000))

    assert (found.amount, found.tokens) == (Decimal("5.0600"), Decimal(110_000))
    assert found.basis == (
        "110,000 tokens by the gateway's own token count × ¥46.00 per million (official CNY list, 2026-07-25)."
    )


def test_settling_by_count_knows_the_rate_with_video() -> None:
    """Measured upstream: a 4 s take with a 4 s reference counted 173 700 tokens."""
    request = ark_request(
        Operation.REFERENCE_TO_VIDEO, model=DOUBAO, duration=4, inputs=(make_image(), make_video(seconds=Decimal(4)))
    )

    assert settle(request, Decimal(4), 1280, 720, Usage(tokens=173_700)).amount == Decimal("4.8636")


def test_settling_without_a_count_goes_by_the_file() -> None:
    found = settle(ark_request(model=DOUBAO), Decimal(5), 640, 640)

    assert found.tokens == Decimal(640 * 640 * 121) / 1024
    assert "640×640, measured in the file" in found.basis


def test_settling_what_has_no_price_stays_unknown() -> None:
    assert settle(ark_request(resolution="4k"), Decimal(5), 3840, 2160, Usage(tokens=972_000)).amount is None


@pytest.mark.parametrize("rate", [*BYTEPLUS.rates, *VOLCENGINE.rates], ids=lambda rate: rate.model)
def test_every_rate_has_source_and_day(rate: object) -> None:
    assert getattr(rate, "source", "")
    assert getattr(rate, "dated", None)


def test_each_regions_row_has_its_currency() -> None:
    rows = [estimate(ark_request()).row, estimate(ark_request(model=DOUBAO)).row]

    assert [(row.provider, row.model, row.condition, row.rate, row.currency) for row in rows if row] == [
        ("ark", "dreamina-seedance-2-0-260128", "without a video", Decimal("7.0"), "USD"),
        ("ark", DOUBAO, "without a video", Decimal(46), "CNY"),
    ]


def test_settling_goes_by_the_row_it_was_quoted_from() -> None:
    quoted = estimate(ark_request(model=DOUBAO)).row
    assert quoted is not None

    found = settle(
        ark_request(model=DOUBAO), Decimal(5), 1280, 720, Usage(tokens=110_000), replace(quoted, rate=Decimal(50))
    )

    assert found.amount == Decimal("5.5000")
    assert "¥50.00 per million" in found.basis


@pytest.mark.parametrize("prices", [BYTEPLUS, VOLCENGINE], ids=lambda prices: prices.currency)
def test_no_two_rates_for_the_same_thing_are_of_the_same_day(prices: PriceList) -> None:
    days = [(rate.model, name, rate.dated) for rate in prices.rates for name in rate.resolutions]

    assert len(days) == len(set(days))
