"""Matrices as they are typed: kept at every step with all that is wrong in them. What they cost is `matrices_plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from studio.lib import tables, variables
from studio.lib.english import english
from studio.models import ComposerDraft, Matrix, Project, PromptVersion, User
from studio.services import drafts
from studio.services.composition import number

# The composer's own fields that all cells of a matrix share.
FIELDS = ("operation", "aspect_ratio", "duration", "resolution", "sound", "seed", "takes", "source_take")
MOST_ROWS, MOST_VALUES, MOST_CHARACTERS = 200, 800, 200_000
# As many characters as the composer's own field holds.
LONGEST_PROMPT = 20_000
TITLE_WORDS, TITLE_LENGTH = 8, 160


@dataclass(frozen=True)
class Sheet:
    """All that was typed and chosen: the template, the table, the models, and what the cells share."""

    title: str = ""
    text: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    model_names: list[str] = field(default_factory=list)
    # FIELDS as typed, and the references by their numbers, in order.
    values: dict[str, str] = field(default_factory=dict)
    tray: list[int] = field(default_factory=list)

    @property
    def variables(self) -> list[str]:
        """The variables of the template."""
        return variables.names(self.text)


def tidied(sheet: Sheet) -> Sheet:
    """The same with a column for each variable, in their order; after them others that hold something.

    Empty rows are left out. A name that differs in its capitals alone is taken for the variable."""
    wanted = sheet.variables
    places = {name: _place_of(name, sheet.columns) for name in wanted}
    used = {place for place in places.values() if place is not None}
    rows = [row for row in sheet.rows if any(value.strip() for value in row)]
    idle = [at for at, name in enumerate(sheet.columns) if at not in used and any(_at(row, at) for row in rows)]
    order = [*places.values(), *idle]
    return replace(
        sheet,
        columns=[*wanted, *(sheet.columns[at] for at in idle)],
        rows=[["" if at is None else _at(row, at) for at in order] for row in rows],
    )


def _place_of(name: str, columns: Sequence[str]) -> int | None:
    if name in columns:
        return columns.index(name)
    folded = [column.casefold() for column in columns]
    return folded.index(name.casefold()) if folded.count(name.casefold()) == 1 else None


def _at(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def with_table(sheet: Sheet, text: str) -> Sheet:
    """The sheet with the table that was pasted or sent as a file; raises tables.TableProblem with what is wrong."""
    try:
        table, problems = tables.read(text), list[str]()
    except tables.TableProblem as broken:
        if not broken.columns:
            raise
        table, problems = tables.Table(broken.columns, []), broken.problems
    problems = [*_missing_columns(sheet, table.columns), *problems]
    if problem := size_problem(table.rows):
        problems.append(problem)
    if problems:
        raise tables.TableProblem(*tables.told(problems))
    return replace(sheet, columns=table.columns, rows=table.rows)


def _missing_columns(sheet: Sheet, columns: Sequence[str]) -> list[str]:
    folded = {name.casefold() for name in columns}
    missing = [f"{{{name}}}" for name in sheet.variables if name.casefold() not in folded]
    if not missing:
        return []
    return [
        english(
            "The prompt has %(names)s, but no column of this table has that name. Its first line says: %(columns)s.",
            names=", ".join(missing),
            columns=", ".join(columns)[:300],
        )
    ]


def size_problem(rows: Sequence[Sequence[str]]) -> str:
    """Why this is more than a matrix holds, or nothing."""
    values = sum(len(row) for row in rows)
    if len(rows) <= MOST_ROWS and values <= MOST_VALUES and sum(map(len, _flat(rows))) <= MOST_CHARACTERS:
        return ""
    return _too_much(rows=len(rows), values=values)


def sheet_problem(sheet: Sheet) -> str:
    """Why the sheet, once it is tidied, is more than a matrix holds, or nothing."""
    rows = sum(any(value.strip() for value in row) for row in sheet.rows)
    # Before it is tidied: a text may have thousands of variables, and each is a column in every row.
    if (values := rows * len(sheet.variables)) > MOST_VALUES:
        return _too_much(rows=rows, values=values)
    return size_problem(tidied(sheet).rows)


def value_problems(sheet: Sheet) -> list[str]:
    """What is too long among the values that were typed, each with its row and column."""
    return tables.told(
        [
            english(
                "Row %(row)s, “%(name)s”: %(count)s characters, and %(most)s are the most.",
                row=at,
                name=name[:60],
                count=f"{len(value):,}",
                most=f"{tables.LONGEST_VALUE:,}",
            )
            for at, row in enumerate(sheet.rows, start=1)
            for name, value in zip(sheet.columns, row, strict=False)
            if len(value) > tables.LONGEST_VALUE
        ]
    )


def _too_much(*, rows: int, values: int) -> str:
    return english(
        "This table has %(rows)s rows with %(values)s values. A matrix holds %(most_rows)s rows and %(most_values)s "
        "values, of %(characters)s characters together. Take some out, or make two matrices.",
        rows=rows,
        values=values,
        most_rows=MOST_ROWS,
        most_values=MOST_VALUES,
        characters=f"{MOST_CHARACTERS:,}",
    )


def _flat(rows: Sequence[Sequence[str]]) -> list[str]:
    return [value for row in rows for value in row]


def new_sheet(project: Project, version: PromptVersion | None = None) -> Sheet:
    """What a new matrix starts from: the project's default settings, and the saved prompt if it is made of one."""
    text, title = (version.text, version.prompt.title) if version is not None else ("", "")
    return replace(_started(text, drafts.defaults_of(project)), title=title)


