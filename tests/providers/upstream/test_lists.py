"""A newer row changes quotes from its day on, and leaves alone what was quoted before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from studio.choices import Operation
from studio.providers.answers import Usage
from studio.providers.requests import RenderRequest
from studio.providers.upstream import tokens
from studio.providers.upstream.lists import PriceList, Rate
from tests.providers.factories import make_image, make_request, make_video

OLD, NEW = date(2026, 7, 1), date(2026, 12, 1)
MODEL = "seedance-2.0-fast"
FIRST = Rate(MODEL, ("480p", "720p"), Decimal(5), Decimal(3), "The first list", OLD)
SECOND = Rate(MODEL, ("720p",), Decimal(8), Decimal(6), "The second list", NEW)
LIST = PriceList("tokenlab", "USD", "$", 2, "official list", (FIRST, SECOND))
COUNTED = Usage(tokens=1_000_000)


@pytest.fixture(autouse=True)
def _between_the_two_lists() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 21, tzinfo=UTC)):
        yield


@pytest.mark.parametrize(
    ("day", "resolution", "rate", "source"),
    [
        (date(2026, 11, 30), "720p", "5", "The first list"),
        (NEW, "720p", "8", "The second list"),
        (NEW, "480p", "5", "The first list"),
    ],
)
def test_newer_row_holds_from_its_day_on(day: date, resolution: str, rate: str, source: str) -> None:
    row = tokens.estimate(LIST, make_request(resolution=resolution), day).row

    assert row is not None
    assert (row.rate, row.source, row.resolution) == (Decimal(rate), source, resolution)


def test_estimate_names_the_row_it_was_worked_out_with() -> None:
    with_video = make_request(Operation.REFERENCE_TO_VIDEO, inputs=(make_image(), make_video(seconds=Decimal(4))))

    rows = [tokens.estimate(LIST, request, OLD).row for request in (make_request(), with_video)]

    assert [(row.condition, row.rate, row.unit, row.dated) for row in rows if row] == [
        ("without a video", Decimal(5), "million tokens", OLD),
        ("with a video", Decimal(3), "million tokens", OLD),
    ]


@pytest.mark.parametrize(
    ("quoted_on", "amount", "dated"), [(OLD, "5.0000", OLD), (NEW, "8.0000", NEW), (None, "5.0000", OLD)]
)
def test_settling_goes_by_the_row_it_was_quoted_from(quoted_on: date | None, amount: str, dated: date) -> None:
    quoted = tokens.estimate(LIST, make_request(), quoted_on).row if quoted_on else None

    found = tokens.settle(LIST, make_request(), Decimal(5), 1280, 720, COUNTED, quoted)

    assert (found.amount, found.dated) == (Decimal(amount), dated)


def test_settling_goes_by_a_row_that_is_in_no_list_any_more() -> None:
    quoted = tokens.estimate(LIST, make_request(), OLD).row
    assert quoted is not None

    empty = replace(LIST, rates=(SECOND,))
    found = tokens.settle(empty, make_request(), Decimal(5), 1280, 720, COUNTED, replace(quoted, rate=Decimal("4.5")))

    assert (found.amount, found.source) == (Decimal("4.5000"), "The first list")


def test_settling_by_the_file_goes_by_the_row_as_well() -> None:
    quoted = tokens.estimate(LIST, make_request(), NEW).row

    found = tokens.settle(LIST, make_request(), Decimal(5), 1280, 720, quoted=quoted)

    assert found.amount == tokens.estimate(LIST, make_request(), NEW).amount


def test_row_of_something_else_is_left_aside() -> None:
    quoted = tokens.estimate(LIST, make_request(), NEW).row
    assert quoted is not None

    others = [
        replace(quoted, model="seedance-2.0"),
        replace(quoted, resolution="480p"),
        replace(quoted, currency="CNY"),
        replace(quoted, unit="second"),
    ]
    settled = {tokens.settle(LIST, make_request(), Decimal(5), 1280, 720, COUNTED, other).amount for other in others}

    assert settled == {Decimal("5.0000")}


def test_extension_settles_by_the_dearer_rate_of_the_day_it_was_quoted_on() -> None:
    """Its row is the one with a video, as that came out dearer; the count has the other rate, of the same day."""
    request: RenderRequest = make_request(Operation.VIDEO_EXTENSION, source_seconds=Decimal(10))
    quoted = tokens.estimate(LIST, request, NEW).row
    assert quoted is not None

    found = tokens.settle(LIST, request, Decimal(5), 1280, 720, COUNTED, quoted)

    assert (quoted.condition, found.amount) == ("with a video", Decimal("8.0000"))
