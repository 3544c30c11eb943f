"""Calendar months in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from studio.lib.months import Month


def test_month_of_a_moment_is_that_of_utc() -> None:
    in_the_west = datetime(2026, 10, 31, 20, tzinfo=timezone(timedelta(hours=-7)))

    assert Month.of(in_the_west) == Month(2026, 11)


def test_month_is_written_and_read_as_one_word() -> None:
    month = Month.read("2026-02")

    assert str(month) == "2026-02"
    assert month.start == datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("word", ["", "2026", "2026-13", "2026-00", "2026-1", "1999-01", "2026-01-01", "٢٠٢٦-٠١"])
def test_other_words_are_no_month(word: str) -> None:
    with pytest.raises(ValueError, match="2026-11"):
        Month.read(word)


@pytest.mark.parametrize(("months", "word"), [(0, "2026-01"), (-1, "2025-12"), (11, "2026-12"), (12, "2027-01")])
def test_later_months_turn_the_year(months: int, word: str) -> None:
    assert str(Month(2026, 1).later(months)) == word


def test_months_of_a_span_hold_both_ends() -> None:
    first, last = Month(2025, 11), Month(2026, 1)

    assert [str(month) for month in first.until(last)] == ["2025-11", "2025-12", "2026-01"]
    assert last.until(first) == []
