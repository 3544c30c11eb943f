"""Which unanswered renders a gateway's own proof may settle, and when to look for it. The looking is the job's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import F, Q, QuerySet

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Attempt, Render
from studio.providers import registry
from studio.providers.provider import Lost
from studio.providers.requests import Dispatch, RenderRequest
from studio.services.queue import enqueue
from studio.services.transitions import note

# How long after the last look the next one comes; the first after what may still be on its way has arrived.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300, 600, 1800, 3600, 3600, 7200, 7200))
BATCH = 50
# Two creates so near to each other may have made a task that could be either's.
NEAR = timedelta(minutes=15)
SECRETS = ("sent_body", "key__secret", "key__management_secret")


@dataclass(frozen=True)
class Look:
    """One look that is to be taken now, by whoever claimed it."""

    render: Render
    attempt: Attempt
    lost: Lost


def reference(*, render_id: int, number: int) -> str:
    """The name of one sending of ours, which goes along as metadata where the gateway keeps some."""
    return f"rushes-{render_id}-{number}"


def ask_for_due() -> int:
    """Ask for a look at every unanswered render whose gateway documents a proof and whose pause is over."""
    waiting = _unanswered().select_related("render", "key").filter(looks__lt=len(PAUSES)).order_by("pk")
    # Counted afterwards: those that wait for a person, for ever perhaps, must not stand before the others.
    found = (attempt for attempt in waiting.defer(*SECRETS) if _is_provable(attempt) and _is_due(attempt))
    due = list(islice(found, BATCH))
    for attempt in due:
        enqueue("studio.jobs.confirm.confirm", attempt.render_id)
    return len(due)


def is_provable(render: Render) -> bool:
    """Whether the studio goes on looking for proof by itself."""
    unanswered = render.attempts.filter(outcome=AttemptOutcome.UNKNOWN).select_related("render", "key")
    attempt = unanswered.defer(*SECRETS).first()
    return attempt is not None and attempt.looks < len(PAUSES) and _is_provable(attempt)


def claim_look(*, render_id: int) -> Look | None:
    """Take the next look upon oneself: of two workers one gets it, the other None."""
    found = _unanswered().filter(render_id=render_id)
    attempt = found.select_related("render", "key", "retired").first()
    if attempt is None or not _is_provable(attempt) or not _is_due(attempt):
        return None
    mine = Attempt.objects.filter(pk=attempt.pk, looks=attempt.looks, looked_at=attempt.looked_at)
    if not mine.update(looks=F("looks") + 1, looked_at=now()):
        return None
    return Look(attempt.render, attempt, _lost(attempt))


def has_rival(look: Look) -> bool:
    """Whether a sending of the same seed is still unanswered, be it one that began after the list was read."""
    by_list = registry.get(look.render.provider).draws_seed
    return by_list and look.lost.dispatch.seed in _rivals(look.attempt)


def record_nothing_found(*, render: Render, attempt: Attempt, said: str) -> None:
    """Say in the history what the look has shown: at the first, at the first for each claim, and at the last."""
    render.refresh_from_db()
    if render.state != RenderState.UNCONFIRMED:
        return
    if attempt.claimed_id and attempt.looked_at is None:
        words = english(
            "A call named the task %(claimed_id)s; that is not certain yet. %(said)s",
            claimed_id=attempt.claimed_id[:60],
            said=said,
        )
        note(render=render, reason=words.strip())
    elif attempt.looks == 0:
        note(
            render=render,
            reason=(english("Looked for it at the gateway; nothing certain yet. %(said)s", said=said)).strip(),
        )
    elif attempt.looks + 1 >= len(PAUSES):
        note(
            render=render,
            reason=(english("Not found at the gateway so far; a person has to settle it. %(said)s", said=said)).strip(),
        )


def _unanswered() -> QuerySet[Attempt]:
    """Also one that a person has given up, once a call says that it was made after all."""
    given_up = Q(render__state=RenderState.FAILED) & ~Q(claimed_id="")
    return Attempt.objects.filter(Q(render__state=RenderState.UNCONFIRMED) | given_up, outcome=AttemptOutcome.UNKNOWN)


def _is_provable(attempt: Attempt) -> bool:
    gateway, place = registry.get(attempt.render.provider), (attempt.base_url, attempt.route)
    if attempt.looks >= len(PAUSES) or not gateway.proves(*place):
        return False
    if gateway.proves_claims_only and not attempt.claimed_id:
        return False
    # A replay makes the task if it never arrived, so it goes out only where a take may be sent.
    is_wanted = attempt.key.paused_at is None and attempt.render.cancel_asked_at is None
    return is_wanted or not gateway.keeps_body(*place)


def next_look(attempt: Attempt) -> datetime | None:
    """When the studio looks for it by itself again; None when nobody but a person does. No query is made."""
    return _due_at(attempt) if attempt.outcome == AttemptOutcome.UNKNOWN and _is_provable(attempt) else None


def _is_due(attempt: Attempt) -> bool:
    return _due_at(attempt) <= now()


def _due_at(attempt: Attempt) -> datetime:
    since = attempt.looked_at or attempt.answered_at or attempt.created_at
    if since > (moment := now()):
        # From before the clock was set back.
        return moment
    return since + PAUSES[min(attempt.looks, len(PAUSES) - 1)]


def _lost(attempt: Attempt) -> Lost:
    others = Attempt.objects.filter(render__provider=attempt.render.provider).exclude(remote_id="")
    return Lost(
        request=RenderRequest.from_json(attempt.render.spec),
        dispatch=Dispatch(
            route=attempt.route,
            reference=reference(render_id=attempt.render_id, number=attempt.number),
            idempotency_key=attempt.idempotency_key,
            seed=_seed_of(attempt),
        ),
        sent_at=attempt.created_at,
        body=attempt.sent_body.encode(),
        known_ids=frozenset(
            others.filter(created_at__gte=attempt.created_at - timedelta(days=1)).values_list("remote_id", flat=True)
        ),
        claimed_id=attempt.claimed_id,
        rivals=_rivals(attempt),
    )


def _rivals(attempt: Attempt) -> tuple[int | None, ...]:
    """The seeds of the other sendings that nobody has an answer to: a listed task may as well be theirs."""
    unanswered = Attempt.objects.filter(
        outcome__in=(AttemptOutcome.SENDING, AttemptOutcome.UNKNOWN),
        render__provider=attempt.render.provider,
        render__model=attempt.render.model,
        render__state__in=(RenderState.SUBMITTING, RenderState.UNCONFIRMED),
        created_at__range=(attempt.created_at - NEAR, attempt.created_at + NEAR),
    )
    return tuple(_seed_of(other) for other in unanswered.exclude(pk=attempt.pk).defer("sent_body"))


def _seed_of(attempt: Attempt) -> int | None:
    seed = attempt.request.get("seed")
    return seed if isinstance(seed, int) else None
