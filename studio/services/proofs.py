"""Which unanswered renders a gateway's own proof may settle, and when to look for it. The looking is the job's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.models import Attempt, Render
from studio.providers import registry
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from studio.services.queue import enqueue
from studio.services.transitions import note

# How long after the last look the next one comes; the first after what may still be on its way has arrived.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300, 600, 1800, 3600, 3600, 7200, 7200))
BATCH = 50


@dataclass(frozen=True)
class Look:
    """One look that is to be taken now, by whoever claimed it."""

    render: Render
    attempt: Attempt
    lost: Lost


def ask_for_due() -> int:
    """Ask for a look at every unanswered render whose gateway documents a proof and whose pause is over."""
    unanswered = Attempt.objects.filter(outcome=AttemptOutcome.UNKNOWN, render__state=RenderState.UNCONFIRMED)
    waiting = unanswered.select_related("render").filter(looks__lt=len(PAUSES)).order_by("pk")[:BATCH]
    due = [attempt for attempt in waiting if _is_provable(attempt) and _is_due(attempt)]
    for attempt in due:
        enqueue("studio.jobs.confirm.confirm", attempt.render_id)
    return len(due)


def is_provable(render: Render) -> bool:
    """Whether the studio goes on looking for proof by itself."""
    attempt = render.attempts.filter(outcome=AttemptOutcome.UNKNOWN).first()
    return attempt is not None and attempt.looks < len(PAUSES) and _is_provable(attempt)


def claim_look(*, render_id: int) -> Look | None:
    """Take the next look upon oneself: of two workers one gets it, the other None."""
    found = Attempt.objects.filter(
        render_id=render_id, outcome=AttemptOutcome.UNKNOWN, render__state=RenderState.UNCONFIRMED
    )
    attempt = found.select_related("render", "key", "retired").first()
    if attempt is None or not _is_provable(attempt) or not _is_due(attempt):
        return None
    mine = Attempt.objects.filter(pk=attempt.pk, looks=attempt.looks, looked_at=attempt.looked_at)
    if not mine.update(looks=F("looks") + 1, looked_at=now()):
        return None
    return Look(attempt.render, attempt, _lost(attempt))


def record_nothing_found(*, render: Render, attempt: Attempt, said: str) -> None:
    """Say in the history what the look has shown: once at the first and once at the last, not at each."""
    render.refresh_from_db()
    if render.state != RenderState.UNCONFIRMED:
        return
    if attempt.looks == 0:
        note(render=render, reason=f"Looked for it at the gateway; nothing certain yet. {said}".strip())
    elif attempt.looks + 1 >= len(PAUSES):
        note(render=render, reason=f"Not found at the gateway so far; a person has to settle it. {said}".strip())


def _is_provable(attempt: Attempt) -> bool:
    if attempt.looks >= len(PAUSES):
        return False
    return registry.get(attempt.render.provider).proves(attempt.base_url, attempt.route)


def _is_due(attempt: Attempt) -> bool:
    since = attempt.looked_at or attempt.answered_at or attempt.created_at
    return since + PAUSES[min(attempt.looks, len(PAUSES) - 1)] <= now()


def _lost(attempt: Attempt) -> Lost:
    others = Attempt.objects.filter(render__provider=attempt.render.provider).exclude(remote_id="")
    seed = attempt.request.get("seed")
    return Lost(
        request=RenderRequest.from_json(attempt.render.spec),
        dispatch=Dispatch(
            route=attempt.route,
            idempotency_key=attempt.idempotency_key,
            seed=seed if isinstance(seed, int) else None,
        ),
        sent_at=attempt.created_at,
        body=attempt.sent_body.encode(),
        known_ids=frozenset(
            others.filter(created_at__gte=attempt.created_at - timedelta(days=1)).values_list("remote_id", flat=True)
        ),
    )
