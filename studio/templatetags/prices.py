"""Filters for the prices page: rates and gaps in words, and the signed bar's measures. Nothing is looked up here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from studio.lib.english import english
from studio.lib.figures import localised
from studio.lib.money import CURRENCY_SIGNS
from studio.models import PriceRow, PriceStop
from studio.services.drift import Drift, Verdict
from studio.services.enumerations import enumerated
from studio.services.price_list import model_name
from studio.services.said import said

register = template.Library()

_FINE = Decimal("0.0001")
# Percent: what is nearer to the estimates than this is as estimated.
_AS_ESTIMATED = 5
DEARER_YET = english("dearer than estimated, within the limit")
CHEAPER_YET = english("cheaper than estimated, within the limit")
VERDICTS = {
    Verdict.FEW: english("too few bills to tell"),
    Verdict.FITS: english("as estimated, within the limit"),
    Verdict.CHEAPER: english("cheaper than estimated, past the limit"),
    Verdict.DEARER: english("dearer than estimated, past the limit"),
}


@dataclass(frozen=True)
class Bar:
    """A gap drawn to either side of the middle, in per cent of the width; the marks are the limit on both sides."""

    start: str
    width: str
    low_mark: str
    high_mark: str
    is_past: bool


@register.filter
def rate_words(row: PriceRow) -> str:
    """“$5.4412 per million tokens”: to the hundredth of a cent, without idle noughts."""
    rate = row.rate.quantize(_FINE).normalize()
    figure = f"{rate:,.2f}" if rate == rate.quantize(Decimal("0.01")) else f"{rate:,f}"
    sign = CURRENCY_SIGNS.get(row.currency)
    if sign is None:
        figure = f"{rate:,f}"
    sum_words = localised(f"{sign}{figure}" if sign else f"{figure} {row.currency}")
    return _("%(sum)s per %(unit)s") % {"sum": sum_words, "unit": said(row.unit)}


@register.filter
def holds_for(row: PriceRow) -> str:
    """What a row is for: “720p, with a video”."""
    return enumerated(filter(None, (row.resolution, said(row.condition)))) or _("everything")


@register.filter
def gap_words(gap: Decimal | None) -> str:
    """“+33.3 %”, with a true minus; nothing to say of no estimates."""
    if gap is None:
        return "–"
    return localised(f"{gap:+.1f} %".replace("-", "\N{MINUS SIGN}")) if gap else "0 %"


@register.filter
def more_words(gap: Decimal) -> str:
    """The gap of a stop: “33.3 % more”."""
    return _("%(percent)s %% more") % {"percent": localised(f"{gap:,.1f}".removesuffix(".0"))}


@register.filter
def model_words(stop: PriceStop) -> str:
    """The model of a stop as the studio calls it."""
    return model_name(stop.provider, stop.model)


@register.filter
def verdict_words(drift: Drift) -> str:
    """What the bills say of the estimates, in words."""
    gap = drift.gap_percent or Decimal(0)
    if drift.verdict == Verdict.FITS and abs(gap) >= _AS_ESTIMATED:
        return _(DEARER_YET if gap > 0 else CHEAPER_YET)
    return _(VERDICTS[drift.verdict])


@register.filter
def gap_bar(drift: Drift) -> Bar:
    """The middle is what was estimated; each half is twice the limit wide, and what is beyond ends at the edge."""
    edge = Decimal(2 * settings.STUDIO_PRICE_GAP_PERCENT)
    gap = max(-edge, min(edge, drift.gap_percent or Decimal(0)))
    width = abs(gap) * 50 / edge
    start = Decimal(50) if gap >= 0 else 50 - width
    is_past = drift.verdict in (Verdict.DEARER, Verdict.CHEAPER)
    return Bar(f"{start:.1f}%", f"{width:.1f}%", "25%", "75%", is_past)
