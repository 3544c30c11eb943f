"""Filters for the pages of spending: bars, and words for what they show. Nothing is looked up here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from studio.choices import Standing
from studio.lib.english import english
from studio.lib.figures import booked_money, reckoned
from studio.models import Render
from studio.services.enumerations import enumerated
from studio.services.spend_report import NOBODY_NAME, Figures

register = template.Library()

_KINDS = (("paid", english("paid")), ("held", english("held")), ("possibly", english("possibly charged")))


@dataclass(frozen=True)
class Part:
    """One piece of a bar, in percent of the longest bar of its chart."""

    kind: str
    start: str
    width: str


@register.filter
def bar_parts(figures: Figures, longest: Decimal) -> list[Part]:
    """The pieces of a bar from left to right; none for what is nothing."""
    parts, start = [], Decimal(0)
    for kind, _word in _KINDS:
        width = getattr(figures, kind) * 100 / longest
        if width:
            parts.append(Part(kind, f"{start:.2f}", f"{width:.2f}"))
        start += width
    return parts


@register.filter
def parts_in_words(figures: Figures, currency: str) -> str:
    """Which kinds of money make up a sum, with the sum of each where there is more than one."""
    kinds = [(getattr(figures, kind), word) for kind, word in _KINDS if getattr(figures, kind)]
    if len(kinds) == 1:
        return _(kinds[0][1])
    return enumerated(f"{booked_money(amount, currency)} {_(word)}" for amount, word in kinds)


@register.filter
def counted_money(take: Render) -> str:
    """What a take counts for: exact once it was paid, about so much until then, nothing when it was given back."""
    if take.is_released:
        return "–"
    if take.standing == Standing.SETTLED and take.price is not None:
        return booked_money(take.price, take.currency)
    return reckoned(take.estimate, take.currency)


@register.filter
def asker(take: Render) -> str:
    """Who asked for it."""
    return take.asked_by.label if take.asked_by else _(NOBODY_NAME)
