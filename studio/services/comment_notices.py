"""Who is told of a comment: those it mentions, whoever asked for the take, and those in the conversation."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse

from studio.choices import NoticeKind
from studio.lib import names
from studio.lib.english import english
from studio.models import Comment, Dispatch, Notification, Project, User
from studio.services import dispatches, notifications

COMMENTED = english("%(person)s commented on take %(take)s: %(theirs)s")
ANSWERED = english("%(person)s answered a comment on take %(take)s: %(theirs)s")
MENTIONED = english("%(person)s mentioned you on take %(take)s: %(theirs)s")
REMOVED = english("%(person)s commented on take %(take)s. The comment has been removed.")


def members_of(project: Project) -> QuerySet[User]:
    """Those who can be mentioned in the project's comments, by name."""
    return User.objects.filter(memberships__project=project, is_active=True).order_by("display_name", "username")


def tell(*, comment: Comment) -> None:
    """Tell of a new comment. Whoever is mentioned hears of that alone, and nobody who may not open the project."""
    mentioned = tell_mentioned(comment=comment)
    concerned = _in_the_project(comment.render.project).filter(
        Q(pk=comment.render.asked_by_id) | Q(pk__in=_speakers(comment))
    )
    _tell(
        comment, NoticeKind.COMMENT, concerned.exclude(pk__in=mentioned), ANSWERED if comment.parent_id else COMMENTED
    )


def tell_mentioned(*, comment: Comment) -> set[int]:
    """Keep who is mentioned in the words of `comment` as they are now, and tell them; gives their ids."""
    found = _mentioned(comment)
    comment.mentions.set(found)
    _tell(comment, NoticeKind.MENTION, found, MENTIONED)
    return {user.pk for user in found}


def forget(*, comment: Comment) -> None:
    """Nobody reads its words any more where they were told of it, and what has not left yet stays here."""
    text = REMOVED % {"person": comment.name, "take": comment.render_id}
    Notification.objects.filter(comment=comment).update(text=text)
    call = f"hook:{comment.render.project_id}:{NoticeKind.COMMENT}:{comment.pk}"
    dispatches.withdraw(found=Dispatch.objects.filter(Q(notification__comment=comment) | Q(key=call)), text=text)


def _mentioned(comment: Comment) -> list[User]:
    # Guests know no members, so nothing that they write calls one.
    if comment.author_id is None or "@" not in comment.text:
        return []
    members = list(members_of(comment.render.project))
    said = names.mentioned(comment.text, {member.label for member in members})
    return [member for member in members if member.label in said]


def _speakers(comment: Comment) -> set[int]:
    if comment.parent_id is None:
        return set()
    thread = Comment.objects.filter(Q(pk=comment.parent_id) | Q(parent=comment.parent_id), removed_at=None)
    return {pk for pk in thread.values_list("author_id", flat=True) if pk}


def _in_the_project(project: Project) -> QuerySet[User]:
    # By a subquery: a member who is an admin too is still one person.
    members = project.memberships.values("user")
    return User.objects.filter(Q(pk__in=members) | Q(is_studio_admin=True) | Q(is_superuser=True), is_active=True)


def _tell(comment: Comment, kind: NoticeKind, people: QuerySet[User] | list[User], sentence: str) -> None:
    take = comment.render
    notifications.tell(
        kind=kind,
        people=people,
        key=f"{kind}:{comment.pk}",
        text=sentence % {"person": comment.name, "take": take.pk, "theirs": " ".join(comment.text.split())},
        path=f"{reverse('render-detail', args=[take.pk])}#comment-{comment.pk}",
        project=take.project,
        render=take,
        comment=comment,
        actor=comment.author,
    )
