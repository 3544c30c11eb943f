"""The bills turned into money with the published rates, as the gateways' own examples have them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.torture.prices import price_of


def bill(unit: str, quantity: str) -> dict[str, str]:
    return {"unit": unit, "quantity": quantity, "currency": "USD"}


@pytest.mark.parametrize(
    ("dialect", "model", "charged", "price"),
    [
        ("tokenlab", "seedance-2.0-fast", bill("tokens", "108000"), "0.5877"),
        ("tokenlab_v3", "doubao-seedance-2.0", bill("tokens", "108900"), "0.7367"),
        ("ark", "dreamina-seedance-2-0-260128", bill("tokens", "1000000"), "7"),
        ("tokenhub", "doubao-seedance-2.0", bill("seconds", "5"), "0.60"),
        ("seedance", "seedance-2.0", bill("credits", "40"), "40"),
        ("seedance", "seedance-2.0", None, "0"),
    ],
)
def test_price_is_the_quantity_at_the_published_rate(
    dialect: str, model: str, charged: dict[str, str] | None, price: str
) -> None:
    assert price_of(dialect, model, charged) == Decimal(price)


def test_price_of_an_unheard_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="A bill in bananas"):
        price_of("tokenlab", "seedance-2.0", bill("bananas", "1"))
