"""The price list that takes were quoted from: in order, counted, with what came of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from studio.lib.clock import now
from studio.models import PriceRow, User
from studio.services import ledger
from studio.services.price_list import price_list
from tests.factories import make_project, make_render, make_request
from tests.team_factories import make_stop

pytestmark = pytest.mark.django_db


def row(resolution: str, **over: object) -> PriceRow:
    values = {
        "provider": "tokenlab",
        "model": "seedance-2.0",
        "unit": "million tokens",
        "rate": Decimal(5),
        "currency": "USD",
        "source": "The list",
        "dated": "2026-07-25",
    }
    return PriceRow.objects.create(resolution=resolution, **(values | over))


def test_rows_stand_by_resolution_and_the_newest_first() -> None:
    for resolution, dated in (("4k", "2026-07-25"), ("480p", "2026-07-25"), ("1080p", "2026-07-25")):
        row(resolution, dated=dated)
    row("480p", dated="2026-09-01")
    row("480p", condition="with a video")

    (found,) = price_list()

    rows = [(each.row.resolution, each.row.condition, f"{each.row.dated:%m-%d}") for each in found.rows]
    assert rows == [
        ("480p", "", "09-01"),
        ("480p", "", "07-25"),
        ("480p", "with a video", "07-25"),
        ("1080p", "", "07-25"),
        ("4k", "", "07-25"),
    ]


def test_models_stand_in_the_order_of_the_gateways_and_what_is_gone_comes_last() -> None:
    for provider, model in (
        ("gone", "a"),
        ("ark", "b"),
        ("tokenlab", "seedance-2.0-fast"),
        ("tokenlab", "seedance-2.0"),
    ):
        row("720p", provider=provider, model=model)

    assert [(each.gateway, each.name) for each in price_list()] == [
        ("TokenLab", "Seedance 2.0"),
        ("TokenLab", "Seedance 2.0 Fast"),
        ("Ark", "b"),
        ("gone", "a"),
    ]


def test_row_counts_the_takes_that_were_quoted_from_it() -> None:
    project, quoted = make_project(), row("720p")
    row("480p")
    for _ in range(3):
        make_render(project, price_row=quoted)

    (found,) = price_list()

    assert [(each.row.resolution, each.takes) for each in found.rows] == [("480p", 0), ("720p", 3)]


def test_model_has_its_open_stop_and_the_last_that_was_lifted(admin: User) -> None:
    lifted = [make_stop(lifted_at=now() - timedelta(days=days), lifted_by=admin) for days in (9, 2)]
    stop = make_stop()

    (found,) = price_list()

    assert (found.stop, found.lifted, found.rows, found.drifts) == (stop, lifted[1], [], [])


@pytest.mark.parametrize(("models", "takes"), [(1, 1), (1, 30), (3, 2)])
def test_list_asks_two_questions_for_each_model_and_three_in_all(
    models: int, takes: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project, request = make_project(), make_request(model="seedance-2.0")
    for number in range(models):
        quoted = row("720p", currency=f"C{number}")
        for _ in range(takes):
            take = make_render(
                project, request=request, price_row=quoted, currency=quoted.currency, usage={"tokens": 5}
            )
            ledger.settle(render=take, amount=Decimal("0.4"), note="counted")

    with django_assert_num_queries(3 + 2 * models):
        (found,) = price_list()

    assert [each.bills for each in found.drifts] == [min(takes, 20)] * models
