"""Prices against figures worked by hand from the published list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from studio.choices import Operation
from studio.providers.answers import Usage
from studio.providers.estimates import PriceFacts
from studio.providers.tokenhub import prices
from studio.providers.tokenhub.prices import estimate, settle
from tests.providers.factories import make_audio, make_image, make_video
from tests.providers.tokenhub.makers import make_hub_request

REFERENCES = Operation.REFERENCE_TO_VIDEO


def test_worked_example_of_the_guide_is_three_dollars() -> None:
    """5 s of video in and 10 s out at 720p: (5 + 10) × $0.20."""
    found = estimate(make_hub_request(Operation.VIDEO_TO_VIDEO, duration=10))

    assert (found.amount, found.currency, found.tokens) == (Decimal("3.00"), "USD", None)
    assert found.basis == (
        "5 s of video in and 10 s out × $0.20 per second at 720p (published price, 2026-11-21). "
        "Input videos cost the same per second; each is rounded up, as the guide says nothing of it."
    )
    assert found.source == "TokenHub, Seedance guide"


@pytest.mark.parametrize(
    ("model", "resolution", "amount"),
    [
        ("doubao-seedance-2.0", "720p", "1.00"),
        ("doubao-seedance-2.0", "480p", "0.60"),
        ("doubao-seedance-2.0-fast", "720p", "0.80"),
        ("doubao-seedance-2.0-fast", "480p", "0.50"),
    ],
)
def test_each_rate_is_the_published_one(model: str, resolution: str, amount: str) -> None:
    found = estimate(make_hub_request(model=model, resolution=resolution))

    assert found.amount == Decimal(amount)


def test_plain_basis_says_what_was_multiplied() -> None:
    found = estimate(make_hub_request())

    assert found.basis == "5 s × $0.20 per second at 720p (published price, 2026-11-21)."


def test_images_cost_nothing() -> None:
    with_images = estimate(make_hub_request(REFERENCES, inputs=(make_image(),) * 9))

    assert with_images == estimate(make_hub_request())


def test_each_input_video_is_rounded_up_by_itself() -> None:
    inputs = (make_image(), make_video(seconds=Decimal("2.1")), make_video(seconds=Decimal("3.01")))

    found = estimate(make_hub_request(REFERENCES, inputs=inputs))

    assert found.amount == (3 + 4 + 5) * Decimal("0.20")


def test_audio_counts_for_nothing_and_that_is_said() -> None:
    found = estimate(make_hub_request(REFERENCES, inputs=(make_image(), make_audio())))

    assert found.amount == Decimal("1.00")
    assert found.basis.endswith("Nothing is published about input audio, so nothing is counted for it.")


def test_unmeasured_video_has_no_price() -> None:
    found = estimate(make_hub_request(REFERENCES, inputs=(make_image(), make_video(seconds=None))))

    assert (found.amount, found.basis) == (
        None,
        "Price unknown. The length of a video among the inputs is not known, and it is charged for.",
    )


def test_unlisted_resolution_has_no_price() -> None:
    found = estimate(make_hub_request(resolution="1080p"))

    assert (found.amount, found.basis) == (
        None,
        "Price unknown. No price is published for doubao-seedance-2.0 at 1080p.",
    )


def test_settling_believes_the_gateways_count() -> None:
    found = settle(make_hub_request(), Decimal("5.042"), 1280, 720, Usage(seconds=Decimal(6)))

    assert found.amount == Decimal("1.20")
    assert found.basis == "6 s by the gateway's count × $0.20 per second at 720p (published price, 2026-11-21)."


def test_settling_without_a_count_measures_the_file() -> None:
    found = settle(make_hub_request(), Decimal("5.042"), 1280, 720)

    assert found.amount == Decimal("1.0084")
    assert found.basis == "5.042 s, measured in the file × $0.20 per second at 720p (published price, 2026-11-21)."


@pytest.fixture
def newer_row(monkeypatch: pytest.MonkeyPatch) -> Iterator[PriceFacts]:
    """It is November, and the guide names another rate from December on."""
    row = replace(prices.ROWS[0], rate=Decimal("0.25"), dated=date(2026, 12, 1))
    monkeypatch.setattr(prices, "ROWS", (*prices.ROWS, row))
    with time_machine.travel(datetime(2026, 11, 21, tzinfo=UTC)):
        yield row


def test_estimate_names_the_row_it_was_worked_out_with() -> None:
    assert estimate(make_hub_request()).row == PriceFacts(
        provider="tokenhub",
        model="doubao-seedance-2.0",
        resolution="720p",
        condition="",
        unit="second",
        rate=Decimal("0.20"),
        currency="USD",
        source="TokenHub, Seedance guide",
        dated=date(2026, 11, 21),
    )


def test_newer_row_changes_quotes_from_its_day_on(newer_row: PriceFacts) -> None:
    before, after = (estimate(make_hub_request(), date(2026, month, 1)) for month in (11, 12))

    assert (before.amount, after.amount, after.row) == (Decimal("1.00"), Decimal("1.25"), newer_row)
    assert after.basis == "5 s × $0.25 per second at 720p (published price, 2026-12-01)."


def test_settling_goes_by_the_row_it_was_quoted_from(newer_row: PriceFacts) -> None:
    seconds = Usage(seconds=Decimal(6))
    other = replace(newer_row, model="doubao-seedance-2.0-fast")

    amounts = [
        settle(make_hub_request(), Decimal(5), 1280, 720, seconds, quoted).amount for quoted in (newer_row, None, other)
    ]

    assert amounts == [Decimal("1.50"), Decimal("1.20"), Decimal("1.20")]


def test_rate_is_said_as_finely_as_it_is(newer_row: PriceFacts) -> None:
    kept = replace(newer_row, rate=Decimal("0.125000"))

    found = settle(make_hub_request(), Decimal(8), 1280, 720, quoted=kept)

    assert found.basis == "8 s, measured in the file × $0.125 per second at 720p (published price, 2026-12-01)."
