"""What becomes of a comment: changed, removed, resolved, and who is told of it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from studio.choices import DispatchState, NoticeKind, Role
from studio.models import Comment, Notification, Project, ProjectHook, Render, User
from studio.services import comments
from tests.factories import make_project, make_user
from tests.services.talking import take
from tests.team_factories import make_comment

__all__ = ["take"]


def told(kind: NoticeKind) -> set[User]:
    return {notice.recipient for notice in Notification.objects.filter(kind=kind).select_related("recipient")}


def test_only_its_author_changes_a_comment(take: Render, reviewer: User, manager: User) -> None:
    comment = make_comment(take, author=reviewer)

    comments.edit(comment=comment, text="Other words.", actor=reviewer)
    with pytest.raises(PermissionDenied):
        comments.edit(comment=comment, text="Mine.", actor=manager)

    found = Comment.objects.get()
    assert (found.text, found.edited_at is None) == ("Other words.", False)


def test_author_and_managers_remove_a_comment(take: Render, reviewer: User, artist: User, manager: User) -> None:
    mine, theirs = make_comment(take, author=reviewer), make_comment(take, author=reviewer)

    with pytest.raises(PermissionDenied):
        comments.remove(comment=mine, actor=artist)
    comments.remove(comment=mine, actor=reviewer)
    comments.remove(comment=theirs, actor=manager)

    assert Comment.objects.filter(removed_at=None).count() == 0


def test_words_that_were_removed_are_read_nowhere_and_not_sent_any_more(take: Render, reviewer: User) -> None:
    hook = ProjectHook.objects.create(project=take.project, url="http://127.0.0.1:9/", kinds=["comment"])
    said = comments.add(take=take, text="The password is tea and milk.", author=reviewer)
    answered = comments.add(take=take, text="Better not here.", author=reviewer, parent=said)

    comments.remove(comment=said, actor=reviewer)

    gone = f"{reviewer.label} commented on take {take.pk}. The comment has been removed."
    assert [notice.text for notice in Notification.objects.filter(comment=said)] == [gone]
    assert [(call.content["text"], call.state) for call in hook.dispatches.order_by("pk")] == [
        (gone, DispatchState.FAILED),
        (f"{reviewer.label} answered a comment on take {take.pk}: {answered.text}", DispatchState.WAITING),
    ]


def test_what_was_removed_is_not_changed(take: Render, reviewer: User) -> None:
    comment = make_comment(take, author=reviewer, removed_at=timezone.now())

    with pytest.raises(ValidationError, match="This comment has been removed"):
        comments.edit(comment=comment, text="Other words.", actor=reviewer)
    comments.resolve(comment=comment, actor=reviewer)

    assert Comment.objects.get().resolved_at is None


def test_whoever_resolved_first_stands(take: Render, reviewer: User, artist: User) -> None:
    comment = make_comment(take, author=reviewer)

    comments.resolve(comment=comment, actor=artist)
    comments.resolve(comment=comment, actor=reviewer)
    resolved = Comment.objects.get()
    comments.reopen(comment=comment, actor=reviewer)
    opened = Comment.objects.get()

    assert (resolved.resolved_by, opened.resolved_by, opened.resolved_at) == (artist, None, None)


def test_a_reply_is_not_resolved_by_itself(take: Render, reviewer: User) -> None:
    reply = make_comment(take, author=reviewer, parent=make_comment(take))

    with pytest.raises(ValidationError, match="resolved as a whole"):
        comments.resolve(comment=reply, actor=reviewer)


def test_whoever_asked_for_the_take_is_told_of_a_comment(take: Render, reviewer: User, artist: User) -> None:
    comment = comments.add(take=take, text="Hold\nthis.", author=reviewer)

    notice = Notification.objects.get()
    assert (notice.recipient, notice.kind, notice.actor) == (artist, NoticeKind.COMMENT, reviewer)
    assert notice.text == f"Rey Reviewer commented on take {take.pk}: Hold this."
    assert notice.path == f"/takes/{take.pk}/#comment-{comment.pk}"


def test_those_in_the_conversation_are_told_of_a_reply(
    take: Render, reviewer: User, artist: User, manager: User
) -> None:
    thread = comments.add(take=take, text="Hold this.", author=reviewer)
    Notification.objects.all().delete()

    comments.add(take=take, text="I agree.", author=manager, parent=thread)

    assert told(NoticeKind.COMMENT) == {reviewer, artist}


def test_mentioned_members_are_told_of_that_alone(take: Render, reviewer: User, artist: User, manager: User) -> None:
    comment = comments.add(take=take, text="@Ada Artist and @mia manager: look", author=reviewer)

    assert set(comment.mentions.all()) == {artist, manager}
    assert (told(NoticeKind.MENTION), told(NoticeKind.COMMENT)) == ({artist, manager}, set())


def test_nobody_outside_the_project_is_mentioned_or_told(take: Render, reviewer: User, project: Project) -> None:
    outsider = make_user(display_name="Otto Outsider")
    make_project({Role.MANAGER: outsider})
    left = take.asked_by
    project.memberships.filter(user=left).delete()

    comments.add(take=take, text="@Otto Outsider @Ada Artist", author=reviewer)

    assert Notification.objects.count() == 0


def test_changing_words_tells_only_those_newly_mentioned(
    take: Render, reviewer: User, artist: User, manager: User
) -> None:
    comment = comments.add(take=take, text="@Ada Artist", author=reviewer)

    comments.edit(comment=comment, text="@Ada Artist @Mia Manager", actor=reviewer)
    comments.edit(comment=comment, text="@Mia Manager", actor=reviewer)

    assert [(notice.recipient, notice.kind) for notice in Notification.objects.order_by("id")] == [
        (artist, NoticeKind.MENTION),
        (manager, NoticeKind.MENTION),
    ]
    assert list(comment.mentions.all()) == [manager]
