"""Questions that are put together once and then asked with other values.

Django takes several times as long to put a question together as a database takes to find one row, and what a browser
asks for again and again, such as each piece of a film, always asks the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Question = tuple[str, tuple[Any, ...]]


def put_together(rows: QuerySet[Any, Any]) -> Question:
    """The text of a question for plain rows, and its values in the order in which the text wants them."""
    text, values = rows.query.sql_with_params()
    return text, tuple(values)


def filled(values: tuple[Any, ...], blanks: Mapping[int, int]) -> tuple[Any, ...]:
    """The values with numbers put in for those that only held their places; each keeps the kind its column has."""
    return tuple(type(value)(blanks[value]) if value in blanks else value for value in values)


def first_row(text: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The first row as the database has it: no column is turned into what its model makes of it."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
