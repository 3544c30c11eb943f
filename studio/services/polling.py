"""Due renders at the gateway: claiming them, and putting off the next look. What the looks found is `statuses.py`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from studio.choices import AT_GATEWAY, AttemptOutcome
from studio.lib.clock import jittered, later, now
from studio.lib.holders import this_process
from studio.models import Attempt, Render, RenderEvent
from studio.models.encryption import UnreadableSecret
from studio.services.key_secrets import secret_of

# A poll has answered or timed out by then; after a crash the render is simply due again.
POLL_LEASE_SECONDS = 90
# Between two looks at a task that should end any moment.
NEAR_SECONDS = 2.0
# TokenLab's longest execution window is 72 h; a task that says nothing final after that is given up.
TRACKING_CAP_SECONDS = 73 * 3600


@dataclass(frozen=True, slots=True)
class Due:
    """One claimed poll: everything the tracker needs without asking the database again."""

    render_id: int
    state: str
    provider: str
    key_id: int
    base_url: str
    # Empty when there is a `problem`.
    secret: str = field(repr=False)
    remote_id: str
    poll_url: str
    failures: int
    age_seconds: float
    progress: int | None = None
    route: str = ""
    attempt_id: int = 0
    # Of the key when this was claimed: a refusal of an earlier secret says nothing of the present one.
    key_version: int = 0
    # Why the gateway cannot be asked at all.
    problem: str = ""
    # Whether the card says that something is wrong with following this task.
    troubled: bool = False
    unknown_since: datetime | None = None
    no_file_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """A poll after which the render stays as it is: when to look again, and how many failed in a row.

    A running one may be further than it was; `note` is what history says of that."""

    render_id: int
    next_poll_at: datetime
    failures: int = 0
    progress: int | None = None
    note: str = ""


def claim_due(*, limit: int, without_keys: Collection[int] = ()) -> list[Due]:
    """Claim up to `limit` due renders by moving their next poll past the lease; two trackers share without overlap."""
    ids = _claim(limit, without_keys)
    if not ids:
        return []
    accepted = Attempt.objects.filter(render_id__in=ids, outcome=AttemptOutcome.ACCEPTED).order_by("number")
    # As plain values, since thousands of rows a second are too many to be made into objects with their keys.
    latest = {row.render_id: row for row in accepted.values_list(*_WANTED, named=True)}
    examples = {(row.key_id, row.retired_id, row.base_url): row.pk for row in latest.values()}
    ways = {way: _way(attempt) for way, attempt in zip(examples, _with_keys(examples.values()), strict=True)}
    moment = now()
    return [_due(row, ways[row.key_id, row.retired_id, row.base_url], moment) for row in latest.values()]


def _claim(limit: int, without_keys: Collection[int]) -> list[int]:
    skip = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    # Left to itself SQLite reads and sorts everything at the gateways for each claim.
    by_index = " INDEXED BY render_due" if connection.vendor == "sqlite" else ""
    others = f"AND key_id NOT IN ({', '.join(['%s'] * len(without_keys))}) " if without_keys else ""
    # The states and the table are our own constants; everything else is a parameter.
    sql = (
        f"UPDATE {_TABLE} SET next_poll_at = %s, claimed_until = %s, claimed_by = %s "  # noqa: S608
        f"WHERE id IN (SELECT id FROM {_TABLE}{by_index} WHERE state IN ({_STATES}) AND next_poll_at <= %s {others}"
        f"ORDER BY next_poll_at LIMIT %s{skip}) RETURNING id"
    )
    lease, moment = _stored(later(POLL_LEASE_SECONDS)), _stored(now())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [lease, lease, this_process(), moment, *without_keys, limit])
        return [row[0] for row in cursor.fetchall()]


_TABLE = Render._meta.db_table
_STATES = ", ".join(f"'{state}'" for state in AT_GATEWAY)


def _stored(moment: datetime) -> str | datetime:
    """A moment as the ORM stores it: SQLite keeps text in UTC without a zone."""
    if connection.vendor == "postgresql":
        return moment
    return str(timezone.make_naive(moment, timezone.get_fixed_timezone(0)))


_WANTED = (
    *("pk", "render_id", "key_id", "retired_id", "base_url", "route", "remote_id", "poll_url", "created_at"),
    *(f"render__{name}" for name in ("state", "provider", "key_id", "poll_failures", "progress", "error_meaning")),
    *(f"render__{name}" for name in ("unknown_since", "no_file_since")),
)


@dataclass(frozen=True)
class _Way:
    """How attempts with the same key, secret and address are asked about; looked up once for all in a claim."""

    secret: str = field(repr=False)
    problem: str
    key_version: int


def _with_keys(attempt_ids: Iterable[int]) -> Iterable[Attempt]:
    """In the order of the ids."""
    ids = list(attempt_ids)
    found = Attempt.objects.select_related("key", "retired").in_bulk(ids)
    return [found[pk] for pk in ids]


def _way(attempt: Attempt) -> _Way:
    secret, problem = "", ""
    try:
        secret = secret_of(attempt=attempt)
    except UnreadableSecret:
        problem = "The stored key cannot be read, so the task cannot be followed."
    except ValueError as error:
        problem = str(error)
    return _Way(secret, problem, attempt.key.version)


def _due(row: Any, way: _Way, moment: datetime) -> Due:
    return Due(
        render_id=row.render_id,
        state=row.render__state,
        provider=row.render__provider,
        key_id=row.render__key_id,
        base_url=row.base_url,
        secret=way.secret,
        remote_id=row.remote_id,
        poll_url=row.poll_url,
        failures=row.render__poll_failures,
        age_seconds=(moment - row.created_at).total_seconds(),
        progress=row.render__progress,
        route=row.route,
        attempt_id=row.pk,
        key_version=way.key_version,
        problem=way.problem,
        troubled=bool(row.render__error_meaning),
        unknown_since=row.render__unknown_since,
        no_file_since=row.render__no_file_since,
    )


def postpone(*, polls: Collection[Postponed]) -> None:
    """Write back all polls that changed no state, in one statement, and what history says of their progress."""
    noted = {poll.render_id: poll.note for poll in polls if poll.note}
    if not noted:
        _postpone(polls)
        return
    with transaction.atomic():
        events = [
            RenderEvent(render_id=render_id, from_state=state, to_state=state, reason=noted[render_id])
            for render_id, state in _postpone(polls)
            if render_id in noted
        ]
        RenderEvent.objects.bulk_create(events)


def _postpone(polls: Collection[Postponed]) -> list[tuple[int, str]]:
    """The renders that were still at their gateways, with their states."""
    rows = [
        {
            "id": poll.render_id,
            "at": str(_stored(poll.next_poll_at)),
            "failures": poll.failures,
            "progress": poll.progress,
        }
        for poll in polls
    ]
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_POSTPONE[connection.vendor], [json.dumps(rows)])
        return [(row[0], row[1]) for row in cursor.fetchall()]


_POSTPONED_ROWS = {
    "postgresql": "json_to_recordset(%s::json) AS poll(id bigint, at timestamptz, failures int, progress smallint)",
    "sqlite": "(SELECT value ->> 'id' AS id, value ->> 'at' AS at, value ->> 'failures' AS failures, "
    "value ->> 'progress' AS progress FROM json_each(%s)) AS poll",
}
# Held in the order of their numbers first, as whoever changes many takes at once holds them.
_HELD = (
    f"WITH poll AS MATERIALIZED (SELECT * FROM {_POSTPONED_ROWS['postgresql']}), "  # noqa: S608
    f"held AS MATERIALIZED (SELECT id FROM {_TABLE} WHERE id IN (SELECT id FROM poll) "
    f"ORDER BY id FOR NO KEY UPDATE) "
)
_POSTPONE = {
    vendor: f"{first}UPDATE {_TABLE} SET next_poll_at = poll.at, polls = polls + 1, "  # noqa: S608
    f"progress = COALESCE(poll.progress, {_TABLE}.progress), "
    f"poll_failures = poll.failures, claimed_until = NULL, claimed_by = '' "
    f"FROM {source} WHERE {_TABLE}.id = poll.id AND {state} IN ({_STATES}) "
    f"RETURNING {_TABLE}.id, {_TABLE}.state"
    for vendor, first, source, state in (
        ("postgresql", _HELD, "poll JOIN held ON held.id = poll.id", f"{_TABLE}.state"),
        # The plus keeps SQLite from going through everything at the gateways for each row, by an index on the state.
        ("sqlite", "", _POSTPONED_ROWS["sqlite"], f"+{_TABLE}.state"),
    )
}


def give_back(*, render_ids: Collection[int], seconds: float = 0) -> None:
    """Make renders due in so many seconds, for anybody: they were claimed, but not asked about."""
    mine = Render.objects.filter(pk__in=render_ids, state__in=AT_GATEWAY, claimed_by=this_process())
    with transaction.atomic():
        _held(mine).update(next_poll_at=later(seconds), claimed_until=None, claimed_by="")


def hold_back(*, key_id: int, seconds: float) -> None:
    """The gateway asked for a pause: nothing that has this key and is not being asked about is due before its end.

    So whoever else polls with the key hears of it too."""
    moment = later(seconds)
    sooner = Render.objects.filter(key_id=key_id, state__in=AT_GATEWAY, claimed_until=None, next_poll_at__lt=moment)
    with transaction.atomic():
        _held(sooner).update(next_poll_at=moment)


def take_over(*, living: Collection[str]) -> int:
    """Free what was claimed by anybody but the `living`: trackers that died, or fell silent for too long."""
    held = Render.objects.filter(state__in=AT_GATEWAY, claimed_until__isnull=False).exclude(claimed_by__in=living)
    with transaction.atomic():
        return _held(held).update(next_poll_at=now(), claimed_until=None, claimed_by="")


def _held(rows: QuerySet[Render]) -> QuerySet[Render]:
    """The same rows, held in the order of their numbers before any is changed; SQLite has one writer at a time."""
    if not connection.features.has_select_for_update:
        return rows
    return Render.objects.filter(pk__in=rows.order_by("pk").select_for_update(no_key=True).values("pk"))


def next_poll(*, age_seconds: float, base_seconds: float, failures: int = 0, progress: int | None = None) -> datetime:
    """When to look again: briskly while young, then rarer and rarer up to half a minute, never in step.

    One whose progress says that it is nearly done is looked at so often that its end is noticed at once."""
    wait = base_seconds if age_seconds < 120 else min(30.0, base_seconds * (1.5 + age_seconds / 600))
    if progress:
        left = age_seconds * (100 - progress) / progress
        wait = min(wait, max(NEAR_SECONDS, left / 2))
    return later(jittered(min(120.0, wait * 2 ** min(failures, 5))))
