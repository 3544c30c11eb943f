"""Sends one render to its gateway, once. Safe to run twice: only the run that claims the render sends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections

from studio.choices import RenderState
from studio.jobs.gateways import client, poll_seconds
from studio.jobs.parcels import Parcel, pack
from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.masking import holds, mask
from studio.models import Attempt, Render
from studio.providers import registry
from studio.providers.answers import Created
from studio.providers.errors import BadKey, NotSent, ProviderError, Retryable, Unknown
from studio.services import acceptances, attempts, fairness, unsent

log = logging.getLogger(__name__)

# How long the gateway's answer is held while the database is away, in seconds between the tries.
PATIENCE = (1, 2, 5, 10, 20, 30)
# Two writes must be over before the queue ends the job, the one under way and the last: SQLite's time-out for each.
LAST_WRITE_SECONDS = 100
NO_NAME = {
    "meaning": english(
        "The gateway accepted the request, but its answer names no task, so the take cannot be followed."
    ),
    "advice": english("It may be charged. Look at the gateway's own task list before asking for the take again."),
}


def submit(render_id: int) -> None:
    """Check once more, claim, send, and write down what came of it."""
    until = time.monotonic() + settings.Q_CLUSTER["timeout"] - LAST_WRITE_SECONDS
    render = Render.objects.select_related("key", "project", "source_take__key").get(pk=render_id)
    if render.state != RenderState.QUEUED or (render.not_before and render.not_before > now()):
        return
    with fairness.turn(base_url=render.key.base_url) as is_mine:
        if not is_mine:
            fairness.wait(render=render)
            return
        _submit(render, until)
    fairness.call_next(base_url=render.key.base_url)


def _submit(render: Render, until: float) -> None:
    try:
        # Asked once more under the lock; here it spares the making ready.
        parcel = None if attempts.must_wait(render=render, key=render.key) else pack(render)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("take %s: could not be made ready for sending", render.pk)
        kind = type(error).__name__
        unsent.record_stumble(
            render=render, meaning=english("The studio could not make the request ready (%(kind)s).", kind=kind)
        )
        return
    if parcel is None:
        return
    attempt = attempts.begin_attempt(render=render, packed=parcel.packed)
    if attempt is not None:
        _send(attempt, parcel, until)


def _send(attempt: Attempt, parcel: Parcel, until: float) -> None:
    adapter = registry.get(parcel.connection.provider).adapter
    try:
        created = adapter.create(client(), parcel.connection, parcel.request, parcel.urls, parcel.dispatch)
    except ProviderError as error:
        failure = error
        _patiently(lambda: _record_error(attempt, failure), until)
    except Exception:
        # Whatever broke here broke after the claim, so the request may be on its way.
        log.exception("take %s: sending broke off", attempt.render_id)
        _patiently(
            lambda: attempts.record_unknown(
                attempt=attempt,
                said="",
                meaning=english("The studio failed while sending. The gateway may have started, and may charge."),
                advice=english("Look at the gateway's own task list before asking for the take again."),
            ),
            until,
        )
    else:
        if holds(created.remote_id, parcel.connection.secret):
            # Kept as a task's name, the key would be on every page of the take.
            _patiently(lambda: attempts.record_unknown(attempt=attempt, said="", **NO_NAME), until)
            return
        _record_created(attempt, _without(parcel.connection.secret, created), until)


def _without(secret: str, created: Created) -> Created:
    """Adapters mask what they read; what is stored is looked at once more, whoever wrote the adapter."""
    poll_url = "" if holds(created.poll_url, secret) else created.poll_url
    return replace(
        created, poll_url=poll_url, status=replace(created.status, word=mask(created.status.word, secret)[:100])
    )


def _record_created(attempt: Attempt, created: Created, until: float) -> None:
    try:
        _patiently(
            lambda: acceptances.record_accepted(
                attempt=attempt,
                remote_id=created.remote_id,
                poll_url=created.poll_url,
                answer=created.status.word,
                first_poll_seconds=poll_seconds(attempt.key.provider, attempt.base_url),
                charge=created.charge,
            ),
            until,
            english(
                "take %(render_id)s, the gateway's task %(remote_id)s",
                render_id=attempt.render_id,
                remote_id=created.remote_id,
            ),
        )
    except Exception:
        # The log is the last place where the name of a paid task can be kept.
        log.critical("take %s: the gateway's task %s could not be stored", attempt.render_id, created.remote_id)
        raise


def _patiently(write: Callable[[], None], until: float, what: str = "an answer") -> None:
    """What the gateway said is known only here, so a database that is away for a while must not lose it."""
    for seconds in PATIENCE:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            log.warning("the database does not take %s yet: %s", what, type(error).__name__)
            if time.monotonic() + seconds > until:
                break
            time.sleep(seconds)
            close_old_connections()
    return write()


def _record_error(attempt: Attempt, error: ProviderError) -> None:
    log.warning("take %s: %s", attempt.render_id, error)
    words = {"said": error.said, "meaning": error.meaning, "code": error.code}
    if isinstance(error, BadKey):
        attempts.record_bad_key(attempt=attempt, **words)
        return
    words["advice"] = error.advice
    if isinstance(error, Unknown):
        attempts.record_unknown(attempt=attempt, **words)
    elif isinstance(error, NotSent):
        attempts.record_not_sent(attempt=attempt, **words)
    elif isinstance(error, Retryable) and attempts.record_postponed(
        attempt=attempt, said=error.said, seconds=10.0 if error.retry_after is None else max(error.retry_after, 1.0)
    ):
        return
    else:
        attempts.record_refused(attempt=attempt, **words)
