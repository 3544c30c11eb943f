"""Reads the form of a matrix: what was typed, pasted or sent as a file, and which button was pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from studio.lib import tables
from studio.lib.english import english
from studio.services.matrices import FIELDS, LONGEST_PROMPT, MOST_VALUES, TITLE_LENGTH, Sheet, with_table

LONGEST_FILE = 2 * 1024 * 1024
_MOST_CHOICES = 40


@dataclass(frozen=True)
class MatrixPress:
    """One press of one button: `step` is its name."""

    sheet: Sheet
    step: str
    # What the page showed as to be made and paid for: Plan.shown or Again.shown.
    shown: str
    # The table as it was pasted, while something is wrong with it, and all that is.
    table: str = ""
    problems: tuple[str, ...] = ()
    # How many rows were taken from a pasted table or a file; None where there was neither.
    rows_read: int | None = None
    override_reason: str = ""


def read_matrix(data: QueryDict, files: MultiValueDict[str, UploadedFile]) -> MatrixPress:
    """The press in a posted form. A table that cannot be read leaves the typed one as it was."""
    sheet = _sheet(data)
    common: dict[str, Any] = {
        "step": str(data.get("act", "save"))[:20],
        "shown": str(data.get("shown", ""))[:8_000],
        "override_reason": _plain(data.get("override_reason", ""), 2_000),
    }
    text = _plain(data.get("table", ""), tables.LONGEST_TEXT + 1)
    try:
        text = _file_text(files) or text
        if not text.strip():
            return MatrixPress(sheet, **common)
        filled = with_table(sheet, text)
    except tables.TableProblem as problem:
        return MatrixPress(sheet, **common, table=text, problems=tuple(problem.problems))
    return MatrixPress(filled, **common, rows_read=len(filled.rows))


def _file_text(files: MultiValueDict[str, UploadedFile]) -> str:
    file = files.get("file")
    if file is None:
        return ""
    if (file.size or 0) > LONGEST_FILE:
        raise tables.TableProblem(
            english("This file has more than 2 MB, so it is hardly a table of values. Choose the CSV file.")
        )
    return tables.decode(file.read()).replace("\x00", "")


def _sheet(data: QueryDict) -> Sheet:
    columns = [_plain(name, 100) for name in data.getlist("column")[:_MOST_CHOICES]]
    # Few enough for a form; one more than a matrix holds is told, and the rest was never shown.
    # A value that is too long is told and shown again, so nothing of it may be cut here.
    typed = [_plain(value, tables.LONGEST_TEXT) for value in data.getlist("value")[: MOST_VALUES + 200]]
    width = max(len(columns), 1)
    values = {name: _plain(data.get(name, ""), 200) for name in FIELDS if name in data}
    # An unticked box is not sent at all.
    values.setdefault("sound", "")
    return Sheet(
        title=_plain(data.get("title", ""), TITLE_LENGTH),
        text=_plain(data.get("text", ""), LONGEST_PROMPT),
        columns=columns,
        rows=[typed[at : at + width] for at in range(0, len(typed), width)] if columns else [],
        model_names=[_plain(name, 80) for name in data.getlist("model")[:_MOST_CHOICES]],
        values=values,
        tray=[int(pk) for pk in data.getlist("tray")[:_MOST_CHOICES] if pk.isascii() and pk.isdigit() and len(pk) < 19],
    )


def _plain(text: object, longest: int) -> str:
    # PostgreSQL takes no null character, and forms send line ends their own way.
    return str(text)[:longest].replace("\x00", "").replace("\r\n", "\n")
