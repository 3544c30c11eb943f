"""Two published points and nothing beyond them: any other figure would be made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from studio.choices import Operation
from studio.providers.answers import Usage
from studio.providers.estimates import PriceFacts
from studio.providers.seedance import prices
from studio.providers.seedance.prices import estimate, settle
from tests.providers.seedance.makers import make_open_request


@pytest.mark.parametrize(
    ("operation", "amount"), [(Operation.TEXT_TO_VIDEO, Decimal(40)), (Operation.IMAGE_TO_VIDEO, Decimal(64))]
)
def test_published_examples_are_the_estimate(operation: Operation, amount: Decimal) -> None:
    found = estimate(make_open_request(operation))

    assert (found.amount, found.currency) == (amount, "credits")
    assert found.basis == "The gateway's own example of exactly this; it says on accepting what it really takes."


@pytest.mark.parametrize(
    ("operation", "over"),
    [
        (Operation.TEXT_TO_VIDEO, {"duration": 6}),
        (Operation.TEXT_TO_VIDEO, {"resolution": "480p"}),
        (Operation.TEXT_TO_VIDEO, {"resolution": "1080p"}),
        (Operation.TEXT_TO_VIDEO, {"model": "seedance-2.0-fast"}),
        (Operation.TEXT_TO_VIDEO, {"model": "seedance-1.5-pro"}),
        (Operation.START_END_TO_VIDEO, {}),
        (Operation.REFERENCE_TO_VIDEO, {}),
    ],
)
def test_everything_else_is_unknown_until_accepted(operation: Operation, over: dict[str, Any]) -> None:
    found = estimate(make_open_request(operation, **over))

    assert (found.amount, found.currency) == (None, "credits")
    assert found.basis == (
        "Price unknown until the gateway accepts: it publishes none for this, and says then what it takes."
    )


def test_settling_takes_what_the_gateway_said() -> None:
    found = settle(make_open_request(), Decimal(5), 1280, 720, Usage(charged=Decimal("52.0"), currency="credits"))

    assert (found.amount, found.currency) == (Decimal("52.0"), "credits")
    assert found.basis == "52 credits, as the gateway said itself."


def test_settling_without_a_charge_reckons_nothing() -> None:
    found = settle(make_open_request(), Decimal(5), 1280, 720)

    assert (found.amount, found.basis) == (
        None,
        "Price unknown. The gateway did not say how many credits it took.",
    )


def test_estimate_names_the_example_it_is() -> None:
    assert estimate(make_open_request(Operation.IMAGE_TO_VIDEO)).row == PriceFacts(
        provider="seedance",
        model="seedance-2.0",
        resolution="720p",
        condition="5 s, from an image",
        unit="take",
        rate=Decimal(64),
        currency="credits",
        source="Examples of Seedance 2.0 Open API, Text to video page and Image to video page",
        dated=date(2026, 11, 21),
    )


def test_newer_example_changes_quotes_from_its_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    place = (5, Operation.TEXT_TO_VIDEO)
    newer = replace(prices.EXAMPLES[place][0], rate=Decimal(48), dated=date(2026, 12, 1))
    monkeypatch.setitem(prices.EXAMPLES, place, (*prices.EXAMPLES[place], newer))

    before, after = (estimate(make_open_request(), date(2026, month, 1)) for month in (11, 12))

    assert (before.amount, after.amount, after.row) == (Decimal(40), Decimal(48), newer)
