"""Money, step by step: estimated, reserved, then settled or released. Entries are only ever added."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from studio.choices import LedgerKind
from studio.models import LedgerEntry, Render

# The column holds eight digits before the point.
HIGHEST = Decimal(99_999_999)
CHARGED = "Charged by the gateway when it accepted"


def reserve(*, render: Render) -> None:
    """Write down what the render is expected to cost, and hold it."""
    note = render.estimate_basis or "The gateway publishes no price that could be worked out."
    _add(render=render, kind=LedgerKind.ESTIMATED, amount=render.estimate, note=note)
    _add(
        render=render, kind=LedgerKind.RESERVED, amount=render.estimate, note="Held until the take is paid for or ended"
    )


def believable(amount: Decimal | None) -> Decimal | None:
    """A sum that no take can cost is none: a gateway's slip of the pen must not stop what is recorded with it."""
    return amount if amount is not None and amount < HIGHEST else None


def settle(*, render: Render, amount: Decimal | None, note: str, currency: str = "") -> None:
    """The render has been paid for, in its own currency unless another is named; safe to call twice."""
    currency, amount = currency or render.currency, believable(amount)
    if not _add(render=render, kind=LedgerKind.SETTLED, amount=amount, note=note, currency=currency):
        return
    changes: dict[str, Any] = {"price": amount}
    if currency != render.currency:
        # One currency for one render: what was estimated in another stays in the ledger alone.
        changes |= {"currency": currency, "estimate": None}
    Render.objects.filter(pk=render.pk).update(**changes)
    for name, value in changes.items():
        setattr(render, name, value)


def release(*, render: Render, note: str) -> None:
    """The render costs nothing, as far as the gateway's documents say; safe to call twice."""
    paid = render.ledger.filter(kind=LedgerKind.SETTLED).first()
    amount, currency = (paid.amount, paid.currency) if paid else (render.estimate, render.currency)
    if _add(render=render, kind=LedgerKind.RELEASED, amount=amount, note=note, currency=currency) and paid:
        # What was taken when it was accepted is given back.
        Render.objects.filter(pk=render.pk).update(price=None)
        render.price = None


def _add(*, render: Render, kind: LedgerKind, amount: Decimal | None, note: str, currency: str = "") -> bool:
    _, made = LedgerEntry.objects.get_or_create(
        render=render,
        kind=kind,
        defaults={"amount": amount, "currency": currency or render.currency, "note": note[:500]},
    )
    return made
