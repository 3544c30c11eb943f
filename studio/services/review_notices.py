"""Whom the review tells of what: of takes that wait those who decide, of a decision whoever asked for the take."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from studio.choices import NoticeKind, Role, Verdict
from studio.lib.english import english
from studio.models import Render, Review, User
from studio.services.notifications import tell

_DECIDED = {
    Verdict.APPROVED: english("%(person)s approved take %(take)s"),
    Verdict.CHANGES: english("%(person)s asks for changes on take %(take)s"),
    Verdict.REJECTED: english("%(person)s rejected take %(take)s"),
}
# With the beginning of the take's prompt.
_DECIDED_ON = {
    Verdict.APPROVED: english("%(person)s approved take %(take)s “%(theirs)s”"),
    Verdict.CHANGES: english("%(person)s asks for changes on take %(take)s “%(theirs)s”"),
    Verdict.REJECTED: english("%(person)s rejected take %(take)s “%(theirs)s”"),
}
_DECIDE = (Role.REVIEWER, Role.MANAGER)
_LONGEST_PROMPT = 80


def tell_sent(*, takes: Sequence[Render], actor: User, note: str = "") -> None:
    """Tell the reviewers and managers of the takes' one project, once for all of them, that they wait."""
    first, project = takes[0], takes[0].project
    people = User.objects.filter(memberships__project=project, memberships__role__in=_DECIDE, is_active=True)
    is_one = len(takes) == 1
    sentence = english("%(person)s sent %(number)s takes of %(project)s for review")
    if is_one:
        sentence = english("%(person)s sent take %(take)s of %(project)s for review")
    if note:
        sentence = english("%(person)s sent %(number)s takes of %(project)s for review: %(theirs)s")
    if note and is_one:
        sentence = english("%(person)s sent take %(take)s of %(project)s for review: %(theirs)s")
    sent = sentence % {
        "person": actor.label,
        "take": first.pk,
        "number": len(takes),
        "project": project.name,
        "theirs": note,
    }
    room = reverse("render-review", args=[first.pk], query={"queue": project.slug})
    tell(
        kind=NoticeKind.REVIEW,
        people=people,
        key=f"review:{first.pk}:{first.review_asked_at:%Y%m%dT%H%M%S%f}",
        text=sent,
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
    words = (_DECIDED_ON if prompt else _DECIDED)[Verdict(review.verdict)]
    tell(
        kind=NoticeKind.DECIDED,
        people=[asker],
        key=f"decided:{review.pk}",
        text=words % {"person": review.name, "take": take.pk, "theirs": prompt},
        path=reverse("render-detail", args=[take.pk]),
        project=take.project,
        render=take,
        actor=review.reviewer,
    )
