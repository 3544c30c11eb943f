"""Sends one render to its gateway, once. Safe to run twice: only the run that claims the render sends."""

from __future__ import annotations

import logging

from studio.choices import RenderState
from studio.jobs.deliveries import deliver
from studio.jobs.gateways import client, connection_of_key, poll_seconds
from studio.lib.masking import redact_request
from studio.models import Attempt, Render
from studio.providers import registry
from studio.providers.errors import NotSent, ProviderError, Retryable, Unknown
from studio.providers.http import Connection
from studio.providers.requests import RenderRequest
from studio.services import attempts
from studio.services.requests import capability_of, find_problems

log = logging.getLogger(__name__)


def submit(render_id: int) -> None:
    """Check once more, claim, send, and write down what came of it."""
    render = Render.objects.select_related("key", "project", "source_take__key").get(pk=render_id)
    if render.state != RenderState.QUEUED:
        return
    request = RenderRequest.from_json(render.spec)
    # Copies for the gateway are made before the claim, so that hardly a moment lies between claim and sending.
    urls = deliver(render, request)
    if _refused(render, request):
        return
    try:
        connection = connection_of_key(render.key)
    except ValueError as error:
        attempts.refuse_unsent(render=render, meaning=str(error), advice="An admin has to correct the key.")
        return
    body = registry.get(render.provider).body(request, urls)
    attempt = attempts.begin_attempt(render=render, request_record=redact_request(body))
    if attempt is not None:
        _send(attempt, connection, request, urls)


def _refused(render: Render, request: RenderRequest) -> bool:
    capability = capability_of(request.provider, request.model)
    if capability is None:
        attempts.refuse_unsent(
            render=render,
            meaning=f"The studio no longer knows the model {request.model}. Nothing was sent.",
            advice="Choose another model.",
        )
        return True
    found = find_problems(capability=capability, request=request, key=render.key, source_take=render.source_take)
    if found:
        attempts.refuse_unsent(
            render=render,
            meaning=" ".join(problem.message for problem in found),
            advice="Change that and render again. Nothing was sent, and nothing is charged.",
        )
    return bool(found)


def _send(attempt: Attempt, connection: Connection, request: RenderRequest, urls: dict[int, str]) -> None:
    adapter = registry.get(connection.provider).adapter
    try:
        created = adapter.create(client(), connection, request, urls)
    except ProviderError as error:
        _record_error(attempt, error)
    except Exception:
        # Whatever broke here broke after the claim, so the request may be on its way.
        log.exception("take %s: sending broke off", attempt.render_id)
        attempts.record_unknown(
            attempt=attempt,
            said="",
            meaning="The studio failed while sending. The gateway may have started, and may charge.",
            advice="Look at the gateway's own task list before asking for the take again.",
        )
    else:
        attempts.record_accepted(
            attempt=attempt,
            remote_id=created.remote_id,
            poll_url=created.poll_url,
            answer=created.status.word,
            first_poll_seconds=poll_seconds(connection.provider, attempt.base_url),
        )


def _record_error(attempt: Attempt, error: ProviderError) -> None:
    log.warning("take %s: %s", attempt.render_id, error)
    words = {"said": error.said, "meaning": error.meaning, "advice": error.advice}
    if isinstance(error, Unknown):
        attempts.record_unknown(attempt=attempt, **words)
    elif isinstance(error, NotSent):
        attempts.record_not_sent(attempt=attempt, **words)
    elif isinstance(error, Retryable) and attempts.record_postponed(
        attempt=attempt, said=error.said, seconds=error.retry_after or 10.0
    ):
        return
    else:
        attempts.record_refused(attempt=attempt, **words)
