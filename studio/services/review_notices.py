"""Whom the review tells of what: of takes that wait those who decide, of a decision whoever asked for the take."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from studio.choices import NoticeKind, Role, Verdict
from studio.models import Render, Review, User
from studio.services.notifications import tell

_WORDS = {
    Verdict.APPROVED: "approved",
    Verdict.CHANGES: "asks for changes on",
    Verdict.REJECTED: "rejected",
}
_DECIDE = (Role.REVIEWER, Role.MANAGER)
_LONGEST_PROMPT = 80


def tell_sent(*, takes: Sequence[Render], actor: User, note: str = "") -> None:
    """Tell the reviewers and managers of the takes' one project, once for all of them, that they wait."""
    first, project = takes[0], takes[0].project
    people = User.objects.filter(memberships__project=project, memberships__role__in=_DECIDE, is_active=True)
    is_one = len(takes) == 1
    what = f"take {first.pk}" if is_one else f"{len(takes)} takes"
    room = reverse("render-review", args=[first.pk], query={"queue": project.slug})
    tell(
        kind=NoticeKind.REVIEW,
        people=people,
        key=f"review:{first.pk}:{first.review_asked_at:%Y%m%dT%H%M%S%f}",
        text=f"{actor.label} sent {what} of {project.name} for review{f': {note}' if note else ''}",
        path=room if is_one else reverse("project-review", args=[project.slug]),
        project=project,
        render=first if is_one else None,
        actor=actor,
    )


def tell_decided(*, review: Review) -> None:
    """Tell whoever asked for the take what was said of it, as long as they are in the project."""
    take = review.render
    asker = take.asked_by
    if asker is None or not asker.is_active or take.project.role_of(asker) is None:
        return
    prompt = str(take.spec.get("prompt", ""))[:_LONGEST_PROMPT]
    tell(
        kind=NoticeKind.DECIDED,
        people=[asker],
        key=f"decided:{review.pk}",
        text=f"{review.name} {_WORDS[Verdict(review.verdict)]} take {take.pk}{f' “{prompt}”' if prompt else ''}",
        path=reverse("render-detail", args=[take.pk]),
        project=take.project,
        render=take,
        actor=review.reviewer,
    )
