"""A table out of a spreadsheet: pasted cells or a CSV file, whose first line names the columns.

Tabs, semicolons and commas part the cells, whichever the first line has; quoted cells may hold any of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studio.lib.english import english

# What no spreadsheet of a person comes near to.
LONGEST_TEXT = 300_000
LONGEST_VALUE = 2_000
MOST_COLUMNS = 40
_SEPARATORS = "\t;,"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class TableProblem(ValueError):
    """What is wrong with a table, in words that name its line and column."""


@dataclass(frozen=True)
class Table:
    """The names of the columns, and the rows in their order; every row has one value for each column."""

    columns: list[str]
    rows: list[list[str]]


def decode(content: bytes) -> str:
    """The text of a file as a spreadsheet writes it; raises TableProblem for an alphabet that cannot be told."""
    code = next((code for mark, code in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(code)
    except UnicodeDecodeError:
        # A guess would put wrong letters into prompts that are paid for.
        raise TableProblem(
            english("This file is not UTF-8. Save it as “CSV UTF-8”, or copy the cells and paste them here.")
        ) from None


def read(text: str) -> Table:
    """The table in `text`; raises TableProblem. Empty lines are left out, short ones end in empty cells."""
    if len(text) > LONGEST_TEXT:
        raise TableProblem(
            english(
                "This table has more than %(most)s characters. Keep the columns and rows that the prompt needs.",
                most=f"{LONGEST_TEXT:,}",
            )
        )
    lines = _lines(text.removeprefix("\ufeff").replace("\x00", ""))
    first = next(lines, None)
    if first is None:
        raise TableProblem(english("This table is empty. Its first line names the variables, one in each column."))
    columns = _header(*first)
    return Table(columns, [_row(number, cells, columns) for number, cells in lines])


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that says something, with the number that an editor shows beside it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    begins = 1
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            raise TableProblem(
                english(
                    "Line %(line)s: a quotation mark stands where it cannot. Close it, or write it twice in a cell.",
                    line=begins,
                )
            ) from None
        if any(cells):
            yield begins, cells
        begins = reader.line_num + 1


def _separator(text: str) -> str:
    """Whichever the first line has most of; a tab wins, since nobody types one by hand."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(part for place, part in enumerate(first.split('"')) if place % 2 == 0)
    if "\t" in bare:
        return "\t"
    found = max(";,", key=bare.count)
    # One column alone: its values may hold anything but a tab.
    return found if found in bare else "\t"


def _header(number: int, cells: Sequence[str]) -> list[str]:
    names = [" ".join(cell.removeprefix("{").removesuffix("}").split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise TableProblem(
            english(
                "Line %(line)s names %(count)s columns; %(most)s are the most.",
                line=number,
                count=len(names),
                most=MOST_COLUMNS,
            )
        )
    for place, name in enumerate(names, start=1):
        if not name:
            raise TableProblem(
                english(
                    "Line %(line)s, column %(column)s: the column has no name. The first line names the variables.",
                    line=number,
                    column=place,
                )
            )
        if name in names[: place - 1]:
            raise TableProblem(
                english(
                    "Line %(line)s, column %(column)s: “%(name)s” is named twice. Each variable has one column.",
                    line=number,
                    column=place,
                    name=name[:60],
                )
            )
    return names


def _row(number: int, cells: list[str], columns: Sequence[str]) -> list[str]:
    for place, cell in enumerate(cells, start=1):
        if place > len(columns) and cell:
            raise TableProblem(
                english(
                    "Line %(line)s, column %(column)s: the first line names only %(count)s columns. Put a value that "
                    "holds a comma, a semicolon or a tab between quotation marks.",
                    line=number,
                    column=place,
                    count=len(columns),
                )
            )
        if len(cell) > LONGEST_VALUE:
            raise TableProblem(
                english(
                    "Line %(line)s, column %(column)s (“%(name)s”): %(count)s characters, and %(most)s are the most.",
                    line=number,
                    column=place,
                    name=columns[place - 1][:60],
                    count=f"{len(cell):,}",
                    most=f"{LONGEST_VALUE:,}",
                )
            )
    return [*cells, *[""] * len(columns)][: len(columns)]
