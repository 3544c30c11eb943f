"""Asking the index of words: the same questions of SQLite's FTS5 and PostgreSQL's full text.

What is typed is only ever words: signs that a database gives a meaning to are left out before it sees them. The words
of "red-car" stand beside one another; the last word is the beginning of one, so that one finds while one types."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models.expressions import RawSQL
from psycopg.sql import quote

from studio.lib.words import asked_words
from studio.services.search_index import TABLES, place_of

MOST_WORDS = 12
# Of a single letter every second word begins with it: that one has to be the word itself.
_SHORTEST_BEGINNING = 2
# The place counts nothing; then what the row itself says, the names around it, and what is said of it.
_SQLITE_WEIGHTS = "0.0, 8.0, 4.0, 1.0"
_POSTGRES_WEIGHTS = "{0.0, 0.125, 0.5, 1.0}"


@dataclass(frozen=True)
class Question:
    """A condition on `table` with its parameters, the column of ids, and what orders by relevance, best first: that
    knows the words alone, whatever projects they are looked for in."""

    table: str
    number: str
    condition: str
    rank: str
    parameters: tuple[str, ...] = ()


def has_words(words: str) -> bool:
    """Whether there is anything in it that can be looked for."""
    return bool(asked_words(words, MOST_WORDS))


def question(*, noun: str, words: str, projects: Collection[int] | None = None) -> Question:
    """What to ask for `words`, in these projects or in all; only for what `has_words`."""
    table, groups = TABLES[noun], asked_words(words, MOST_WORDS)
    if connection.vendor == "sqlite":
        asked = " AND ".join(_sqlite_group(group, group is groups[-1]) for group in groups)
        asked = f"{{main names talk}} : ({asked})"
        if projects is not None:
            places = " OR ".join(place_of(project) for project in sorted(projects))
            asked = f"place : ({places or 'nowhere'}) AND {asked}"
        return Question(table, f"{table}.rowid", f"{table} MATCH %s", f"bm25({table}, {_SQLITE_WEIGHTS})", (asked,))
    asked = sought = " & ".join(_postgres_group(group, group is groups[-1]) for group in groups)
    if projects is not None:
        listed = [f"'/{place_of(project)}'" for project in sorted(projects)]
        asked = f"({' | '.join(listed or ['/nowhere'])}) & {asked}"
    # The words stand in the text of the statement: a statement that is kept for others too would go the same way for a
    # word in every prompt as for a rare one.
    rank = f"-ts_rank('{_POSTGRES_WEIGHTS}', {table}.vector, {quote(sought)}::tsquery)"
    return Question(table, f"{table}.id", f"{table}.vector @@ {quote(asked)}::tsquery", rank)


def found(*, noun: str, words: str, projects: Collection[int] | None = None) -> RawSQL:
    """The ids of the rows of `noun` that hold all `words`, for `pk__in`; none where there is nothing to look for."""
    if not has_words(words):
        return RawSQL("SELECT 0 WHERE 1 = 0", [])
    ask = question(noun=noun, words=words, projects=projects)
    sql = f"SELECT {ask.number} FROM {ask.table} WHERE {ask.condition}"  # noqa: S608  (names of ours)
    return RawSQL(sql, ask.parameters)  # noqa: S611


def ranked(*, noun: str, words: str, numbers: Iterable[int]) -> list[int]:
    """Those of the rows `numbers` that hold all `words`, most relevant first, of equals the newest."""
    wanted = sorted(set(numbers))
    if not wanted or not has_words(words):
        return []
    ask = question(noun=noun, words=words)
    listed = ",".join(str(int(number)) for number in wanted)
    sql = f"SELECT {ask.number}, {ask.rank} AS score FROM {ask.table} WHERE {ask.condition}"  # noqa: S608
    sql += f" AND {ask.number} IN ({listed}) ORDER BY score, {ask.number} DESC"
    with connection.cursor() as cursor:
        cursor.execute(sql, ask.parameters)
        return [number for number, _ in cursor.fetchall()]


def _sqlite_group(words: list[str], is_last: bool) -> str:
    phrase = '"' + " ".join(words) + '"'
    return f"{phrase} *" if is_last and _is_beginning(words[-1]) else phrase


def _postgres_group(words: list[str], is_last: bool) -> str:
    listed = [f"'{word}'" for word in words]
    if is_last and _is_beginning(words[-1]):
        listed[-1] += ":*"
    return "(" + " <-> ".join(listed) + ")"


def _is_beginning(word: str) -> bool:
    return len(word) >= _SHORTEST_BEGINNING
