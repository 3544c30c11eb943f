"""What stands of the review beside a take: its state, who said what, and what this person may say."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from studio import access
from studio.choices import RenderState, ReviewState, Verdict
from studio.forms.reviews import DecisionForm, SendForm
from studio.models import Render, Review
from studio.services import take_bin, verdicts
from studio.services.review_queue import note_of
from studio.services.reviews import SENT, why_not_sent


def review_context(
    request: HttpRequest, take: Render, *, decision: DecisionForm | None = None, sending: SendForm | None = None
) -> dict[str, Any]:
    """Everything for `reviews/_panel.html`; a form handed in is shown with what is wrong in it. Without a film there is
    nothing to decide on, and only whether the take may be deleted."""
    if take.state != RenderState.READY:
        return {"may_delete": may_delete(request, take)}
    user, role = access.person(request), access.role_in(request, take.project)
    said = list(take.reviews.all())
    current = [review for review in said if review.replaced_at is None]
    mine = next((review for review in current if review.reviewer_id == user.pk), None)
    may_spend = role in access.WHO_SPENDS
    why_not = verdicts.why_not_now(take) or verdicts.why_not_role(take=take, user=user, role=role)
    return {
        "review": {
            "current": current,
            "earlier": [review for review in said if review.replaced_at is not None][::-1],
            "approvals": _number_of(current, Verdict.APPROVED),
            "needed": take.project.approvals_needed,
            "mine": mine,
            "note": _note(take) if take.review_asked_at else "",
            "may_withdraw": mine is not None and not why_not,
            "why_not": why_not,
            "may_send": may_spend and not why_not_sent(take),
            "may_take_back": may_spend and take.review_state == ReviewState.WAITING,
            "decision": decision or DecisionForm(),
            "sending": sending or SendForm(),
        },
        "may_delete": may_delete(request, take),
    }


def may_delete(request: HttpRequest, take: Render) -> bool:
    """Whether this person is offered to delete the take: managers, and artists their own, where nothing forbids it."""
    roles = access.WHO_SPENDS if take.asked_by_id == access.person(request).pk else access.WHO_MANAGES
    return access.may(request, take.project, roles) and not take_bin.why_kept(take)


def _note(take: Render) -> str:
    sent = take.events.filter(reason__startswith=SENT).order_by("-pk").values_list("reason", flat=True)
    return note_of(sent.first())


def _number_of(reviews: list[Review], verdict: Verdict) -> int:
    return sum(review.verdict == verdict for review in reviews)
