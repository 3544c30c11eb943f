"""A table out of a spreadsheet: pasted cells or a CSV file, whose first line names the columns.

Tabs, semicolons and commas part the cells, whichever the first line has; quoted cells may hold any of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from studio.lib.english import english

# What no spreadsheet of a person comes near to.
LONGEST_TEXT = 300_000
LONGEST_VALUE = 2_000
MOST_COLUMNS = 40
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


# So many mistakes are told at once, and then counted.
MOST_TOLD = 20


class TableProblem(ValueError):
    """What is wrong with a table, in words that name its line and column: every mistake that was found.

    `columns` are those that its first line names, as far as that could be read."""

    def __init__(self, *problems: str, columns: Sequence[str] = ()) -> None:
        super().__init__(" ".join(problems))
        self.problems, self.columns = list(problems), list(columns)


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
    columns, problems = _header(*first)
    rows = []
    try:
        for number, cells in lines:
            problems += _row_problems(number, cells, columns)
            rows.append([*cells, *[""] * len(columns)][: len(columns)])
    except TableProblem as broken:
        # Behind a quotation mark that is out of place nothing can be told.
        problems += broken.problems
    if problems:
        raise TableProblem(*problems, columns=columns)
    return Table(columns, rows)


def told(problems: Sequence[str]) -> list[str]:
    """As many of the mistakes as a person mends in one go, and how many more there are."""
    if len(problems) <= MOST_TOLD:
        return list(problems)
    return [*problems[:MOST_TOLD], english("And %(number)s more.", number=len(problems) - MOST_TOLD)]


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


def _header(number: int, cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names of the columns, and what is wrong with them."""
    names = [" ".join(cell.removeprefix("{").removesuffix("}").split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        said = english(
            "Line %(line)s names %(count)s columns; %(most)s are the most.",
            line=number,
            count=len(names),
            most=MOST_COLUMNS,
        )
        return names, [said]
    named = enumerate(names, start=1)
    return names, [said for place, name in named if (said := _name_problem(number, place, name, names[: place - 1]))]


def _name_problem(number: int, place: int, name: str, before: Sequence[str]) -> str:
    if not name:
        return english(
            "Line %(line)s, column %(column)s: the column has no name. The first line names the variables.",
            line=number,
            column=place,
        )
    if name in before:
        return english(
            "Line %(line)s, column %(column)s: “%(name)s” is named twice. Each variable has one column.",
            line=number,
            column=place,
            name=name[:60],
        )
    return ""


def _row_problems(number: int, cells: Sequence[str], columns: Sequence[str]) -> list[str]:
    # One for the row, wherever its values stand: they are all too many for the same reason.
    extra = next((place for place, cell in enumerate(cells, start=1) if place > len(columns) and cell), None)
    found = [] if extra is None else [_too_many(number, extra, len(columns))]
    return [*found, *_too_long(number, cells, columns)]


def _too_many(number: int, place: int, count: int) -> str:
    return english(
        "Line %(line)s, column %(column)s: the first line names only %(count)s columns. Put a value that "
        "holds a comma, a semicolon or a tab between quotation marks.",
        line=number,
        column=place,
        count=count,
    )


def _too_long(number: int, cells: Sequence[str], columns: Sequence[str]) -> Iterable[str]:
    for place, (cell, name) in enumerate(zip(cells, columns, strict=False), start=1):
        if len(cell) > LONGEST_VALUE:
            yield english(
                "Line %(line)s, column %(column)s (“%(name)s”): %(count)s characters, and %(most)s are the most.",
                line=number,
                column=place,
                name=name[:60],
                count=f"{len(cell):,}",
                most=f"{LONGEST_VALUE:,}",
            )
