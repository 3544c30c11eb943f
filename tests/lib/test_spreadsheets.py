"""Lines of CSV, as a spreadsheet reads them."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from io import StringIO
from itertools import count, islice

import pytest

from studio.lib.spreadsheets import Cell, lines, needs_bom


def written(*cells: Cell) -> str:
    return "".join(lines([cells]))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (0, "0"),
        (Decimal("12.500000"), "12.5"),
        (Decimal("1200"), "1200"),
        (Decimal("0E-6"), "0"),
        (Decimal("0.000001"), "0.000001"),
        (datetime(2026, 11, 2, 1, 30, tzinfo=timezone(timedelta(hours=2))), "2026-11-01T23:30:00+00:00"),
        ("Tea", "Tea"),
    ],
)
def test_cells_are_written_plainly(cell: Cell, text: str) -> None:
    assert written(cell, "end") == f"{text},end\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tTea", "\rTea", "\nTea"])
def test_text_is_never_a_formula(text: str) -> None:
    assert list(csv.reader(StringIO(written(text), newline=""))) == [[f"'{text}"]]


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("Tea;=HYPERLINK(A1);x", "Tea;'=HYPERLINK(A1);x"),
        ('Tea"; +1', "Tea\";' +1"),
        ("Tea\t@SUM(A1)", "Tea\t'@SUM(A1)"),
        ("Tea\r\n-1", "Tea\r'\n'-1"),
        (" =1+1", "' =1+1"),
        ("\t=1", "'\t'=1"),
        ("＝1+1", "'＝1+1"),
        ("Tea; milk - no sugar", "Tea; milk - no sugar"),
        ("a-b; c@d", "a-b; c@d"),
    ],
)
def test_text_is_no_formula_either_where_something_else_parts_the_cells(text: str, harmless: str) -> None:
    assert list(csv.reader(StringIO(written(text), newline=""))) == [[harmless]]


def test_separators_and_quotes_stay_in_their_cell() -> None:
    text = 'Tea, "the" film\nline two'

    assert list(csv.reader(StringIO(written(text, "next"), newline=""))) == [[text, "next"]]


def test_lines_come_one_by_one() -> None:
    endless = ((number,) for number in count(1))

    assert list(islice(lines(endless), 3)) == ["1\r\n", "2\r\n", "3\r\n"]


def test_mark_is_needed_for_other_alphabets_alone() -> None:
    assert (needs_bom(["Tea", "Ada"]), needs_bom(["Tea", "Zoë"]), needs_bom([])) == (False, True, False)
