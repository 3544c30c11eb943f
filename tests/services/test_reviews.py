"""Sending takes for review, deciding on them, and what the verdicts come to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from studio.choices import NoticeKind, RenderState, ReviewState, Role, Verdict
from studio.lib.clock import now
from studio.models import Notification, Project, Render, Review, User
from studio.services import review_queue, reviews, verdicts
from tests.factories import make_project
from tests.services.reviewing import A, C, N, R, W, history, ready, sent, stored, take

__all__ = ["sent", "take"]


def test_sending_puts_takes_into_the_queue_with_who_when_and_why(sent: Render, artist: User) -> None:
    found = Render.objects.get(pk=sent.pk)

    assert (found.review_state, found.review_asked_by, found.talk) == (W, artist, 1)
    assert found.review_asked_at is not None
    assert history(sent) == ["Sent for review: The second half is new."]


def test_sending_tells_reviewers_and_managers_once_for_all_takes(
    project: Project, artist: User, reviewer: User, manager: User
) -> None:
    reviews.send(takes=[ready(project), ready(project)], actor=artist)

    told = Notification.objects.filter(kind=NoticeKind.REVIEW)
    assert {notice.recipient for notice in told} == {reviewer, manager}
    assert {notice.text for notice in told} == {"Ada Artist sent 2 takes of Tea commercial for review"}


def test_sending_leaves_out_what_waits_already(sent: Render, project: Project, artist: User) -> None:
    other = ready(project)

    assert reviews.send(takes=[sent, other], actor=artist) == [other]
    assert history(sent) == ["Sent for review: The second half is new."]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": RenderState.RUNNING}, "has no film yet"),
        ({"deleted_at": now()}, "was deleted"),
        ({"review_state": A}, "is approved"),
    ],
)
def test_sending_what_cannot_be_decided_on_sends_nothing(
    project: Project, artist: User, take: Render, changes: dict[str, Any], said: str
) -> None:
    other = ready(project)
    Render.objects.filter(pk=other.pk).update(**changes)

    with pytest.raises(ValidationError, match=said):
        reviews.send(takes=[take, other], actor=artist)

    assert stored(take) == N


def test_nothing_is_sent_or_decided_in_an_archived_project(
    project: Project, sent: Render, artist: User, reviewer: User
) -> None:
    Project.objects.update(archived_at=now())
    sent = Render.objects.get(pk=sent.pk)

    with pytest.raises(ValidationError, match="archived"):
        reviews.send(takes=[ready(project)], actor=artist)
    with pytest.raises(ValidationError, match="archived"):
        reviews.decide(take=sent, verdict=Verdict.APPROVED, reviewer=reviewer)


def test_a_long_note_is_refused_and_loses_nothing(take: Render, artist: User) -> None:
    with pytest.raises(ValidationError, match="nothing was sent"):
        reviews.send(takes=[take], actor=artist, note="a" * 100_000)

    assert stored(take) == N


def test_sending_anew_begins_from_nothing(sent: Render, artist: User, reviewer: User) -> None:
    reviews.decide(take=sent, verdict=Verdict.CHANGES, reason="Slower.", reviewer=reviewer)

    assert reviews.send(takes=[sent], actor=artist) == [sent]
    assert (stored(sent), sent.reviews.current().count(), sent.reviews.count()) == (W, 0, 1)


def test_taking_back_leaves_the_queue(sent: Render, artist: User) -> None:
    reviews.take_back(take=sent, actor=artist)

    assert (stored(sent), sent.review_asked_at) == (N, None)
    with pytest.raises(ValidationError, match="not waiting"):
        reviews.take_back(take=sent, actor=artist)


@pytest.mark.parametrize(
    ("said", "needed", "is_sent", "comes_to"),
    [
        ([], 1, True, W),
        ([], 1, False, N),
        (["approved"], 1, False, A),
        (["approved"], 2, True, W),
        (["approved"], 2, False, N),
        (["approved", "approved"], 2, True, A),
        (["approved", "approved", "changes"], 2, True, C),
        (["changes", "rejected", "approved"], 1, True, R),
    ],
)
def test_what_verdicts_come_to(said: list[str], needed: int, is_sent: bool, comes_to: ReviewState) -> None:
    assert verdicts.state_of(verdicts=said, needed=needed, is_sent=is_sent) == comes_to


def test_deciding_writes_verdict_state_event_and_word_to_whoever_asked(
    sent: Render, artist: User, reviewer: User
) -> None:
    made = reviews.decide(take=sent, verdict=Verdict.CHANGES, reason=" Slower. ", reviewer=reviewer)

    assert (made.name, made.reason, stored(sent), sent.review_state) == ("Rey Reviewer", "Slower.", C, C)
    assert history(sent)[-1] == "Changes requested"
    notice = Notification.objects.get(kind=NoticeKind.DECIDED)
    assert (notice.recipient, notice.actor) == (artist, reviewer)
    assert notice.text == f"Rey Reviewer asks for changes on take {sent.pk} “A red car stops at the sea.”"


@pytest.mark.parametrize("verdict", [Verdict.CHANGES, Verdict.REJECTED])
@pytest.mark.parametrize("reason", ["", "  \n ", "\x00"])
def test_changes_and_rejections_want_a_reason(sent: Render, reviewer: User, verdict: Verdict, reason: str) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        reviews.decide(take=sent, verdict=verdict, reason=reason, reviewer=reviewer)

    assert (stored(sent), Review.objects.count()) == (W, 0)


def test_the_same_verdict_again_is_the_standing_one(sent: Render, reviewer: User) -> None:
    first = reviews.decide(take=sent, verdict=Verdict.APPROVED, reviewer=reviewer)

    assert reviews.decide(take=sent, verdict=Verdict.APPROVED, reviewer=reviewer) == first
    assert (Review.objects.count(), history(sent)[1:]) == (1, ["Approved"])


def test_a_decision_can_be_changed_and_history_stays(sent: Render, reviewer: User) -> None:
    first = reviews.decide(take=sent, verdict=Verdict.APPROVED, reviewer=reviewer)
    reviews.decide(take=sent, verdict=Verdict.REJECTED, reason="The logo is wrong.", reviewer=reviewer)

    first.refresh_from_db()
    assert (stored(sent), first.verdict, first.replaced_at is not None) == (R, Verdict.APPROVED, True)
    assert [review.verdict for review in sent.reviews.current()] == [Verdict.REJECTED]


def test_withdrawing_puts_the_take_back_where_it_was(sent: Render, reviewer: User) -> None:
    asked_at = sent.review_asked_at
    reviews.decide(take=sent, verdict=Verdict.APPROVED, reviewer=reviewer)

    reviews.withdraw(take=sent, reviewer=reviewer)

    assert (stored(sent), Render.objects.get(pk=sent.pk).review_asked_at) == (W, asked_at)
    with pytest.raises(ValidationError, match="nothing"):
        reviews.withdraw(take=sent, reviewer=reviewer)


def test_more_approvals_needed_send_takes_back_into_the_queue(
    sent: Render, project: Project, reviewer: User, manager: User
) -> None:
    reviews.decide(take=sent, verdict=Verdict.APPROVED, reviewer=reviewer)
    unsent = ready(project)
    reviews.decide(take=unsent, verdict=Verdict.APPROVED, reviewer=reviewer)

    reviews.set_rules(project=project, approvals_needed=2, artists_decide_on_own=False, actor=manager)
    assert (stored(sent), stored(unsent)) == (W, N)

    reviews.set_rules(project=project, approvals_needed=1, artists_decide_on_own=False, actor=manager)
    assert (stored(sent), stored(unsent)) == (A, A)
    assert history(sent)[-2:] == ["Approvals needed in the project: 2", "Approvals needed in the project: 1"]


def test_the_queue_is_in_order_of_sending(project: Project, artist: User, reviewer: User) -> None:
    first, second, third = (ready(project) for _ in range(3))
    for each in (third, first, second):
        reviews.send(takes=[each], actor=artist)
    Render.objects.filter(pk=second.pk).update(review_asked_at=now() - timedelta(hours=1))

    queue = review_queue.waiting(user=reviewer)

    assert [*queue] == [second, third, first]
    third = Render.objects.get(pk=third.pk)
    assert review_queue.place_of(queue, third) == review_queue.Place(2, 3, second.pk, first.pk)
    assert review_queue.next_for(takes=queue, take=Render.objects.get(pk=first.pk)) == second.pk


def test_the_queue_has_nothing_of_others_projects_of_archived_ones_or_deleted(
    project: Project, artist: User, reviewer: User
) -> None:
    away = make_project({Role.REVIEWER: reviewer})
    for where in (make_project(), away, project):
        reviews.send(takes=[ready(where)], actor=artist)
    Project.objects.filter(pk=away.pk).update(archived_at=now())
    Render.objects.filter(project=project).update(deleted_at=now())

    assert [*review_queue.waiting(user=reviewer)] == []
