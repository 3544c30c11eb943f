"""Deleting takes so that a person can bring them back: no file, no money and no history ever goes with them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from studio.choices import ENDED, RenderState, ReviewState, Standing
from studio.lib.clock import now
from studio.models import Render, User
from studio.services.transitions import note

DELETED = "Deleted"
BROUGHT_BACK = "Brought back"


def why_kept(take: Render) -> str:
    """Why the take cannot be deleted, as a sentence; empty when it can be."""
    if take.review_state == ReviewState.APPROVED:
        return f"Take {take.pk} is approved, so it stays. It can go once that decision is changed."
    if take.state == RenderState.UNCONFIRMED or take.has_ended and take.standing == Standing.POSSIBLY:
        return f"Take {take.pk} may have been charged: say first on its page what became of it."
    if not take.has_ended:
        return f"Take {take.pk} is still being made: wait for it, or cancel it first."
    return ""


def delete(*, take: Render, actor: User) -> None:
    """Take it out of every list and page; what it cost still counts. Deleting it twice is one deletion.

    Raises ValidationError, and changes nothing, for one that is approved, still moves, or may have been charged.
    """
    free = Render.objects.present().filter(pk=take.pk, state__in=ENDED)
    free = free.exclude(review_state=ReviewState.APPROVED).exclude(standing=Standing.POSSIBLY)
    with transaction.atomic():
        moment = now()
        if free.update(deleted_at=moment, deleted_by=actor):
            note(render=take, reason=DELETED, actor=actor)
            take.deleted_at, take.deleted_by = moment, actor
            return
    take.refresh_from_db(fields=["state", "standing", "review_state", "deleted_at"])
    if take.deleted_at is None:
        raise ValidationError(why_kept(take) or f"Take {take.pk} has just changed: look at it again.")


def bring_back(*, take: Render, actor: User) -> None:
    """Put it back where it was, with all that was said of it; raises ValidationError when it is not deleted."""
    with transaction.atomic():
        if not Render.objects.filter(pk=take.pk, deleted_at__isnull=False).update(deleted_at=None, deleted_by=None):
            raise ValidationError(f"Take {take.pk} is not deleted any more.")
        note(render=take, reason=BROUGHT_BACK, actor=actor)
    take.deleted_at, take.deleted_by = None, None
