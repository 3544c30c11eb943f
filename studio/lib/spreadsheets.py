"""Lines of a CSV file that a spreadsheet opens as what they are: words, numbers and dates, and never a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

Cell = str | int | Decimal | datetime | None
BOM = "\ufeff"
# Where a semicolon or a tab parts the cells, as in half of Europe, a formula may begin in the middle of a text as well;
# and the wide signs of East Asian keyboards reckon like the others.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\t\r\n]|\s*[=+\-@＝＋－＠])")


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def lines(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """The file piece by piece; `rows` may be endless. Decimals with a point, moments in ISO 8601 and UTC."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([_written(cell) for cell in row])


def needs_bom(words: Iterable[str]) -> bool:
    """Whether some spreadsheets would read `words` as another alphabet's without the mark at the file's start."""
    return not all(word.isascii() for word in words)


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(cell, Decimal):
        return _plain(cell)
    # The apostrophe is what spreadsheets themselves put before a text that is not to be reckoned.
    return _FORMULA.sub(r"\1'", str(cell))


def _plain(number: Decimal) -> str:
    """Without an exponent or idle zeros: 12.5 and 1200."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
