"""When the demo's review room is filled: in two rounds, as soon as the takes of each are there.

Each is filled in once, in one transaction, and never where people have begun a review of their own: whatever was sent
or said leaves a row that stays, and a round is only due while there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from studio.choices import ENDED, RenderState
from studio.lib.clock import now
from studio.models import Comment, Project, Render, RenderEvent, Review
from studio.services import demo_rounds, leases, reviews
from studio.services.demo_takes import FIRST, FOLLOWING, SLUG, submission
from studio.services.queue import enqueue

JOB = "studio.jobs.demo.look"
LOOK = "demo-review"
LOOK_SECONDS = 10
# While somebody may be watching it fill; later the minute's look is enough.
WATCHED_FOR = timedelta(minutes=10)


def ask(*, again: bool = False) -> bool:
    """Have the takes looked at if there is still something to fill in; `again` by the job that has just looked."""
    project = Project.objects.active().filter(slug=SLUG).first() if settings.STUDIO_DEMO else None
    if project is None or _due(project) is None:
        return False
    if again and project.created_at < now() - WATCHED_FOR:
        return False
    # One chain of looks; the minute's job begins a new one where it broke off.
    if not again and leases.live(LOOK).exists():
        return False
    leases.acquire(name=LOOK, holder="", seconds=LOOK_SECONDS)
    enqueue(JOB)
    return True


@transaction.atomic
def fill() -> bool:
    """Fill in the round that is due, if its takes are there; False when there is nothing to do yet, or any more."""
    project = Project.objects.active().select_for_update(no_key=True).filter(slug=SLUG).first()
    due = _due(project) if project else None
    if project is None or due is None or _pressed(project, due).exclude(state=RenderState.READY).exists():
        return False
    if due == FIRST:
        demo_rounds.first_round(project=project)
    else:
        demo_rounds.second_round(project=project)
    return True


def _due(project: Project) -> tuple[str, ...] | None:
    """The takes that the next round is on; None once both are filled in, or can be no more."""
    due = FOLLOWING if _touched(project.renders.all()) else FIRST
    own = _pressed(project, due)
    if due == FOLLOWING and _touched(own):
        return None
    lost = own.filter(Q(deleted_at__isnull=False) | Q(state__in=ENDED) & ~Q(state=RenderState.READY))
    return due if own.count() == len(due) and not lost.exists() else None


def _pressed(project: Project, names: Sequence[str]) -> QuerySet[Render]:
    return Render.objects.filter(project=project, submission__in=[submission(project, name) for name in names])


def _touched(takes: QuerySet[Render]) -> bool:
    """Whether one of the takes was ever sent, or anything said of it; also what was taken back since."""
    sent = RenderEvent.objects.filter(render__in=takes, reason__startswith=reviews.SENT)
    found = (sent, Comment.objects.filter(render__in=takes), Review.objects.filter(render__in=takes))
    return any(rows.exists() for rows in found)
