"""The sweep: finds what a dead worker, a lost hint or a restart left behind, and sets it going again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from studio.choices import AT_GATEWAY, AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.lib.english import english
from studio.lib.holders import is_gone
from studio.models import Asset, Output, Render
from studio.services import (
    bulk,
    clock_jumps,
    dispatches,
    exports,
    key_limits,
    key_secrets,
    leases,
    previews,
    proofs,
    queue,
)
from studio.services.acceptances import adopt, adopt_late
from studio.services.assets import PREPARATION_TRIES
from studio.services.attempts import record_unknown
from studio.services.broker import private_key
from studio.services.outputs import PICTURES_TRIES
from studio.services.queue import enqueue

# A hint this old was lost, or its worker died with it; a second hint for the same render is harmless.
HINT_LIFE = timedelta(seconds=45)
BATCH = 200
CLAIMED = (RenderState.SUBMITTING, RenderState.FETCHING)


def revive(*, clusters: Iterable[str] = queue.CLUSTERS) -> None:
    """At the start of `clusters`: take up at once what dead ones held, instead of waiting for their leases to end."""
    clock_jumps.mend_at_start()
    leases.release_dead()
    _free_dead_claims()
    queue.take_back(clusters=clusters)
    queue.forget_beats()
    sweep()
    queue.ensure_schedule()
    queue.ensure_tracker()


def take_over(*, cluster: str, number: int) -> None:
    """In the place of a killed worker of `cluster`, whose group here is `number`: take up at once what it held."""
    leases.release_dead()
    _free_dead_claims()
    if cluster == queue.TRACK:
        # Else nobody would poll until this cluster were found silent. Whatever else was in hand the sweep asks for.
        queue.take_back(clusters=[cluster, private_key(cluster, number)])


def sweep() -> dict[str, int]:
    """Mend everything once; returns how many of each were found."""
    found = {
        "freed": _free_dead_claims(),
        "unconfirmed": _settle_dead_submits(),
        "late": adopt_late(),
        "polls": _poll_forgotten(),
        "secrets": key_secrets.forget_unused(),
    }
    # Where workers are behind or away, more hints would only pile up.
    if queue.waiting(queue.MAIN) < BATCH:
        found |= {
            "submits": _enqueue_all(_forgotten(RenderState.QUEUED, _sendable()), "studio.jobs.submit.submit"),
            "cancels": _cancel_again(),
            "proofs": proofs.ask_for_due(),
            "notices": dispatches.recover(),
            "bulk": _bulk_forgotten(),
        }
    if queue.waiting(queue.MEDIA) < BATCH:
        found |= {
            "fetches": _enqueue_all(_forgotten(RenderState.FETCHING, Q()), "studio.jobs.ingest.ingest"),
            "assets": _prepare_forgotten(),
            "pictures": _picture_forgotten(),
            "exports": _export_forgotten(),
            "previews": _preview_forgotten(),
        }
    return found


def _free_dead_claims() -> int:
    """End the claims of processes of this host that are gone; those of other hosts end with their time."""
    claimed = Render.objects.filter(state__in=CLAIMED, claimed_until__gt=now()).exclude(claimed_by="")
    dead = [name for name in set(claimed.order_by().values_list("claimed_by", flat=True)) if is_gone(name)]
    if not dead:
        return 0
    return claimed.filter(claimed_by__in=dead).update(claimed_until=now(), enqueued_at=None)


def _settle_dead_submits() -> int:
    """What was being sent when its worker died: followed if the answer was written down, else unconfirmed."""
    answered = Q(attempts__outcome=AttemptOutcome.ACCEPTED)
    over = Q(claimed_until=None) | Q(claimed_until__lte=now())
    stuck = Render.objects.filter(answered | over, state=RenderState.SUBMITTING).distinct()[:BATCH]
    for render in stuck:
        attempts = list(render.attempts.order_by("-number")[:1])
        if attempts and attempts[0].outcome == AttemptOutcome.ACCEPTED:
            adopt(render_id=render.pk)
        elif attempts:
            record_unknown(
                attempt=attempts[0],
                said="",
                meaning=english(
                    "The worker stopped while this was being sent. The gateway may have started, and may charge."
                ),
                advice=english("Look at the gateway's own task list before asking for the take again."),
            )
    return len(stuck)


def _forgotten(state: RenderState, further: Q) -> list[int]:
    moment = now()
    forgotten = Render.objects.filter(
        _unasked(),
        Q(not_before=None) | Q(not_before__lte=moment),
        Q(claimed_until=None) | Q(claimed_until__lte=moment),
        further,
        state=state,
    )
    return list(forgotten.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _sendable() -> Q:
    """Whose key rests or has no room is asked for when that is over, and not before. Never told why, it is still
    asked for once: then it is told."""
    waits = Q(key__paused_at__isnull=False) | Q(key__in=key_limits.full_keys())
    return ~waits | Q(error_meaning="")


def _cancel_again() -> int:
    """A wish to cancel that the gateway has not clearly answered, while there is still something to cancel."""
    wished = Render.objects.filter(_unasked(), state__in=AT_GATEWAY, cancel_answered_at=None)
    wished = wished.filter(cancel_asked_at__isnull=False)
    return _enqueue_all(list(wished.order_by("pk").values_list("pk", flat=True)[:BATCH]), "studio.jobs.cancel.cancel")


def _unasked() -> Q:
    return Q(enqueued_at=None) | Q(enqueued_at__lt=now() - HINT_LIFE)


def _enqueue_all(ids: list[int], dotted: str) -> int:
    Render.objects.filter(pk__in=ids).update(enqueued_at=now())
    for pk in ids:
        enqueue(dotted, pk)
    return len(ids)


def _poll_forgotten() -> int:
    """A render at the gateway without a next poll would wait for ever."""
    return Render.objects.filter(state__in=AT_GATEWAY, next_poll_at=None).update(next_poll_at=now())


def _prepare_forgotten() -> int:
    waiting = Asset.objects.unprepared().filter(preparation_tries__lt=PREPARATION_TRIES, preparation_error="")
    return _again(waiting.values_list("pk", "created_at", "preparation_tries"), "studio.jobs.posters.prepare_asset")


def _picture_forgotten() -> int:
    bare = Output.objects.filter(poster="", pictures_tries__lt=PICTURES_TRIES)
    return _again(bare.values_list("render_id", "created_at", "pictures_tries"), "studio.jobs.posters.picture_take")


def _export_forgotten() -> int:
    left = exports.forgotten(hint_life=HINT_LIFE)
    for pk in left:
        enqueue(exports.JOB, pk)
    return len(left)


def _bulk_forgotten() -> int:
    left = bulk.forgotten(hint_life=HINT_LIFE)
    for pk in left:
        enqueue(bulk.JOB, pk)
    return len(left)


def _preview_forgotten() -> int:
    return previews.give_up_killed() + _again(previews.unmade(), previews.JOB)


def _again(rows: QuerySet[Any, tuple[int, datetime, int]], dotted: str) -> int:
    """Ask again for what was not made; each try, counted when it begins, pushes the next one further away."""
    moment = now()
    late = [pk for pk, made, tries in rows[:BATCH] if made < moment - HINT_LIFE * (tries + 1)]
    for pk in late[:20]:
        enqueue(dotted, pk)
    return len(late)
