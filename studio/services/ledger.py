"""Money, step by step: estimated, reserved, then settled or released. Entries are only ever added."""

from __future__ import annotations

from decimal import Decimal

from studio.choices import LedgerKind
from studio.models import LedgerEntry, Render


def reserve(*, render: Render) -> None:
    """Write down what the render is expected to cost, and hold it."""
    note = render.estimate_basis or "The gateway publishes no price that could be worked out."
    _add(render=render, kind=LedgerKind.ESTIMATED, amount=render.estimate, note=note)
    _add(
        render=render, kind=LedgerKind.RESERVED, amount=render.estimate, note="Held until the take is paid for or ended"
    )


def settle(*, render: Render, amount: Decimal | None, note: str) -> None:
    """The render has been paid for; safe to call twice."""
    if _add(render=render, kind=LedgerKind.SETTLED, amount=amount, note=note):
        Render.objects.filter(pk=render.pk).update(price=amount)
        render.price = amount


def release(*, render: Render, note: str) -> None:
    """The render costs nothing, as far as the gateway's documents say; safe to call twice."""
    _add(render=render, kind=LedgerKind.RELEASED, amount=render.estimate, note=note)


def _add(*, render: Render, kind: LedgerKind, amount: Decimal | None, note: str) -> bool:
    _, made = LedgerEntry.objects.get_or_create(
        render=render,
        kind=kind,
        defaults={"amount": amount, "currency": render.currency, "note": note[:500]},
    )
    return made
