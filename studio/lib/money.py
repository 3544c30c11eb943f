"""How a sum is written: its sign or the name of its currency, and no more decimals than a person needs."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

UNKNOWN = "price unknown"
CURRENCY_SIGNS = {"USD": "$", "CNY": "¥", "EUR": "€"}
_CENT, _TENTH_OF_A_CENT = Decimal("0.01"), Decimal("0.001")


def money(amount: Decimal | None, currency: str = "USD", beside: Iterable[Decimal] = ()) -> str:
    """An amount as a person writes it, rounded up to the cent (to a tenth of a cent when it is smaller).

    The sums `beside` it in one sentence are written as finely as the finest of them needs."""
    return UNKNOWN if amount is None else _written(amount, currency, _step(amount, *beside), ROUND_UP)


def money_left(amount: Decimal, currency: str, beside: Iterable[Decimal] = ()) -> str:
    """What is still there: rounded down, so that it never looks like enough when it is not."""
    return _written(amount, currency, _step(amount, *beside), ROUND_DOWN)


def money_missing(needed: Decimal, left: Decimal, currency: str, beside: Iterable[Decimal] = ()) -> str:
    """What is needed beyond what is left, as the two are written: a reader who subtracts comes to the same."""
    step = _step(needed, left, *beside)
    missing = needed.quantize(step, rounding=ROUND_UP) - left.quantize(step, rounding=ROUND_DOWN)
    return _written(missing, currency, step, ROUND_UP)


def booked_money(amount: Decimal | None, currency: str = "USD") -> str:
    """What was paid or is held, and sums of it: rounded as a till does, so that it adds up to what is beside it."""
    return UNKNOWN if amount is None else _written(amount, currency, _step(amount), ROUND_HALF_UP)


def fine_money(amount: Decimal | None, currency: str = "USD") -> str:
    """An amount to the tenth of a cent, where it is to be multiplied by the reader."""
    return UNKNOWN if amount is None else _written(amount, currency, _TENTH_OF_A_CENT, ROUND_UP)


def reckoned(amount: Decimal | None, currency: str = "USD") -> str:
    """A price that nobody has charged yet: “≈” before a sum, nothing before a missing one."""
    return UNKNOWN if amount is None else f"≈ {money(amount, currency)}"


def _step(*amounts: Decimal) -> Decimal:
    return _TENTH_OF_A_CENT if any(0 < amount < Decimal("0.1") for amount in amounts) else _CENT


def _written(amount: Decimal, currency: str, step: Decimal, rounding: str) -> str:
    sign = CURRENCY_SIGNS.get(currency)
    if sign is None and amount == amount.to_integral_value():
        # Credits are counted in whole ones; cents of them would only look precise.
        return f"{amount:,.0f} {currency}"
    figure = f"{amount.quantize(step, rounding=rounding):,}"
    return f"{sign}{figure}" if sign else f"{figure} {currency}"