def sheet_of_draft(draft: ComposerDraft) -> Sheet:
    """What a matrix of the composer starts from: its text, its values, its references and what is chosen there."""
    data: Mapping[str, Any] = draft.data
    values: dict[str, str] = data.get("values", {})
    text = values.get("prompt", "")
    known: dict[str, str] = data.get("variables", {})
    first = [known.get(name, "") for name in variables.names(text)]
    return replace(
        _started(text, values),
        title=title_of(text),
        rows=[first] if any(first) else [],
        tray=list(data.get("tray", [])),
    )


def _started(text: str, values: Mapping[str, str]) -> Sheet:
    return Sheet(
        text=text,
        columns=variables.names(text),
        model_names=[values["model"]] if values.get("model") else [],
        # So many takes of each of many cells would be meant for the composer alone.
        values={name: values[name] for name in FIELDS if name in values} | {"takes": "1"},
    )


def sheet_of(matrix: Matrix) -> Sheet:
    """What was typed into a matrix, to go on with or to make another one from."""
    return Sheet(
        title=matrix.title,
        text=matrix.text,
        columns=matrix.columns,
        rows=matrix.rows,
        model_names=matrix.model_names,
        values=matrix.settings.get("values", {}),
        tray=matrix.settings.get("tray", []),
    )


def title_of(text: str) -> str:
    """A name for what nobody has named: its first words."""
    return " ".join(text.split()[:TITLE_WORDS])[:TITLE_LENGTH]


def create(*, project: Project, by: User, sheet: Sheet, version: PromptVersion | None = None) -> Matrix:
    """Keep a new matrix; nothing is asked for yet. ValidationError for too much, and in an archived project."""
    _check(project, sheet)
    return Matrix.objects.create(project=project, created_by=by, **_columns(sheet, version))


def save(*, matrix: Matrix, sheet: Sheet) -> bool:
    """Keep what was typed; False when it was rendered meanwhile, so that it stays what its takes were made from.

    ValidationError for more than a matrix holds, and in an archived project."""
    if matrix.admitted_at is not None:
        return False
    _check(matrix.project, sheet)
    columns = _columns(sheet, matrix.prompt_version)
    saved = Matrix.objects.filter(pk=matrix.pk, admitted_at=None).update(**columns)
    if saved:
        for name, value in columns.items():
            setattr(matrix, name, value)
    return bool(saved)


def _check(project: Project, sheet: Sheet) -> None:
    if project.archived_at is not None:
        raise ValidationError(_("This project is archived: nothing new is made in it."))
    problem = sheet_problem(sheet)
    if problems := [problem] if problem else value_problems(sheet):
        raise ValidationError(problems)


def _columns(sheet: Sheet, version: PromptVersion | None) -> dict[str, Any]:
    sheet = tidied(sheet)
    takes = number(sheet.values.get("takes"), 1)
    return {
        # A text that was changed is no longer the saved version.
        "prompt_version": version if version is not None and version.text == sheet.text else None,
        "title": (sheet.title.strip() or title_of(sheet.text) or "Matrix")[:TITLE_LENGTH],
        "text": sheet.text,
        "settings": {"values": sheet.values, "tray": sheet.tray},
        "columns": sheet.columns,
        "rows": sheet.rows,
        "model_names": sheet.model_names,
        # As a number it counts once all of it has been checked; the words that were typed lie among the settings.
        "takes": 1 if takes is None else min(max(takes, 0), 32_767),
    }
