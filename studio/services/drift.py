"""The drift watch: what gateways billed against what was estimated for it, and a stop where bills are far dearer.

Looked at for each model at each gateway and in each currency, whenever a take is settled by the gateway's own figure.
Two takes that are settled in the same moment may not see one another; the next bill then brings the stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from studio.choices import Standing
from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.masking import mask
from studio.lib.money import money
from studio.models import Attempt, PriceRow, PriceStop, Render
from studio.services import audit
from studio.services.key_rows import gateway_name

# So many of the newest bills are looked at, and fewer than so many say nothing.
WINDOW = 20
LEAST_BILLS = 5
# Older bills say nothing of today's prices; it also bounds what has to be read.
OLDEST = timedelta(days=90)
_TENTH = Decimal("0.1")
# The column holds no more; whatever is past it is far too much all the same.
_WIDEST = Decimal(99_999_999)


class Verdict(StrEnum):
    """What the bills of a model say of its estimates."""

    FEW = "few"
    FITS = "fits"
    CHEAPER = "cheaper"
    DEARER = "dearer"


@dataclass(frozen=True)
class Drift:
    """The newest bills of a model at a gateway in one currency, beside what was estimated for the same takes."""

    provider: str
    model: str
    currency: str
    bills: int
    estimated: Decimal
    billed: Decimal

    @property
    def gap_percent(self) -> Decimal | None:
        """How much more was billed than estimated, less with a minus; None where nothing was estimated."""
        if not self.estimated:
            return None
        gap = (self.billed - self.estimated) * 100 / self.estimated
        return min(gap, _WIDEST).quantize(_TENTH)

    @property
    def verdict(self) -> Verdict:
        """Whether the estimates can be relied on; past the set gap they cannot."""
        limit: int = settings.STUDIO_PRICE_GAP_PERCENT
        if self.bills < LEAST_BILLS or self.gap_percent is None:
            return Verdict.FEW
        if self.gap_percent > limit:
            return Verdict.DEARER
        return Verdict.CHEAPER if self.gap_percent < -limit else Verdict.FITS


def watch(*, render: Render) -> PriceStop | None:
    """After the settlement of `render`, in its transaction: stop quoting for its model if that is too far out now.

    Once: None where nothing is to be stopped, or it has been. Bills below the estimates stop nothing."""
    if render.price is None or render.estimate is None or render.price_row_id is None or not _is_bill(render):
        return None
    found = of_model(provider=render.provider, model=render.model, currency=render.currency)
    if found.verdict != Verdict.DEARER or found.gap_percent is None:
        return None
    stop, is_new = PriceStop.objects.get_or_create(
        provider=render.provider,
        model=render.model,
        lifted_at=None,
        defaults={"currency": render.currency, "gap_percent": found.gap_percent, "bills": found.bills},
    )
    if not is_new:
        return None
    audit.record(actor=audit.STUDIO, act="price-stop", subject=_subject(stop), detail=_in_words(found))
    return stop


def lift(*, stop: PriceStop, actor: audit.Actor, reason: str) -> bool:
    """Quote again: only takes that are asked for from now on are compared. False when it was lifted already."""
    reason = mask(" ".join(reason.split()))[:300]
    open_now = PriceStop.objects.filter(pk=stop.pk, lifted_at=None)
    with transaction.atomic():
        if not open_now.update(lifted_at=now(), lifted_by=actor.user, lift_reason=reason):
            return False
        audit.record(actor=actor, act="price-lift", subject=_subject(stop), detail=reason)
    return True


def of_model(*, provider: str, model: str, currency: str) -> Drift:
    """The newest bills of one model in one currency, asked for since quoting was last taken up again."""
    stops = PriceStop.objects.filter(provider=provider, model=model)
    lifted = stops.aggregate(last=Max("lifted_at"))["last"]
    bills = _billed().filter(provider=provider, model=model, currency=currency)
    if lifted is not None:
        bills = bills.filter(created_at__gt=lifted)
    pairs = list(bills.order_by("-booked_at", "-pk").values_list("estimate", "price")[:WINDOW])
    estimated = sum((estimate for estimate, _ in pairs if estimate is not None), Decimal(0))
    billed = sum((price for _, price in pairs if price is not None), Decimal(0))
    return Drift(provider, model, currency, len(pairs), estimated, billed)


def of_all() -> list[Drift]:
    """The same for every model that was ever quoted and has bills; two queries for each, and one for which there are.

    In order of gateway, model and currency."""
    quoted = PriceRow.objects.order_by("provider", "model", "currency").values_list("provider", "model", "currency")
    found = [of_model(provider=name, model=model, currency=currency) for name, model, currency in quoted.distinct()]
    return [each for each in found if each.bills]


def _billed() -> QuerySet[Render]:
    """What gateways billed by their own figure, of what was quoted from a row of a price list."""
    charged = Attempt.objects.filter(render=OuterRef("pk"), charged__isnull=False)
    paid = Render.objects.filter(
        standing=Standing.SETTLED, price_row__isnull=False, price__isnull=False, booked_at__gte=now() - OLDEST
    )
    return paid.filter(~Q(usage={}) | Exists(charged), estimate__isnull=False)


def _is_bill(render: Render) -> bool:
    return bool(render.usage) or render.attempts.filter(charged__isnull=False).exists()


def _subject(stop: PriceStop) -> str:
    return f"{gateway_name(stop.provider)}: {stop.model}"


def _in_words(found: Drift) -> str:
    billed, estimated = money(found.billed, found.currency), money(found.estimated, found.currency)
    return english(
        "Its last %(bills)s bills: %(billed)s instead of %(estimated)s (%(gap_percent)s %%)",
        bills=found.bills,
        billed=billed,
        estimated=estimated,
        gap_percent=f"{found.gap_percent:+.1f}",
    )
