"""Prices against figures worked by hand from the published rates; the larger of the two formulas is ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from studio.choices import Operation
from studio.providers.answers import Usage
from studio.providers.estimates import PriceFacts
from studio.providers.requests import RenderRequest
from studio.providers.tokenlab.prices import estimate, settle
from tests.providers.factories import make_image, make_request, make_video

PARENT = Operation.VIDEO_EXTENSION


def test_worked_example_uses_the_larger_formula() -> None:
    """Published: 1280×720×24×5÷1024 = 108 000 tokens, $0.5876. Measured: one frame more."""
    found = estimate(make_request())

    assert (found.tokens, found.amount, found.currency) == (Decimal(108_900), Decimal("0.5926"), "USD")
    assert found.dated == date(2026, 7, 25)
    assert found.basis == (
        "5 s at 1280×720: about 108,900 tokens × $5.4412 per million "
        "(token formula; official CNY price ÷ 6.8, 2026-07-25)."
    )
    assert found.source.startswith("Official CNY list price ÷ 6.8")


@pytest.mark.parametrize(
    ("model", "resolution", "tokens", "amount"),
    [
        ("seedance-2.0", "480p", "50638.5", "0.3426"),
        ("seedance-2.0", "720p", "108900", "0.7367"),
        ("seedance-2.0", "1080p", "245025", "1.8377"),
        ("seedance-2.0", "4k", "980100", "3.7475"),
        ("seedance-2.0-fast", "480p", "50638.5", "0.2756"),
        ("seedance-2.0-mini", "720p", "108900", "0.3684"),
    ],
)
def test_each_rate_is_the_official_one(model: str, resolution: str, tokens: str, amount: str) -> None:
    found = estimate(make_request(model=model, resolution=resolution))

    assert (found.tokens, found.amount) == (Decimal(tokens), Decimal(amount))


def test_video_input_counts_and_has_its_own_rate() -> None:
    """The page's 4k example with a reference of 5 s: 11 s together, a frame more than 2 138 400 tokens."""
    inputs = (make_image(), make_image(), make_video(seconds=Decimal(5)))
    request = make_request(
        Operation.REFERENCE_TO_VIDEO, model="seedance-2.0", resolution="4k", duration=6, inputs=inputs
    )

    found = estimate(request)

    assert (found.tokens, found.amount) == (Decimal(2_146_500), Decimal("5.0506"))
    assert found.basis == (
        "5 s of video in and 6 s out at 3840×2160: about 2,146,500 tokens × $2.3529 per million "
        "(token formula; official CNY price ÷ 6.8, 2026-07-25). "
        "With a video input the gateway may charge a minimum, which is not published."
    )


def test_measured_token_count_of_a_reference_render_is_met() -> None:
    """Observed upstream: 173 700 tokens for 4 s at 720p with 4 s of video in."""
    inputs = (make_image(), make_video(seconds=Decimal(4)))

    found = estimate(make_request(Operation.REFERENCE_TO_VIDEO, duration=4, inputs=inputs))

    assert found.tokens == Decimal(173_700)


def test_images_cost_nothing() -> None:
    with_images = estimate(make_request(Operation.REFERENCE_TO_VIDEO, inputs=(make_image(),) * 9))

    assert with_images.amount == estimate(make_request()).amount


def test_adaptive_takes_the_largest_shape() -> None:
    found = estimate(make_request(aspect_ratio="adaptive"))

    assert found.tokens == Decimal(1112 * 834 * 121) / 1024
    assert "720p in the largest shape the gateway may choose" in found.basis


def test_unpublished_size_takes_the_area_of_16_9_and_says_so() -> None:
    found = estimate(make_request(model="seedance-2.0", resolution="1080p", aspect_ratio="4:3"))

    assert found.tokens == Decimal(245_025)
    assert "1080p, with the area of 16:9 as 4:3 is not published" in found.basis


@pytest.mark.parametrize(
    ("parent", "tokens", "amount"),
    # Up to a short parent the plain rate is dearer, beyond it the rate with video input.
    [(Decimal(2), Decimal(108_900), Decimal("0.5926")), (Decimal(5), Decimal(216_900), Decimal("0.7018"))],
)
def test_extension_takes_the_dearer_reading(parent: Decimal, tokens: Decimal, amount: Decimal) -> None:
    found = estimate(make_request(PARENT, source_seconds=parent))

    assert (found.tokens, found.amount) == (tokens, amount)
    assert found.basis.endswith(
        "Whether the extended take counts as video input is not documented; this is the dearer of the two."
    )


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (
            make_request(PARENT, source_seconds=None),
            "Price unknown. The length of the take to extend is not known, and it may count as video input.",
        ),
        (
            make_request(Operation.REFERENCE_TO_VIDEO, inputs=(make_image(), make_video(seconds=None))),
            "Price unknown. The length of a video among the inputs is not known, and it is charged for.",
        ),
        (
            make_request(resolution="4k"),
            "Price unknown. No price is published for seedance-2.0-fast at 4k.",
        ),
    ],
)
def test_price_is_unknown_where_nothing_honest_can_be_said(request_: RenderRequest, reason: str) -> None:
    found = estimate(request_)

    assert (found.amount, found.tokens, found.basis) == (None, None, reason)


@pytest.mark.parametrize(
    ("seconds", "tokens"),
    [
        (Decimal("5"), Decimal(108_900)),
        (Decimal("5.000"), Decimal(108_900)),
        (Decimal("5.042"), Decimal(108_900)),
        (Decimal("4.5"), Decimal(97_200)),
    ],
)
def test_settling_counts_the_frames_of_the_file(seconds: Decimal, tokens: Decimal) -> None:
    assert settle(make_request(), seconds, 1280, 720).tokens == tokens


def test_settling_uses_the_size_of_the_file() -> None:
    found = settle(make_request(aspect_ratio="adaptive"), Decimal(5), 640, 640)

    assert found.tokens == Decimal(640 * 640 * 121) / 1024
    assert "640×640, measured in the file" in found.basis


def test_estimate_names_the_row_it_was_worked_out_with() -> None:
    assert estimate(make_request()).row == PriceFacts(
        provider="tokenlab",
        model="seedance-2.0-fast",
        resolution="720p",
        condition="without a video",
        unit="million tokens",
        rate=Decimal("5.441176"),
        currency="USD",
        source="Official CNY list price ÷ 6.8 (TokenLab, Seedance 2.0 page; list: Ark billing page)",
        dated=date(2026, 7, 25),
    )


def test_settling_goes_by_the_row_it_was_quoted_from() -> None:
    quoted = estimate(make_request()).row
    assert quoted is not None

    found = settle(
        make_request(), Decimal(5), 1280, 720, Usage(tokens=1_000_000), replace(quoted, rate=Decimal("4.25"))
    )

    assert found.amount == Decimal("4.2500")
