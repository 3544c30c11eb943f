"""The studio's tables as they lie in the database, read past the studio's own code."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]
PATIENCE = 30.0


class Database:
    """Reads either kind; a connection lives for one question, so that nothing is ever held up."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address = address
        self._file = folder / "studio.sqlite3"

    @property
    def kind(self) -> str:
        return "PostgreSQL" if self._address else "SQLite"

    def rows(self, question: str, values: Sequence[Any] = ()) -> list[Row]:
        """`question` with a ? for each of `values`."""
        return self._asked_postgres(question, values) if self._address else self._asked_sqlite(question, values)

    def _asked_postgres(self, question: str, values: Sequence[Any]) -> list[Row]:
        with psycopg.connect(self._address, row_factory=dict_row) as connection:
            # No question here holds a percent sign of its own.
            return connection.execute(question.replace("?", "%s").encode(), values).fetchall()

    def _asked_sqlite(self, question: str, values: Sequence[Any]) -> list[Row]:
        connection = sqlite3.connect(f"file:{self._file}?mode=ro", timeout=PATIENCE, uri=True)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(question, values)]
        finally:
            connection.close()


def money(value: Any) -> Decimal | None:
    """A stored sum; SQLite keeps it as a plain number, which has digits enough for ours."""
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.000001"))


def plain(value: Any) -> Any:
    """Stored JSON: text on SQLite, already read on PostgreSQL."""
    return json.loads(value) if isinstance(value, str) else value
