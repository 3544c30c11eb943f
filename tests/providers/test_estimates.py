"""Dated rows: which of several for the same thing holds on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
import time_machine

from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.estimates import in_force, today
from tests.providers.factories import make_request


@dataclass(frozen=True)
class Row:
    dated: date


ROWS = [Row(date(2026, 6, 1)), Row(date(2027, 1, 1)), Row(date(2026, 3, 1))]


@pytest.mark.parametrize(
    ("day", "dated"),
    [
        (date(2025, 1, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 5, 31), date(2026, 3, 1)),
        (date(2026, 6, 1), date(2026, 6, 1)),
        (date(2026, 12, 31), date(2026, 6, 1)),
        (date(2027, 1, 1), date(2027, 1, 1)),
    ],
)
def test_newest_row_of_the_day_is_in_force_and_the_first_before_all(day: date, dated: date) -> None:
    assert in_force(ROWS, day) == Row(dated)


def test_nothing_is_in_force_where_there_are_no_rows() -> None:
    assert in_force([], date(2026, 6, 1)) is None


def test_today_is_the_day_in_utc_for_everybody() -> None:
    with time_machine.travel(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)):
        assert today() == date(2026, 12, 31)


@pytest.mark.parametrize("capability", registry.all_capabilities(), ids=lambda capability: capability.key)
def test_every_estimate_with_an_amount_names_its_row(capability: Capability) -> None:
    requests = [
        make_request(provider=capability.provider, model=capability.model, resolution=resolution, duration=5)
        for resolution in capability.resolutions
    ]

    found = [registry.get(capability.provider).estimate(request) for request in requests]

    for estimate in found:
        assert (estimate.amount is None) == (estimate.row is None)
        row = estimate.row
        assert row is None or (row.provider, row.model, row.currency) == (
            capability.provider,
            capability.model,
            estimate.currency,
        )
