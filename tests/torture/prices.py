"""What the gateways' bills come to, by the rates that they publish; written down here once more, not taken from the
studio, so that the two can be compared.

No document says how a sum is rounded; every take is rounded up to a hundredth of a cent, and so the sums are exact."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_UP, Decimal
from typing import Any

MILLION = Decimal(1_000_000)
SMALLEST = Decimal("0.0001")
# TokenLab: the official price in yuan, divided by this.
CNY_PER_USD = Decimal("6.8")

# Per million tokens, at 480p and 720p, without a video among the inputs.
TOKENS: dict[tuple[str, str], Decimal] = {
    ("tokenlab", "seedance-2.0"): 46 / CNY_PER_USD,
    ("tokenlab", "seedance-2.0-fast"): 37 / CNY_PER_USD,
    ("tokenlab", "seedance-2.0-mini"): 23 / CNY_PER_USD,
    ("tokenlab", "doubao-seedance-2.0"): 46 / CNY_PER_USD,
    ("ark", "dreamina-seedance-2-0-260128"): Decimal("7.0"),
    ("ark", "dreamina-seedance-2-0-fast-260128"): Decimal("5.6"),
    ("ark", "doubao-seedance-2-0-fast-260128"): Decimal(37),
    ("ark", "doubao-seedance-2-0-mini-260615"): Decimal(23),
}
# Dollars per second at 480p.
SECONDS: dict[str, Decimal] = {
    "doubao-seedance-2.0": Decimal("0.12"),
    "doubao-seedance-2.0-fast": Decimal("0.10"),
}


def price_of(dialect: str, model: str, bill: Mapping[str, Any] | None) -> Decimal:
    """A bill in its own currency; nothing charged is zero."""
    if bill is None:
        return Decimal(0)
    quantity = Decimal(str(bill["quantity"]))
    match bill["unit"]:
        case "tokens":
            rate = TOKENS[dialect.removesuffix("_v3"), model] / MILLION
        case "seconds":
            rate = SECONDS[model]
        case "credits":
            rate = Decimal(1)
        case other:
            raise ValueError(f"A bill in {other}")
    return (quantity * rate).quantize(SMALLEST, rounding=ROUND_UP)
