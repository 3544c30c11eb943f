"""What is asked, and kept, of a price: the row it rests on, and no price where quoting has been stopped."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import connections
from pytest_django import DjangoAssertNumQueries

from studio.choices import AssetKind, RenderState
from studio.media.info import MediaInfo
from studio.models import PriceRow, PriceStop, Project, ProviderKey, Render
from studio.providers import registry
from studio.providers.estimates import PriceFacts
from studio.providers.tokenlab.rates import PRICES
from studio.providers.upstream.lists import Rate
from studio.services import outputs, pricing
from studio.services.outputs import Pictures
from studio.services.renders import Refused, create_renders
from tests.factories import make_key, make_project, make_request
from tests.team_factories import make_stop

pytestmark = pytest.mark.django_db

STOPPED = (
    "Price not quoted: the last 7 bills of TokenLab for this model were 40 % above what was estimated. "
    "Choose another gateway, or ask an admin, who can let it be quoted again."
)


def ask(project: Project, key: ProviderKey) -> list[Render]:
    return create_renders(project=project, asked_by=None, key=key, request=make_request(), takes=1, submission=uuid4())


def test_quote_is_the_gateways_own_estimate() -> None:
    assert pricing.quote(make_request()) == registry.get("tokenlab").estimate(make_request())


def test_quote_names_no_amount_while_it_is_stopped() -> None:
    make_stop()

    found = pricing.quote(make_request())

    assert (found.amount, found.currency, found.basis, found.is_stopped) == (None, "USD", STOPPED, True)
    assert found.row is None


def test_quote_goes_on_for_other_models_and_gateways() -> None:
    make_stop(model="seedance-2.0")
    make_stop(provider="tokenhub")

    assert pricing.quote(make_request()).amount == Decimal("0.5926")


def test_quote_goes_on_after_the_stop_was_lifted() -> None:
    PriceStop.objects.filter(pk=make_stop().pk).update(lifted_at="2026-11-01T12:00Z")

    assert pricing.quote(make_request()).amount == Decimal("0.5926")


def test_stops_are_read_once_for_many_prices(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_stop()

    with django_assert_num_queries(1):
        stops = pricing.open_stops()
        found = [pricing.quote(make_request(duration=seconds), stops=stops) for seconds in range(4, 16)]

    assert {estimate.is_stopped for estimate in found} == {True}


def test_render_keeps_the_row_it_was_quoted_from() -> None:
    key = make_key()

    render = ask(make_project(), key)[0]

    row = render.price_row
    assert row is not None
    assert pricing.facts_of(row) == PriceFacts(
        provider="tokenlab",
        model="seedance-2.0-fast",
        resolution="720p",
        condition="without a video",
        unit="million tokens",
        rate=Decimal("5.441176"),
        currency="USD",
        source="Official CNY list price ÷ 6.8 (TokenLab, Seedance 2.0 page; list: Ark billing page)",
        dated=date(2026, 7, 25),
    )
    assert pricing.facts_of(row) == pricing.quote(make_request()).row


def test_renders_of_one_price_share_its_row() -> None:
    project, key = make_project(), make_key()

    rows = {ask(project, key)[0].price_row_id for _ in range(3)}

    assert rows == {PriceRow.objects.get().pk}


def test_render_without_a_price_has_no_row() -> None:
    assert pricing.row_of(estimate=pricing.quote(make_request(resolution="4k"))) is None
    assert PriceRow.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_row_is_stored_once_when_many_ask_at_once() -> None:
    start, found = threading.Barrier(8), []

    def work() -> None:
        start.wait()
        try:
            found.append(pricing.row_of(estimate=pricing.quote(make_request())))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [row.pk for row in found if row] == [PriceRow.objects.get().pk] * 8


def test_nothing_is_rendered_while_quoting_is_stopped() -> None:
    project, key = make_project(), make_key()
    make_stop()

    with pytest.raises(Refused) as refused:
        ask(project, key)

    assert [(problem.field, problem.message) for problem in refused.value.problems] == [("key", STOPPED)]
    assert Render.objects.count() == 0


@pytest.fixture
def newer_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first of March on TokenLab's list has another rate for the model."""
    day = date(2027, 3, 1)
    rate = Rate("seedance-2.0-fast", ("480p", "720p"), Decimal(9), Decimal(6), "The list of March", day)
    newer = replace(PRICES, rates=(*PRICES.rates, rate))
    monkeypatch.setattr("studio.providers.tokenlab.prices.PRICES", newer)


def settled(render: Render) -> Render:
    """Brought home after the gateway has counted a million tokens."""
    Render.objects.filter(pk=render.pk).update(state=RenderState.FETCHING, usage={"tokens": 1_000_000})
    render = Render.objects.get(pk=render.pk)
    info = MediaInfo(AssetKind.VIDEO, "mp4", "video/mp4", "mp4", 1000, width=1280, height=720, seconds=Decimal(5))
    outputs.record_output(render=render, file="take.mp4", sha256="0" * 64, info=info, pictures=Pictures())
    return render


@pytest.mark.usefixtures("newer_row")
def test_newer_row_changes_quotes_from_its_day_on_and_leaves_what_was_quoted_alone() -> None:
    project, key = make_project(), make_key()
    with time_machine.travel(datetime(2027, 2, 28, 23, 59, tzinfo=UTC)):
        before = ask(project, key)[0]
    with time_machine.travel(datetime(2027, 3, 1, 0, 1, tzinfo=UTC)):
        after = ask(project, key)[0]
        before, after = settled(before), settled(after)

    assert [(each.estimate, each.price) for each in (before, after)] == [
        (Decimal("0.5926"), Decimal("5.4412")),
        (Decimal("0.9801"), Decimal("9.0000")),
    ]
    rows = [each.price_row for each in (before, after) if each.price_row]
    assert [(row.rate, row.source) for row in rows] == [
        (Decimal("5.441176"), PRICES.rates[0].source),
        (Decimal(9), "The list of March"),
    ]


def test_take_from_before_rows_were_kept_is_settled_by_todays_list() -> None:
    render = ask(make_project(), make_key())[0]
    Render.objects.update(price_row=None)

    assert settled(render).price == Decimal("5.4412")
