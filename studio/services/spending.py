"""What takes have cost and hold, per currency. Credits are never added to dollars."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from studio.choices import HELD, LIVE, Standing
from studio.models import Render

_SMALLEST = Decimal("0.000001")
# Paid without a known sum it still cost something: what was estimated goes on counting then.
AMOUNT = Case(When(standing=Standing.SETTLED, then=Coalesce("price", "estimate")), default=F("estimate"))


def counted(renders: QuerySet[Render], since: datetime | None) -> QuerySet[Render]:
    """Those of `renders` whose money counts from `since` on: paid since, or held since or for what still moves."""
    counts = renders.exclude(standing=Standing.RELEASED)
    if since is None:
        return counts
    return counts.filter(Q(booked_at__gte=since) | Q(standing__in=HELD, state__in=LIVE))


def spent(renders: QuerySet[Render], since: datetime | None) -> dict[str, Decimal]:
    """What `renders` have cost and hold since then, in one query."""
    totals = counted(renders, since).order_by().values_list("currency").annotate(total=Sum(AMOUNT))
    return {currency: exact(total) for currency, total in totals if total is not None}


def exact(total: Decimal) -> Decimal:
    """A sum as it was meant: SQLite adds in floating point."""
    return Decimal(total).quantize(_SMALLEST)


def month_start(moment: datetime) -> datetime:
    """The first moment of the calendar month of `moment`, in its own zone (UTC everywhere in the services)."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
