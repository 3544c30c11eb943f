"""Mails and calls on their way out: stored once, claimed before they leave, and closed by what is known of them.

What may have left without an answer is never sent again by itself: only a person may ask for that. Times between the
tries of what certainly did not arrive grow, up to a limit."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from studio.choices import DispatchState, NoticeChannel
from studio.lib.clock import jittered, later, now
from studio.lib.english import english
from studio.models import Dispatch, Project
from studio.services import audit
from studio.services.audit import Actor
from studio.services.queue import enqueue

log = logging.getLogger(__name__)

S = DispatchState
# Longer than the queue lets one job run: whoever holds the claim has answered or is dead by then.
LEASE_SECONDS = 320
PAUSES = (30, 120, 600, 3600, 4 * 3600)
TRIES = len(PAUSES) + 1
# One mail server or address that cannot be reached must not keep the others waiting while each of its own is tried.
REST_SECONDS = 60
BATCH = 50
CUT_OFF = english(
    "The studio was stopped while this was being sent. It may have arrived, so it is not sent again by itself."
)
WITHDRAWN = english("What it told of was taken away before it was sent.")
TOO_LATE = english("This is on its way, or has arrived already.")
SEND = "studio.jobs.notify.send_waiting"
# Past this nobody waits for it any more.
LIFE = timedelta(days=3)
TOO_OLD = english("It could not be sent for three days, and nobody waits for it any more.")


def store(*, wanted: Sequence[Dispatch]) -> None:
    """Keep what is to be sent, in the transaction of what happened; what is known by its key already is left alone."""
    known = set(Dispatch.objects.filter(key__in=[each.key for each in wanted]).values_list("key", flat=True))
    fresh = [each for each in wanted if each.key not in known]
    for each in fresh:
        each.content["id"] = uuid4().hex
    if fresh:
        Dispatch.objects.bulk_create(fresh, ignore_conflicts=True)
        enqueue(SEND)


def name_of(dispatch: Dispatch) -> str:
    """The name by which whoever receives it knows it again: the same for each try, another one in another studio."""
    return hashlib.sha256(f"{dispatch.key}:{dispatch.content.get('id', '')}".encode()).hexdigest()[:32]


def due() -> QuerySet[Dispatch]:
    """What may leave now, the oldest first."""
    ripe = Q(not_before=None) | Q(not_before__lte=now())
    return Dispatch.objects.filter(ripe, state=S.WAITING).order_by("id")


def claim(*, dispatch_id: int) -> Dispatch | None:
    """Claim one, committed before a byte of it leaves; None when it is not due or another worker has it."""
    claimed = due().filter(pk=dispatch_id).order_by()
    if not claimed.update(state=S.SENDING, claimed_until=later(LEASE_SECONDS), tries=F("tries") + 1, problem=""):
        return None
    wanted = ("hook__project", "notification__recipient", "notification__project")
    return Dispatch.objects.select_related(*wanted).get(pk=dispatch_id)


def record_sent(*, dispatch: Dispatch) -> None:
    """It was taken."""
    _close(dispatch, S.SENT, "")


def record_failed(*, dispatch: Dispatch, problem: str) -> None:
    """It certainly did not arrive, and trying again would not help."""
    _close(dispatch, S.FAILED, problem)


def record_unknown(*, dispatch: Dispatch, problem: str) -> None:
    """It may have arrived: it is not sent again by itself."""
    log.warning("%s %s: %s", dispatch.channel, dispatch.pk, problem)
    _close(dispatch, S.UNKNOWN, problem)


def record_postponed(*, dispatch: Dispatch, problem: str, seconds: float | None = None) -> None:
    """It certainly did not arrive: sent again after a while, but not for ever."""
    if dispatch.tries >= TRIES:
        record_failed(dispatch=dispatch, problem=problem)
        return
    pause = jittered(PAUSES[dispatch.tries - 1]) if seconds is None else seconds
    _mine(dispatch).update(state=S.WAITING, not_before=later(pause), claimed_until=None, problem=_short(problem))


def rest(*, dispatch: Dispatch) -> None:
    """Where this one went nobody answers: whatever else waits for the same place waits a little longer."""
    same = due().order_by().filter(channel=dispatch.channel)
    if dispatch.channel == NoticeChannel.WEBHOOK:
        same = same.filter(hook=dispatch.hook_id)
    same.update(not_before=later(jittered(REST_SECONDS)))


def recover() -> int:
    """For the sweep: what a dead worker held is of unknown fate, what nobody waits for is given up, and lost hints
    are given anew; how many were found."""
    moment = now()
    cut_off = Dispatch.objects.filter(state=S.SENDING, claimed_until__lte=moment)
    found = cut_off.update(state=S.UNKNOWN, problem=CUT_OFF, claimed_until=None, ended_at=moment)
    outdated = Dispatch.objects.filter(state=S.WAITING, created_at__lte=moment - LIFE)
    found += outdated.update(state=S.FAILED, problem=TOO_OLD, ended_at=moment)
    if due().exists():
        enqueue(SEND)
    return found


def send_again(*, dispatch: Dispatch, actor: Actor) -> None:
    """A person wants it sent once more, although it may have arrived. Raises ValidationError."""
    open_to_it = Dispatch.objects.filter(pk=dispatch.pk, state__in=(S.FAILED, S.UNKNOWN))
    with transaction.atomic():
        # Its age counts from now on.
        changes = {"state": S.WAITING, "problem": "", "not_before": None, "ended_at": None, "created_at": now()}
        if not open_to_it.update(**changes):
            raise ValidationError(_(TOO_LATE))
        # Stored in English, whatever the person reads in.
        with translation.override(None):
            subject = f"{dispatch.get_channel_display()} {dispatch.pk}"
        audit.record(actor=actor, act="notice-again", subject=subject)
        enqueue(SEND)


def withdraw(*, found: QuerySet[Dispatch], text: str) -> None:
    """What they tell of is not to be read any more: `text` takes its place, and those that wait are not sent."""
    numbers = list(found.values_list("pk", flat=True))
    for each in Dispatch.objects.select_for_update().filter(pk__in=numbers).order_by("pk"):
        each.content["text"] = text
        each.save(update_fields=["content"])
    waiting = Dispatch.objects.filter(pk__in=numbers, state=S.WAITING)
    waiting.update(state=S.FAILED, problem=WITHDRAWN, ended_at=now())


def of_project(*, project: Project, count: int) -> list[Dispatch]:
    """The last ones of a project, newest first."""
    wanted = Dispatch.objects.select_related("notification__recipient")
    # Two questions, each with an index of its own, where one with "or" would read them all.
    calls = wanted.filter(hook__project=project).order_by("-id")[:count]
    mails = wanted.filter(notification__project=project).order_by("-id")[:count]
    return sorted([*calls, *mails], key=lambda each: each.pk, reverse=True)[:count]


def _mine(dispatch: Dispatch) -> QuerySet[Dispatch]:
    """This try of it, and no later one; a sweep may have called it unknown meanwhile, and this is the proof."""
    return Dispatch.objects.filter(pk=dispatch.pk, tries=dispatch.tries, state__in=(S.SENDING, S.UNKNOWN))


def _close(dispatch: Dispatch, state: DispatchState, problem: str) -> None:
    _mine(dispatch).update(state=state, problem=_short(problem), claimed_until=None, ended_at=now())


def _short(problem: str) -> str:
    return problem if len(problem) <= 300 else f"{problem[:299]}…"
