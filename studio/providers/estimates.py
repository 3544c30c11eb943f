"""A price before or after the fact, with the sentence that says what it rests on. No rates here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from studio.lib.clock import now

# As finely as a rate is kept, so that what is reckoned with is what is kept.
FINEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """One row of a price list as it was quoted from.

    `condition` is what else it holds for, such as "with a video"; `unit` is what the rate is for: "million tokens",
    "second" or "take". It holds from the day `dated` on: the day of its source, or the day on which that was read."""

    provider: str
    model: str
    resolution: str
    condition: str
    unit: str
    rate: Decimal
    currency: str
    source: str
    dated: date


@dataclass(frozen=True, slots=True)
class Estimate:
    """`amount=None` means that nothing honest can be said; `basis` then says why.

    `row` is what the amount was worked out with. `is_stopped` is true where no price is named although there is one,
    since the gateway's bills have gone too far from it."""

    amount: Decimal | None
    currency: str
    basis: str
    source: str
    dated: date
    tokens: Decimal | None = None
    row: PriceFacts | None = None
    is_stopped: bool = False


class Dated(Protocol):
    """Anything that holds from a day on."""

    @property
    def dated(self) -> date: ...


Row = TypeVar("Row", bound=Dated)


def in_force(rows: Iterable[Row], day: date) -> Row | None:
    """Of rows for the same thing the newest that is not from after `day`; before the first of them, the first."""
    ordered = sorted(rows, key=lambda row: row.dated)
    return next((row for row in reversed(ordered) if row.dated <= day), next(iter(ordered), None))


def today() -> date:
    """The day of a price that is asked for now, the same for everybody (UTC)."""
    return now().date()
