"""The sweep: finds what a dead worker, a lost hint or a restart left behind, and sets it going again."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from studio.choices import AT_GATEWAY, AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.models import Asset, Output, Render
from studio.services.assets import PREPARATION_TRIES
from studio.services.attempts import record_unknown
from studio.services.outputs import PICTURES_TRIES
from studio.services.queue import enqueue

# A hint this old was lost, or its worker died with it; a second hint for the same render is harmless.
HINT_LIFE = timedelta(seconds=45)
BATCH = 200


def sweep() -> dict[str, int]:
    """Mend everything once; returns how many of each were found."""
    return {
        "unconfirmed": _give_up_dead_submits(),
        "submits": _send_again(RenderState.QUEUED, "studio.jobs.submit.submit"),
        "fetches": _send_again(RenderState.FETCHING, "studio.jobs.ingest.ingest"),
        "polls": _poll_forgotten(),
        "assets": _prepare_forgotten(),
        "pictures": _picture_forgotten(),
    }


def _give_up_dead_submits() -> int:
    dead = Render.objects.filter(state=RenderState.SUBMITTING, claimed_until__lt=now())[:BATCH]
    for render in dead:
        attempt = render.attempts.filter(outcome=AttemptOutcome.SENDING).first()
        if attempt is None:
            continue
        record_unknown(
            attempt=attempt,
            said="",
            meaning="The worker stopped while this was being sent. The gateway may have started, and may charge.",
            advice="Look at the gateway's own task list before asking for the take again.",
        )
    return len(dead)


def _send_again(state: RenderState, dotted: str) -> int:
    moment = now()
    forgotten = Render.objects.filter(
        Q(enqueued_at=None) | Q(enqueued_at__lt=moment - HINT_LIFE),
        Q(not_before=None) | Q(not_before__lte=moment),
        Q(claimed_until=None) | Q(claimed_until__lt=moment),
        state=state,
    )
    ids = list(forgotten.values_list("pk", flat=True)[:BATCH])
    for pk in ids:
        enqueue(dotted, pk)
    Render.objects.filter(pk__in=ids, state=state).update(enqueued_at=moment)
    return len(ids)


def _poll_forgotten() -> int:
    """A render at the gateway without a next poll would wait for ever."""
    return Render.objects.filter(state__in=AT_GATEWAY, next_poll_at=None).update(next_poll_at=now())


def _prepare_forgotten() -> int:
    waiting = Asset.objects.unprepared().filter(
        created_at__lt=now() - HINT_LIFE, preparation_tries__lt=PREPARATION_TRIES, preparation_error=""
    )
    ids = list(waiting.values_list("pk", flat=True)[:20])
    for pk in ids:
        enqueue("studio.jobs.posters.prepare_asset", pk)
    return len(ids)


def _picture_forgotten() -> int:
    bare = Output.objects.filter(poster="", pictures_tries__lt=PICTURES_TRIES, created_at__lt=now() - HINT_LIFE)
    ids = list(bare.values_list("render_id", flat=True)[:20])
    for pk in ids:
        enqueue("studio.jobs.posters.picture_take", pk)
    return len(ids)
