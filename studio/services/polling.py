"""Due renders at the gateway: claiming them, and writing down what the gateway says of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from studio.choices import AT_GATEWAY, AttemptOutcome, RenderState
from studio.lib.clock import jittered, later, now
from studio.models import Attempt, Render
from studio.services import ledger
from studio.services.queue import enqueue
from studio.services.transitions import move, note

# A poll has answered or timed out by then; after a crash the render is simply due again.
POLL_LEASE_SECONDS = 90
# TokenLab's longest execution window is 72 h; a task that says nothing final after that is given up.
TRACKING_CAP_SECONDS = 73 * 3600
# Pages hear of progress in steps of so many points, which is as finely as a bar on a card shows it.
PROGRESS_STEP = 5
PROGRESS = "% done"


@dataclass(frozen=True)
class Due:
    """One claimed poll: everything the tracker needs without asking the database again."""

    render_id: int
    state: str
    provider: str
    key_id: int
    base_url: str
    secret: str
    remote_id: str
    poll_url: str
    polls: int
    failures: int
    age_seconds: float
    cancel_asked: bool


@dataclass(frozen=True)
class Postponed:
    """A poll that brought nothing new: when to look again, and how many failed in a row."""

    render_id: int
    next_poll_at: datetime
    failures: int = 0


def claim_due(*, limit: int) -> list[Due]:
    """Claim up to `limit` due renders by moving their next poll past the lease; two trackers share without overlap."""
    ids = _claim(limit)
    if not ids:
        return []
    attempts = (
        Attempt.objects.filter(render_id__in=ids, outcome=AttemptOutcome.ACCEPTED)
        .select_related("render", "key")
        .order_by("number")
    )
    latest = {attempt.render_id: attempt for attempt in attempts}
    return [_due(attempt) for attempt in latest.values()]


def _claim(limit: int) -> list[int]:
    skip = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    states = ", ".join(f"'{state}'" for state in AT_GATEWAY)
    table = Render._meta.db_table
    # The states and the table are our own constants; everything else is a parameter.
    sql = (
        f"UPDATE {table} SET next_poll_at = %s WHERE id IN (SELECT id FROM {table} "  # noqa: S608
        f"WHERE state IN ({states}) AND next_poll_at <= %s ORDER BY next_poll_at LIMIT %s{skip}) RETURNING id"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        lease, moment = _stored(later(POLL_LEASE_SECONDS)), _stored(now())
        cursor.execute(sql, [lease, moment, limit])
        return [row[0] for row in cursor.fetchall()]


def _stored(moment: datetime) -> str | datetime:
    """A moment as the ORM stores it: SQLite keeps text in UTC without a zone."""
    if connection.vendor == "postgresql":
        return moment
    return str(timezone.make_naive(moment, timezone.get_fixed_timezone(0)))


def _due(attempt: Attempt) -> Due:
    render = attempt.render
    return Due(
        render_id=render.pk,
        state=render.state,
        provider=render.provider,
        key_id=attempt.key_id,
        base_url=attempt.base_url,
        secret=attempt.key.secret,
        remote_id=attempt.remote_id,
        poll_url=attempt.poll_url,
        polls=render.polls,
        failures=render.poll_failures,
        age_seconds=(now() - attempt.created_at).total_seconds(),
        cancel_asked=render.cancel_asked_at is not None,
    )


def postpone(*, polls: Iterable[Postponed]) -> None:
    """Write back all polls that brought nothing new, in one statement."""
    rows = [{"id": poll.render_id, "at": str(_stored(poll.next_poll_at)), "failures": poll.failures} for poll in polls]
    if not rows:
        return
    table = Render._meta.db_table
    states = ", ".join(f"'{state}'" for state in AT_GATEWAY)
    if connection.vendor == "postgresql":
        source = "json_to_recordset(%s::json) AS poll(id bigint, at timestamptz, failures int)"
        values = "poll.at, polls = polls + 1, poll_failures = poll.failures"
    else:
        source = (
            "(SELECT value ->> 'id' AS id, value ->> 'at' AS at, value ->> 'failures' AS failures "
            "FROM json_each(%s)) AS poll"
        )
        values = "poll.at, polls = polls + 1, poll_failures = poll.failures"
    sql = (
        f"UPDATE {table} SET next_poll_at = {values} FROM {source} "  # noqa: S608
        f"WHERE {table}.id = poll.id AND state IN ({states})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(rows)])


def next_poll(*, age_seconds: float, base_seconds: float, failures: int = 0) -> datetime:
    """When to look again: briskly while young, then rarer and rarer up to half a minute, never in step."""
    wait = base_seconds if age_seconds < 120 else min(30.0, base_seconds * (1.5 + age_seconds / 600))
    return later(jittered(min(120.0, wait * 2 ** min(failures, 5))))


def record_running(*, render_id: int, progress: int | None, next_poll_at: datetime) -> None:
    """The gateway has started on it, or is further with it."""
    render = Render.objects.get(pk=render_id)
    if render.state == RenderState.WAITING:
        move(
            render=render,
            to=RenderState.RUNNING,
            reason="The gateway has started",
            progress=progress,
            next_poll_at=next_poll_at,
            poll_failures=0,
        )
    elif render.state == RenderState.RUNNING:
        with transaction.atomic():
            Render.objects.filter(pk=render_id).update(progress=progress, next_poll_at=next_poll_at, poll_failures=0)
            if progress is not None and progress - (render.progress or 0) >= PROGRESS_STEP:
                note(render=render, reason=f"{progress} {PROGRESS}")


def record_succeeded(*, render_id: int, video_url: str, billing_id: str) -> None:
    """The video is there: fetch it at once."""
    render = Render.objects.get(pk=render_id)
    if render.state not in AT_GATEWAY:
        return
    with transaction.atomic():
        moved = move(
            render=render,
            to=RenderState.FETCHING,
            reason="Rendered; the file is being fetched",
            result_url=video_url,
            next_poll_at=None,
            claimed_until=None,
            not_before=None,
            tries=0,
            enqueued_at=now(),
        )
        if moved:
            Attempt.objects.filter(render=render, outcome=AttemptOutcome.ACCEPTED).update(billing_id=billing_id)
            enqueue("studio.jobs.ingest.ingest", render_id)


def record_ended(
    *, render_id: int, to: RenderState, reason: str, said: str, meaning: str, advice: str, free: bool
) -> None:
    """The gateway says that there will be no video; `free` when it documents that nothing is charged then."""
    render = Render.objects.get(pk=render_id)
    if render.state not in AT_GATEWAY:
        return
    with transaction.atomic():
        moved = move(
            render=render,
            to=to,
            reason=reason,
            next_poll_at=None,
            error_said=said,
            error_meaning=meaning,
            error_advice=advice,
        )
        if moved and free:
            ledger.release(render=render, note=f"{reason}; the gateway does not charge for this")


def record_key_refused(*, render_id: int, said: str, advice: str, next_poll_at: datetime) -> None:
    """The key may no longer read this task. The task goes on, so this is shown and asked again, not ended."""
    changed = Render.objects.filter(pk=render_id, state__in=AT_GATEWAY).exclude(error_said=said)
    with transaction.atomic():
        if changed.update(
            error_said=said,
            error_meaning="The gateway does not accept the key any more; the render goes on there.",
            error_advice=advice,
        ):
            note(render=Render.objects.get(pk=render_id), reason="The gateway refused the key")
        Render.objects.filter(pk=render_id).update(next_poll_at=next_poll_at)
