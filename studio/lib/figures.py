"""Sums and numbers as the language of the page writes them. They are worked out and stored as English writes them."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

from studio.lib import money as english_money

# Where the sign of a currency stands behind the figure.
SIGN_BEHIND = ("fr", "sv", "uz")
_FIGURE = re.compile(r"(?P<sign>[$¥€]?)(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)")


def is_english() -> bool:
    """Whether pages are written in English now, which is always so outside of a request."""
    return (get_language() or "en").startswith("en")


def localised(written: str) -> str:
    """The figures in a short text such as “≈ $1,234.50” or “4.5 s”, in the way of the page's language."""
    return written if is_english() else _FIGURE.sub(_turned, written)


def _turned(found: re.Match[str]) -> str:
    sign, figure = found["sign"], found["figure"].replace(",", "")
    places = len(figure.partition(".")[2])
    text = str(number_format(Decimal(figure), decimal_pos=places, use_l10n=True, force_grouping="," in found["figure"]))
    if not sign:
        return text
    is_behind = (get_language() or "").startswith(SIGN_BEHIND)
    return f"{text}\N{NO-BREAK SPACE}{sign}" if is_behind else f"{sign}{text}"


def money(amount: Decimal | None, currency: str = "USD") -> str:
    """`lib/money.money` in the language of the page."""
    return _sum(english_money.money(amount, currency))


def money_left(amount: Decimal, currency: str) -> str:
    """`lib/money.money_left` in the language of the page."""
    return _sum(english_money.money_left(amount, currency))


def booked_money(amount: Decimal | None, currency: str = "USD") -> str:
    """`lib/money.booked_money` in the language of the page."""
    return _sum(english_money.booked_money(amount, currency))


def fine_money(amount: Decimal | None, currency: str = "USD") -> str:
    """`lib/money.fine_money` in the language of the page."""
    return _sum(english_money.fine_money(amount, currency))


def reckoned(amount: Decimal | None, currency: str = "USD") -> str:
    """`lib/money.reckoned` in the language of the page."""
    return _sum(english_money.reckoned(amount, currency))


def _sum(written: str) -> str:
    return gettext(written) if written == english_money.UNKNOWN else localised(written)
