"""Two published points and nothing beyond them: any other figure would be made up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from studio.choices import Operation
from studio.providers.answers import Usage
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
