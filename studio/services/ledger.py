"""Money, step by step: reserved, maybe possibly charged, then settled or released. Entries are only ever added.

Where a render's money stands is written beside it in the same transaction, so that no page has to read the entries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from studio.choices import HELD, LedgerKind, Standing
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import LedgerEntry, Render
from studio.services import drift

# The column holds eight digits before the point.
HIGHEST = Decimal(99_999_999)
CHARGED = english("Charged by the gateway when it accepted")
# Before the name of whoever looked it up.
SAID = "Charged, says"
HOLDS = english("Held until the take is paid for or ended")
_MONEY = ("standing", "estimate", "price", "currency")


def reserve(*, render: Render, held: str = HOLDS) -> None:
    """Write down what a new render is expected to cost, and hold it; `held` says until when, and by whose leave."""
    note = render.estimate_basis or english("The gateway publishes no price that could be worked out.")
    steps = {LedgerKind.ESTIMATED: note, LedgerKind.RESERVED: held}
    LedgerEntry.objects.bulk_create(
        (
            LedgerEntry(render=render, kind=kind, amount=render.estimate, currency=render.currency, note=words[:500])
            for kind, words in steps.items()
        ),
        ignore_conflicts=True,
    )


def hold_again(*, render: Render, note: str) -> bool:
    """Hold the estimate once more, as the take goes on after all; False when its money is held or paid already."""
    with transaction.atomic():
        if not _stand(render, Standing.RESERVED, (Standing.POSSIBLY, Standing.RELEASED)):
            return False
        last = render.ledger.aggregate(last=Max("round"))["last"] or 0
        _add(render=render, kind=LedgerKind.RESERVED, amount=render.estimate, note=note, round_number=last + 1)
    return True


def mark_possibly(*, render: Render, note: str) -> bool:
    """Nobody knows whether it was charged: it counts on, until proof or a person says. False when that is known."""
    with transaction.atomic():
        if not _stand(render, Standing.POSSIBLY, (Standing.RESERVED,)):
            return False
        _add(render=render, kind=LedgerKind.POSSIBLY, amount=render.estimate, note=note)
    return True


def believable(amount: Decimal | None) -> Decimal | None:
    """A sum that no take can cost is none: a gateway's slip of the pen must not stop what is recorded with it."""
    return amount if amount is not None and amount < HIGHEST else None


def settle(*, render: Render, amount: Decimal | None, note: str, currency: str = "") -> bool:
    """The render has been paid for, in its own currency unless another is named; False when that was known."""
    currency, amount = currency or render.currency, believable(amount)
    changes: dict[str, Any] = {"price": amount, "booked_at": now()}
    if currency != render.currency:
        # One currency for one render: what was estimated in another stays in the ledger alone.
        changes |= {"currency": currency, "estimate": None}
    with transaction.atomic():
        if not _stand(render, Standing.SETTLED, HELD, **changes):
            return False
        _add(render=render, kind=LedgerKind.SETTLED, amount=amount, note=note, currency=currency)
        drift.watch(render=render)
    return True


def release(*, render: Render, note: str) -> bool:
    """The render costs nothing, and what was taken for it is given back; False when that was known."""
    with transaction.atomic():
        # As it is now: what was charged may have been written down after the caller read it.
        render.refresh_from_db(fields=_MONEY, from_queryset=Render.objects.select_for_update(no_key=True))
        amount, currency = render.amount, render.currency
        if not _stand(render, Standing.RELEASED, (*HELD, Standing.SETTLED), price=None):
            return False
        _add(render=render, kind=LedgerKind.RELEASED, amount=amount, note=note, currency=currency)
    return True


def _stand(render: Render, to: Standing, before: tuple[Standing, ...], **changes: Any) -> bool:
    """Move the standing, if it still is one of `before`; whoever moves nothing writes no entry."""
    changes["standing"] = to
    if not Render.objects.filter(pk=render.pk, standing__in=before).update(**changes):
        return False
    for name, value in changes.items():
        setattr(render, name, value)
    return True


def _add(
    *,
    render: Render,
    kind: LedgerKind,
    amount: Decimal | None,
    note: str,
    currency: str = "",
    round_number: int | None = None,
) -> None:
    if round_number is None:
        round_number = render.ledger.aggregate(last=Max("round"))["last"] or 1
    LedgerEntry.objects.create(
        render=render,
        kind=kind,
        round=round_number,
        amount=amount,
        currency=currency or render.currency,
        note=note[:500],
    )
