"""The index of words of takes, references and prompts: one entry per row, kept true by whoever changes the row.

On SQLite an FTS5 table, on PostgreSQL a column of words with a GIN index; both get the same words, made by
`lib/words.py`, so that they find the same. An entry also holds its project, so that a search never looks at more than
the projects that it is for. `services/search.py` asks it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable

from django.db import DatabaseError, OperationalError, connection, transaction

from studio.lib.words import words_of
from studio.models import Project, SearchWork, User
from studio.services import leases
from studio.services.queue import enqueue
from studio.services.search_entries import MODELS, Entry, entries_of

log = logging.getLogger(__name__)

TABLES = {"take": "studio_search_take", "asset": "studio_search_asset", "prompt": "studio_search_prompt"}
STEP = 200
# So many words of each part are looked for; a word further behind in a text is not found.
_MOST = {"main": 3000, "names": 600, "talk": 6000}
_WEIGHTS = {"main": "A", "names": "B", "talk": "C"}
_GAP = 50
# And so many bytes of different words: PostgreSQL stores a megabyte of them together, and refuses more.
_BYTES = {"main": 200_000, "names": 100_000, "talk": 200_000}
JOB = "studio.jobs.search.work_off"
ASKED = "search-work-asked"
# A hint that was lost is written anew after that.
HINT_SECONDS = 600


@transaction.atomic
def index(*, noun: str, numbers: Iterable[int]) -> None:
    """Write the entries of the rows `numbers` of `noun` ("take", "asset" or "prompt") from what the rows say now.

    Within the transaction of the change; numbers without a row lose their entry."""
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), STEP):
        part = wanted[start : start + STEP]
        # Held first: of two changes at once the later one must read what the earlier one wrote.
        list(MODELS[noun].objects.select_for_update(no_key=True).filter(pk__in=part).order_by("pk").values_list("pk"))
        entries = entries_of(noun, part)
        forget(noun=noun, numbers=part)
        _write(noun, entries)


def forget(*, noun: str, numbers: Iterable[int]) -> None:
    """Take the entries of these rows away: they are found no more."""
    column = "rowid" if connection.vendor == "sqlite" else "id"
    with connection.cursor() as cursor:
        sql = f"DELETE FROM {TABLES[noun]} WHERE {column} = %s"  # noqa: S608  (names of ours)
        cursor.executemany(sql, [(number,) for number in set(numbers)])


@transaction.atomic
def renamed(*, project: Project | None = None, person: User | None = None) -> None:
    """Have everything of a project or a person, whose name has changed, written anew by a job."""
    for noun in TABLES:
        SearchWork.objects.create(noun=noun, project=project, person=person)
    ask_to_work_off()


def work_off() -> bool:
    """Write one step of what is due; True while there is more."""
    work = SearchWork.objects.first()
    if work is None:
        return False
    rows = MODELS[work.noun].objects.filter(pk__gt=work.after).order_by("pk")
    if work.project_id:
        rows = rows.filter(project=work.project_id)
    if work.person_id:
        rows = rows.filter(**{"asked_by" if work.noun == "take" else "created_by": work.person_id})
    numbers = list(rows.values_list("pk", flat=True)[:STEP])
    with transaction.atomic():
        _index_what_can_be(work.noun, numbers)
        same = SearchWork.objects.filter(pk=work.pk, after=work.after)
        if numbers:
            same.update(after=numbers[-1])
        else:
            same.delete()
    return True


def _index_what_can_be(noun: str, numbers: list[int]) -> None:
    """All at once, else one by one: what cannot be written keeps nothing else from being found."""
    try:
        index(noun=noun, numbers=numbers)
        return
    except _FAULTS as error:
        if not _is_of_a_row(error):
            raise
    for number in numbers:
        try:
            index(noun=noun, numbers=[number])
        except _FAULTS as error:
            if not _is_of_a_row(error):
                raise
            log.exception("%s %s cannot be indexed and is left out", noun, number)


_FAULTS = (DatabaseError, ValueError, TypeError, AttributeError)


def _is_of_a_row(error: Exception) -> bool:
    """Whether a row is at fault, and not a database that is away or busy; 54000 is PostgreSQL's “too long”."""
    return not isinstance(error, OperationalError) or getattr(error.__cause__, "sqlstate", "") == "54000"


def is_behind() -> bool:
    """Whether a job has something to write."""
    return SearchWork.objects.exists()


def ask_to_work_off() -> None:
    """Wake the job, if there is something to do and no hint of it waits already."""
    token = uuid.uuid4().hex
    if is_behind() and leases.acquire(name=ASKED, holder=token, seconds=HINT_SECONDS):
        enqueue(JOB, token)


def begin(*, token: str) -> None:
    """The hint with this token was taken: from now on another one may wait."""
    leases.release(name=ASKED, holder=token)


def place_of(project_id: int) -> str:
    """The word by which entries of a project are told from others; nothing that people type comes to it."""
    return f"project{project_id}"


def _write(noun: str, entries: list[Entry]) -> None:
    write = _sqlite_row if connection.vendor == "sqlite" else _postgres_row
    marks = "(rowid, place, main, names, talk) VALUES (%s, %s, %s, %s, %s)"
    if connection.vendor != "sqlite":
        marks = "(id, vector) VALUES (%s, %s::tsvector) ON CONFLICT (id) DO UPDATE SET vector = excluded.vector"
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {TABLES[noun]} {marks}", [write(entry) for entry in entries])


def _words(entry: Entry) -> dict[str, list[str]]:
    texts = {"main": entry.main, "names": entry.names, "talk": entry.talk}
    return {part: _within(words_of(text, _MOST[part]), _BYTES[part]) for part, text in texts.items()}


def _within(words: list[str], most: int) -> list[str]:
    """The words as far as the different ones among them come to so many bytes."""
    seen: set[str] = set()
    for at, word in enumerate(words):
        if word not in seen:
            seen.add(word)
            most -= len(word.encode())
        if most < 0:
            return words[:at]
    return words


def _sqlite_row(entry: Entry) -> tuple[int | str, ...]:
    return entry.number, place_of(entry.project_id), *(" ".join(words) for words in _words(entry).values())


def _postgres_row(entry: Entry) -> tuple[int, str]:
    places: dict[str, list[str]] = {}
    position = 1
    for part, words in _words(entry).items():
        for word in words:
            places.setdefault(word, []).append(f"{position}{_WEIGHTS[part]}")
            position += 1
        # No phrase reaches from one part into the next.
        position += _GAP
    listed = [f"'{word}':{','.join(where[:200])}" for word, where in places.items()]
    return entry.number, " ".join([f"'/{place_of(entry.project_id)}'", *listed])
