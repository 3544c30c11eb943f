"""The rules of the review: who may decide on a take, why somebody may not, and what the verdicts come to."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, Q

from studio.choices import RenderState, ReviewState, Role, Verdict
from studio.lib.english import english
from studio.models import Render, User

ARCHIVED = english("This project is archived: nothing is sent or decided in it until a manager brings it back.")
NOT_READY = english("Take %(take)s has no film yet, so there is nothing to decide on.")
DELETED = english("Take %(take)s was deleted. Bring it back first.")
OWN_AS_REVIEWER = english("You asked for this take yourself, so somebody else decides on it.")
OWN_AS_ARTIST = english("Reviewers and managers decide on your takes; a manager can let artists decide on their own.")
OF_OTHERS = english("Reviewers and managers decide on this take.")


def why_not_role(*, take: Render, user: User, role: Role | None) -> str:
    """Why this person's role does not let them decide on the take, as a sentence; empty when it does."""
    if role == Role.MANAGER:
        return ""
    own, own_allowed = take.asked_by_id == user.pk, take.project.artists_decide_on_own
    if role == Role.REVIEWER:
        return OWN_AS_REVIEWER if own and not own_allowed else ""
    if role == Role.ARTIST and own:
        return "" if own_allowed else OWN_AS_ARTIST
    return OF_OTHERS


def why_not_now(take: Render) -> str:
    """Why nobody may decide on the take as it is, as a sentence; empty when they may."""
    if take.deleted_at is not None:
        return DELETED % {"take": take.pk}
    if take.state != RenderState.READY:
        return NOT_READY % {"take": take.pk}
    return ARCHIVED if take.project.archived_at is not None else ""


def state_of(*, verdicts: Iterable[str], needed: int, is_sent: bool) -> ReviewState:
    """What the current verdicts come to: a rejection outweighs a wish for changes, and that any approvals."""
    said = list(verdicts)
    if Verdict.REJECTED in said:
        return ReviewState.REJECTED
    if Verdict.CHANGES in said:
        return ReviewState.CHANGES
    if said.count(Verdict.APPROVED) >= needed:
        return ReviewState.APPROVED
    return ReviewState.WAITING if is_sent else ReviewState.NONE


def decided_by(person: int | OuterRef) -> Q:
    """Of takes: those of a member that their role lets them decide on; the rule above, asked of the database.

    For one call of `filter`: role and person are then looked up in the same row. Studio admins need no such question.
    """
    member, role = Q(project__memberships__user=person), "project__memberships__role"
    own, own_allowed = Q(asked_by=person), Q(project__artists_decide_on_own=True)
    manages = Q(**{role: Role.MANAGER})
    reviews = Q(**{role: Role.REVIEWER}) & (~own | own_allowed)
    makes = Q(**{role: Role.ARTIST}) & own & own_allowed
    return member & (manages | reviews | makes)
