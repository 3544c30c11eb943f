"""A price before or after the fact, with the sentence that says what it rests on. No rates here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """`amount=None` means that nothing honest can be said; `basis` then says why."""

    amount: Decimal | None
    currency: str
    basis: str
    source: str
    dated: date
    tokens: Decimal | None = None
