"""Asks a gateway to cancel, and then believes only what the task's status says."""

from __future__ import annotations

import logging

from studio.choices import AT_GATEWAY, AttemptOutcome
from studio.jobs.gateways import client, connection_of_attempt
from studio.jobs.statuses import apply_status
from studio.lib.clock import later
from studio.lib.english import english
from studio.models import Attempt, Render
from studio.models.encryption import UnreadableSecret
from studio.providers import registry
from studio.providers.answers import NO_VIDEO_CODE, CancelAnswer, CancelKind
from studio.providers.errors import BadKey, ProviderError
from studio.services import cancelling, fairness, key_refusals

log = logging.getLogger(__name__)

WORDS = {
    CancelKind.CANCELLED: english("The gateway cancelled it."),
    CancelKind.TOO_LATE: english("Too late to cancel: the gateway had already started."),
    CancelKind.UNSUPPORTED: english("The gateway cannot cancel this; it goes on."),
    CancelKind.UNKNOWN: english("The gateway's answer to the cancel was not clear."),
}


def cancel(render_id: int) -> None:
    """Send the wish for a cancelled render; safe to run twice, since the gateway decides."""
    render = Render.objects.get(pk=render_id)
    attempt = render.attempts.filter(outcome=AttemptOutcome.ACCEPTED).select_related("key", "retired").first()
    if attempt is None or render.state not in AT_GATEWAY or render.cancel_answered_at is not None:
        # While it is still being sent, the wish follows as soon as the gateway has taken it.
        return
    with fairness.turn(base_url=attempt.base_url) as is_mine:
        if is_mine:
            _ask(render, attempt)
        else:
            cancelling.ask_again_soon(render=render)


def _ask(render: Render, attempt: Attempt) -> None:
    try:
        answer = registry.get(render.provider).adapter.cancel(
            client(), connection_of_attempt(attempt), attempt.remote_id
        )
    except ProviderError as error:
        if isinstance(error, BadKey) and error.is_revocation:
            key_refusals.fall_back(attempt_id=attempt.pk)
        _not_asked(render, error.said or error.meaning)
    except (ValueError, UnreadableSecret) as error:
        _not_asked(render, str(error))
    else:
        cancelling.record_answer(
            render=render, reason=f"{WORDS[answer.kind]} {answer.said}".strip(), clear=answer.kind != CancelKind.UNKNOWN
        )
        _read_status(render, attempt, answer)


def _not_asked(render: Render, why: str) -> None:
    log.warning("take %s: cancel: %s", render.pk, why)
    cancelling.record_answer(
        render=render, reason=english("Cancel could not be asked for yet: %(why)s", why=why), clear=False
    )


def _read_status(render: Render, attempt: Attempt, answer: CancelAnswer) -> None:
    """What the task's own status says is what counts; when it cannot be read now, the tracker reads it."""
    if answer.kind == CancelKind.UNSUPPORTED:
        return
    adapter = registry.get(render.provider).adapter
    try:
        status = adapter.status(client(), connection_of_attempt(attempt), attempt.remote_id, attempt.poll_url)
    except ProviderError as error:
        log.warning("take %s: after the cancel: %s", render.pk, error)
        return
    if status.error_code == NO_VIDEO_CODE:
        # One reading proves nothing; the tracker reads it again.
        return
    apply_status(
        provider=render.provider,
        render_id=render.pk,
        state=render.state,
        status=status,
        next_poll_at=later(3),
    )
