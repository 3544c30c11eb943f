"""Due renders at the gateway: claiming them, and putting off the next look. What the looks found is `statuses.py`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from studio.choices import AT_GATEWAY, AttemptOutcome
from studio.lib.clock import jittered, later, now
from studio.lib.holders import this_process
from studio.models import Attempt, Render
from studio.models.encryption import UnreadableSecret
from studio.services.key_secrets import secret_of

# A poll has answered or timed out by then; after a crash the render is simply due again.
POLL_LEASE_SECONDS = 90
# TokenLab's longest execution window is 72 h; a task that says nothing final after that is given up.
TRACKING_CAP_SECONDS = 73 * 3600


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Postponed:
    """A poll that brought nothing new: when to look again, and how many failed in a row."""

    render_id: int
    next_poll_at: datetime
    failures: int = 0


def claim_due(*, limit: int, without_keys: Collection[int] = ()) -> list[Due]:
    """Claim up to `limit` due renders by moving their next poll past the lease; two trackers share without overlap."""
    ids = _claim(limit, without_keys)
    if not ids:
        return []
    attempts = (
        Attempt.objects.filter(render_id__in=ids, outcome=AttemptOutcome.ACCEPTED)
        .select_related("render", "key", "retired")
        .order_by("number")
    )
    latest = {attempt.render_id: attempt for attempt in attempts}
    return [_due(attempt) for attempt in latest.values()]


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


def _due(attempt: Attempt) -> Due:
    render, secret, problem = attempt.render, "", ""
    try:
        secret = secret_of(attempt=attempt)
    except UnreadableSecret:
        problem = "The stored key cannot be read, so the task cannot be followed."
    except ValueError as error:
        problem = str(error)
    return Due(
        render_id=render.pk,
        state=render.state,
        provider=render.provider,
        key_id=render.key_id,
        base_url=attempt.base_url,
        secret=secret,
        remote_id=attempt.remote_id,
        poll_url=attempt.poll_url,
        failures=render.poll_failures,
        age_seconds=(now() - attempt.created_at).total_seconds(),
        progress=render.progress,
        route=attempt.route,
        attempt_id=attempt.pk,
        key_version=attempt.key.version,
        problem=problem,
        troubled=bool(render.error_meaning),
        unknown_since=render.unknown_since,
        no_file_since=render.no_file_since,
    )


def postpone(*, polls: Iterable[Postponed]) -> None:
    """Write back all polls that brought nothing new, in one statement."""
    rows = [{"id": poll.render_id, "at": str(_stored(poll.next_poll_at)), "failures": poll.failures} for poll in polls]
    if not rows:
        return
    if connection.vendor == "postgresql":
        source = "json_to_recordset(%s::json) AS poll(id bigint, at timestamptz, failures int)"
    else:
        source = (
            "(SELECT value ->> 'id' AS id, value ->> 'at' AS at, value ->> 'failures' AS failures "
            "FROM json_each(%s)) AS poll"
        )
    sql = (
        f"UPDATE {_TABLE} SET next_poll_at = poll.at, polls = polls + 1, "  # noqa: S608
        f"poll_failures = poll.failures, claimed_until = NULL, claimed_by = '' "
        f"FROM {source} WHERE {_TABLE}.id = poll.id AND state IN ({_STATES})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(rows)])


def give_back(*, render_ids: Collection[int], seconds: float = 0) -> None:
    """Make renders due in so many seconds, for anybody: they were claimed, but not asked about."""
    mine = Render.objects.filter(pk__in=render_ids, state__in=AT_GATEWAY, claimed_by=this_process())
    mine.update(next_poll_at=later(seconds), claimed_until=None, claimed_by="")


def take_over() -> int:
    """Free what an earlier tracker had claimed when it died; called by whoever holds the tracker's lease now."""
    held = Render.objects.filter(state__in=AT_GATEWAY, claimed_until__isnull=False)
    return held.update(next_poll_at=now(), claimed_until=None, claimed_by="")


def next_poll(*, age_seconds: float, base_seconds: float, failures: int = 0) -> datetime:
    """When to look again: briskly while young, then rarer and rarer up to half a minute, never in step."""
    wait = base_seconds if age_seconds < 120 else min(30.0, base_seconds * (1.5 + age_seconds / 600))
    return later(jittered(min(120.0, wait * 2 ** min(failures, 5))))
