"""The cells of a rendered matrix that could not be: to be mended and asked for as matrices of their own.

What was rendered is admitted as a whole and stays as it is; so nothing of it is asked for, or paid, a second time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from studio.choices import CellState
from studio.models import Matrix, MatrixCell
from studio.services.matrices import Sheet, sheet_of


def left_out_of(*, matrix: Matrix, cells: Iterable[MatrixCell]) -> list[Sheet]:
    """What was typed, with the rows and models that were left out and no others: one sheet for all rows that were left
    out with the same models, as a matrix renders each of its rows with each of its models."""
    models: dict[int, set[str]] = {}
    for cell in cells:
        if cell.state == CellState.REFUSED:
            models.setdefault(cell.row, set()).add(cell.model)
    whole, groups = sheet_of(matrix), dict[frozenset[str], list[int]]()
    for row, names in sorted(models.items()):
        groups.setdefault(frozenset(names), []).append(row)
    return [
        replace(
            whole,
            rows=[whole.rows[row] for row in rows if row < len(whole.rows)],
            model_names=[name for name in whole.model_names if name in names],
        )
        for names, rows in groups.items()
    ]
