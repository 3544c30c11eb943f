"""One poll: asks a gateway how one task stands, and says what that means for the render. No loop lives here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from studio.choices import RenderState
from studio.jobs.gateways import Connections, poll_seconds
from studio.jobs.statuses import apply_status, brings_news
from studio.lib.clock import later, now
from studio.lib.english import english
from studio.providers import registry
from studio.providers.answers import NO_VIDEO_CODE, RemoteState, RemoteStatus
from studio.providers.errors import BadKey, NotFound, ProviderError, Retryable
from studio.services import key_refusals, polling, statuses
from studio.services.polling import Due, Postponed

log = logging.getLogger(__name__)

# How often a task may be unknown before anybody is told: right after a create that is lag.
LAG_POLLS = 3
# And for how long before it counts as lost: gateways have bad hours, and what is paid for is not dropped in one.
LOST_AFTER = timedelta(hours=6)
# The hours alone prove nothing when the studio was away for them.
LOST_POLLS = 30
# So many looks in a row without an answer are no bad moment any more, and whoever waits is told.
SILENT_POLLS = 5
# A task may be called done a little before its file is named.
NO_FILE_AFTER = timedelta(minutes=5)
NO_FILE_POLLS = 5
# Nothing is sent then, and only an admin can change it.
UNASKABLE_SECONDS = 60.0

# What a poll leads to: a render to be looked at again, or something to write down.
Outcome = Postponed | Callable[[], None]


async def poll(client: httpx.AsyncClient, due: Due, connections: Connections) -> tuple[Outcome, float]:
    """What to do about `due`, and for how many seconds the gateway wants to be left alone."""
    if due.problem:
        return _trouble(due, due.problem), 0
    try:
        gateway = connections.get(provider=due.provider, base_url=due.base_url, secret=due.secret, route=due.route)
    except ValueError as error:
        return _trouble(due, str(error)), 0
    adapter = registry.get(due.provider).adapter
    try:
        status = await adapter.status_async(client, gateway, due.remote_id, due.poll_url)
    except ProviderError as error:
        pause = (error.retry_after or 0.0) if isinstance(error, Retryable) and error.status == 429 else 0.0
        return _failed(due, error), pause
    return _answered(due, status), 0


def _answered(due: Due, status: RemoteStatus) -> Outcome:
    if status.error_code == NO_VIDEO_CODE and not _has_waited_for_file(due):
        return _no_file_yet(due)
    again = polling.next_poll(
        age_seconds=due.age_seconds,
        base_seconds=poll_seconds(due.provider, due.base_url),
        progress=status.progress if status.state == RemoteState.RUNNING else None,
    )
    news = brings_news(state=due.state, progress=due.progress, status=status)
    if not due.troubled:
        if not news:
            return _nothing_final(due, Postponed(due.render_id, again))
        if due.state == RenderState.RUNNING and not status.has_ended:
            # Far the most frequent news, so it is written down with many others at once.
            note = statuses.progress_note(before=due.progress, after=status.progress)
            return Postponed(due.render_id, again, progress=status.progress, note=note)

    def write() -> None:
        if due.troubled:
            statuses.record_recovered(render_id=due.render_id)
        if not news:
            polling.postpone(polls=[Postponed(due.render_id, again)])
        apply_status(
            provider=due.provider,
            render_id=due.render_id,
            state=due.state,
            progress=due.progress,
            status=status,
            next_poll_at=again,
        )

    return write


def _failed(due: Due, error: ProviderError) -> Outcome:
    failures = due.failures + 1
    if isinstance(error, BadKey):
        refusal = error
        return lambda: key_refusals.record_refused_look(
            render_id=due.render_id,
            attempt_id=due.attempt_id,
            key_version=due.key_version,
            said=refusal.said,
            meaning=refusal.meaning,
            is_revocation=refusal.is_revocation,
            failures=due.failures,
        )
    if isinstance(error, NotFound) and failures >= LAG_POLLS:
        return _unknown(due, error, failures)
    base = poll_seconds(due.provider, due.base_url)
    again = polling.next_poll(age_seconds=due.age_seconds, base_seconds=base, failures=failures)
    if isinstance(error, Retryable) and error.retry_after:
        again = max(again, later(error.retry_after))
    if failures >= SILENT_POLLS and not due.troubled:
        return _silent(due, error, again, failures)
    return Postponed(due.render_id, again, failures)


def _silent(due: Due, error: ProviderError, again: datetime, failures: int) -> Outcome:
    return lambda: statuses.record_trouble(
        render_id=due.render_id,
        reason=english("The gateway does not answer"),
        said=error.said,
        meaning=english("The gateway cannot be asked how it stands. It may well go on there, and it is asked again."),
        advice="",
        next_poll_at=again,
        failures=failures,
    )


def _unknown(due: Due, error: ProviderError, failures: int) -> Outcome:
    if due.unknown_since is not None and now() - due.unknown_since > LOST_AFTER and failures >= LOST_POLLS:
        return _give_up(due, error.said, english("The gateway has not known this task for hours."))
    base = poll_seconds(due.provider, due.base_url)
    again = polling.next_poll(age_seconds=due.age_seconds, base_seconds=base, failures=failures)
    return lambda: statuses.record_trouble(
        render_id=due.render_id,
        reason=english("The gateway does not know the task"),
        said=error.said,
        meaning=english("The gateway does not know this task at present. It is asked again."),
        advice=english("If this lasts, look at the gateway's own list of tasks."),
        next_poll_at=again,
        failures=failures,
        unknown=True,
    )


def _has_waited_for_file(due: Due) -> bool:
    since = due.no_file_since
    return since is not None and now() - since >= NO_FILE_AFTER and due.failures + 1 >= NO_FILE_POLLS


def _no_file_yet(due: Due) -> Outcome:
    again = polling.next_poll(age_seconds=due.age_seconds, base_seconds=poll_seconds(due.provider, due.base_url))
    return lambda: statuses.record_trouble(
        render_id=due.render_id,
        reason=english("Done at the gateway, but no file is named yet"),
        said="",
        meaning=english("The gateway says that it is done but names no file yet. It is asked again."),
        advice="",
        next_poll_at=again,
        failures=1 if due.no_file_since is None else due.failures + 1,
        no_file=True,
    )


def _trouble(due: Due, meaning: str) -> Outcome:
    return lambda: statuses.record_trouble(
        render_id=due.render_id,
        reason=english("The task cannot be followed"),
        said="",
        meaning=meaning,
        advice=english("An admin has to correct the key."),
        next_poll_at=later(UNASKABLE_SECONDS),
        failures=due.failures,
    )


def _nothing_final(due: Due, again: Postponed) -> Outcome:
    """Only an answer that was read may end the waiting; a failed look proves nothing, however old the task is."""
    if due.age_seconds > polling.TRACKING_CAP_SECONDS:
        return _give_up(due, "", english("The gateway has said nothing final for three days."))
    return again


def _give_up(due: Due, said: str, meaning: str) -> Outcome:
    return lambda: statuses.record_ended(
        render_id=due.render_id,
        to=RenderState.EXPIRED,
        reason=english("Given up on"),
        said=said,
        meaning=meaning,
        advice=english("It may still be charged: look at the gateway's own list before asking again."),
        free=False,
    )
