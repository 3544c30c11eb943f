"""Orders by price: each currency by itself, page by page, and nothing twice or never."""

from __future__ import annotations

from decimal import Decimal

import pytest

from studio.models import Project, Render
from studio.services.galleries import Asked
from studio.services.gallery_filters import Filters
from studio.services.price_order import goes_by_currency, page_by_price
from tests.factories import make_key, make_render

PRICES = [("USD", "0.20"), ("credits", "40"), ("CNY", "3.00"), ("USD", "1.10"), ("credits", "9"), ("USD", "0.50")]


@pytest.fixture
def takes(project: Project) -> dict[str, Render]:
    """One take for each of PRICES, by currency and price."""
    return {
        f"{currency} {price}": make_render(project, currency=currency, estimate=Decimal(price))
        for currency, price in PRICES
    }


def walked(asked: Asked, size: int) -> list[list[int]]:
    pages, before = [], ""
    for _ in range(len(PRICES) + 1):
        page = page_by_price(asked=asked, before=before, size=size)
        pages.append(page.numbers)
        if page.next_before is None:
            return pages
        before = page.next_before
    raise AssertionError("The pages never end.")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 50])
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("price", ["USD 1.10", "USD 0.50", "USD 0.20", "CNY 3.00", "credits 40", "credits 9"]),
        ("cheapest", ["USD 0.20", "USD 0.50", "USD 1.10", "CNY 3.00", "credits 9", "credits 40"]),
    ],
)
def test_each_currency_has_its_own_stretch(
    takes: dict[str, Render], project: Project, sort: str, order: list[str], size: int
) -> None:
    pages = walked(Asked((project.pk,), sort=sort), size)

    assert [number for page in pages for number in page] == [takes[name].pk for name in order]
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert pages[-1] != []


def test_filters_hold_in_all_stretches_and_all_are_counted(takes: dict[str, Render], project: Project) -> None:
    Render.objects.filter(pk__in=[takes["USD 1.10"].pk, takes["credits 9"].pk]).update(rating=5)

    page = page_by_price(asked=Asked((project.pk,), Filters(rating=5), "price"), before="", size=1)

    assert (page.numbers, page.next_before, page.count) == ([takes["USD 1.10"].pk], "credits~", 2)


@pytest.mark.parametrize("before", ["EUR~1_2", "~", "USD", "1.10_3", "USD~x"])
def test_a_place_that_is_none_is_the_beginning(takes: dict[str, Render], project: Project, before: str) -> None:
    page = page_by_price(asked=Asked((project.pk,), sort="price"), before=before, size=1)

    assert page.numbers == [takes["USD 1.10"].pk]


def test_only_where_keys_of_several_currencies_were_ever_there(project: Project) -> None:
    asked, chosen = Asked((project.pk,), sort="price"), Asked((project.pk,), Filters(currency="USD"), "price")
    make_key()
    alone = goes_by_currency(asked)
    make_key(provider="seedance", currency="credits")

    assert (alone, goes_by_currency(asked)) == (False, True)
    assert (goes_by_currency(chosen), goes_by_currency(Asked((project.pk,)))) == (False, False)
