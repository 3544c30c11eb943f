"""Asks a gateway to cancel, and then believes only what the task's status says."""

from __future__ import annotations

import logging

from studio.choices import AT_GATEWAY, AttemptOutcome
from studio.jobs.gateways import client, connection_of_attempt
from studio.jobs.statuses import apply_status
from studio.lib.clock import later
from studio.models import Render
from studio.providers import registry
from studio.providers.answers import CancelKind
from studio.providers.errors import ProviderError
from studio.services.transitions import note

log = logging.getLogger(__name__)

WORDS = {
    CancelKind.CANCELLED: "The gateway cancelled it.",
    CancelKind.TOO_LATE: "Too late to cancel: the gateway had already started.",
    CancelKind.UNSUPPORTED: "The gateway cannot cancel this; it goes on.",
    CancelKind.UNKNOWN: "The gateway's answer to the cancel was not clear.",
}


def cancel(render_id: int) -> None:
    """Send the wish for a cancelled render; safe to run twice, since the gateway decides."""
    render = Render.objects.get(pk=render_id)
    attempt = render.attempts.filter(outcome=AttemptOutcome.ACCEPTED).select_related("key").first()
    if attempt is None or render.state not in AT_GATEWAY:
        return
    adapter = registry.get(render.provider).adapter
    connection = connection_of_attempt(attempt)
    try:
        answer = adapter.cancel(client(), connection, attempt.remote_id)
        note(render=render, reason=" ".join([WORDS[answer.kind], answer.said]).strip())
        status = adapter.status(client(), connection, attempt.remote_id, attempt.poll_url)
    except ProviderError as error:
        log.warning("take %s: cancel: %s", render_id, error)
        note(render=render, reason=f"Cancel could not be asked for: {error.said or error.meaning}"[:500])
        return
    apply_status(
        provider=render.provider,
        render_id=render_id,
        state=render.state,
        status=status,
        next_poll_at=later(3),
    )
