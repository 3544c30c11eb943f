"""Sends one render to its gateway, once. Safe to run twice: only the run that claims the render sends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections

from studio.choices import RenderState
from studio.jobs.deliveries import deliver
from studio.jobs.gateways import client, connection_of_key, poll_seconds
from studio.lib.clock import now
from studio.lib.masking import redact_request
from studio.media.errors import Rejected
from studio.models import Attempt, Render
from studio.models.encryption import UnreadableSecret
from studio.providers import registry
from studio.providers.answers import Created
from studio.providers.errors import NotSent, ProviderError, Retryable, Unknown
from studio.providers.http import Connection
from studio.providers.requests import Dispatch, RenderRequest
from studio.services import attempts
from studio.services.requests import capability_of, find_problems

log = logging.getLogger(__name__)

# How long the gateway's answer is held while the database is away, in seconds between the tries.
PATIENCE = (1, 2, 5, 10, 20, 30)
# The last write must be over before the queue ends the job: a database may take so long to say no.
LAST_WRITE_SECONDS = 60


@dataclass(frozen=True)
class Parcel:
    """All that is needed to send a render, made before it is claimed."""

    connection: Connection
    request: RenderRequest
    urls: dict[int, str]
    record: dict[str, Any]


def submit(render_id: int) -> None:
    """Check once more, claim, send, and write down what came of it."""
    until = time.monotonic() + settings.Q_CLUSTER["timeout"] - LAST_WRITE_SECONDS
    render = Render.objects.select_related("key", "project", "source_take__key").get(pk=render_id)
    if render.state != RenderState.QUEUED or (render.not_before and render.not_before > now()):
        return
    try:
        parcel = _packed(render)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("take %s: could not be made ready for sending", render_id)
        kind = type(error).__name__
        attempts.record_stumble(render=render, meaning=f"The studio could not make the request ready ({kind}).")
        return
    if parcel is None:
        return
    attempt = attempts.begin_attempt(render=render, request_record=parcel.record)
    if attempt is not None:
        _send(attempt, parcel, until)


def _packed(render: Render) -> Parcel | None:
    """Everything for sending, so that hardly a moment lies between claim and sending; None when it was refused."""
    request = RenderRequest.from_json(render.spec)
    if reason := _reason_against(render, request):
        attempts.refuse_unsent(
            render=render, meaning=reason, advice="Change that and render again. Nothing was sent or charged."
        )
        return None
    try:
        connection = connection_of_key(render.key)
    except (ValueError, UnreadableSecret) as error:
        attempts.refuse_unsent(render=render, meaning=str(error), advice="An admin has to correct the key.")
        return None
    try:
        urls = deliver(render, request)
    except (Rejected, FileNotFoundError) as error:
        attempts.refuse_unsent(render=render, meaning=_without_path(error), advice="Upload the reference again.")
        return None
    body = registry.get(render.provider).body(request, urls, Dispatch())
    return Parcel(connection, request, urls, redact_request(body, connection.secret))


def _without_path(error: Rejected | FileNotFoundError) -> str:
    return str(error) if isinstance(error, Rejected) else "The file of a reference is no longer in the studio."


def _reason_against(render: Render, request: RenderRequest) -> str:
    """Why this may not be sent now, or nothing."""
    if render.key.paused_at is not None:
        return f"The key “{render.key.label}” was paused before this was sent."
    capability = capability_of(request.provider, request.model)
    if capability is None:
        return f"The studio no longer knows the model {request.model}."
    found = find_problems(capability=capability, request=request, key=render.key, source_take=render.source_take)
    return " ".join(problem.message for problem in found)


def _send(attempt: Attempt, parcel: Parcel, until: float) -> None:
    adapter = registry.get(parcel.connection.provider).adapter
    try:
        created = adapter.create(client(), parcel.connection, parcel.request, parcel.urls)
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
                meaning="The studio failed while sending. The gateway may have started, and may charge.",
                advice="Look at the gateway's own task list before asking for the take again.",
            ),
            until,
        )
    else:
        _record_created(attempt, created, until)


def _record_created(attempt: Attempt, created: Created, until: float) -> None:
    try:
        _patiently(
            lambda: attempts.record_accepted(
                attempt=attempt,
                remote_id=created.remote_id,
                poll_url=created.poll_url,
                answer=created.status.word,
                first_poll_seconds=poll_seconds(attempt.key.provider, attempt.base_url),
            ),
            until,
            f"take {attempt.render_id}, the gateway's task {created.remote_id}",
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
    words = {"said": error.said, "meaning": error.meaning, "advice": error.advice}
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
