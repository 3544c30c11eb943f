"""Galleries by price: one currency after the other, as amounts of different currencies are not compared."""

from __future__ import annotations

from dataclasses import replace

from studio.models import ProviderKey
from studio.services.galleries import Asked, Page, page_of

SORTS = ("price", "cheapest")
# In this order, whichever way the prices go.
CURRENCIES = ("USD", "CNY", "credits")
_BEHIND = "~"


def goes_by_currency(asked: Asked) -> bool:
    """Whether takes of several currencies may stand in this order: then each currency has its own stretch of it."""
    if asked.sort not in SORTS or asked.filters.currency:
        return False
    # Few rows, beside all takes: whatever was ever paid was paid with one of these, the deleted ones among them.
    return len(set(ProviderKey.objects.values_list("currency", flat=True).distinct())) > 1


def page_by_price(*, asked: Asked, before: str, size: int) -> Page:
    """The takes behind `before`, which is what an earlier page named, each among those of its currency."""
    start, place = _place(before)
    numbers: list[int] = []
    for at, currency in enumerate(CURRENCIES[start:], start=start):
        page = _of(asked, currency, place, size - len(numbers))
        numbers, place = [*numbers, *page.numbers], ""
        following = page.next_before if page.next_before is None else f"{currency}{_BEHIND}{page.next_before}"
        if following is None and len(numbers) == size:
            following = _next_with_takes(asked, at + 1)
        if following is not None or len(numbers) == size:
            return _counted(asked, Page(numbers, following))
    return _counted(asked, Page(numbers))


def _place(before: str) -> tuple[int, str]:
    currency, behind, place = before.partition(_BEHIND)
    return (CURRENCIES.index(currency), place) if behind and currency in CURRENCIES else (0, "")


def _of(asked: Asked, currency: str, before: str, size: int) -> Page:
    return page_of(asked=replace(asked, filters=replace(asked.filters, currency=currency)), before=before, size=size)


def _next_with_takes(asked: Asked, start: int) -> str | None:
    found = (each for each in CURRENCIES[start:] if _of(asked, each, "", 1).numbers)
    return next((f"{currency}{_BEHIND}" for currency in found), None)


def _counted(asked: Asked, page: Page) -> Page:
    """With how many there are of all currencies, where a gallery says so."""
    if not asked.filters:
        return page
    whole = page_of(asked=replace(asked, sort="newest"), before="", size=1)
    return replace(page, count=whole.count, is_more=whole.is_more)
