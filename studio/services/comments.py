"""What is done with comments: said, answered, changed, taken away, resolved. Each is heard on every open page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.choices import RenderState, Role
from studio.lib import drawings
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Comment, Guest, Render, User
from studio.services import comment_notices, guest_links, search_index
from studio.services.talk import bump

LONGEST = 5000
# The same words of the same person at the same place, so soon after, are a button pressed twice.
TWICE = timedelta(seconds=10)
GONE = english("This comment has been removed. Look at the list again.")


def add(
    *,
    take: Render,
    text: str,
    author: User | None = None,
    guest: Guest | None = None,
    parent: Comment | None = None,
    frame: int | None = None,
    end_frame: int | None = None,
    drawing: Sequence[object] = (),
) -> Comment:
    """Say `text` of the take, of one of its frames (from 0) or of the span up to and with `end_frame`, or as a reply
    to `parent`; the same pressed twice is said once. Raises ValidationError for what cannot be."""
    if (author is None) == (guest is None):
        raise ValueError("A comment is either a member's or a guest's.")
    said: dict[str, Any] = {"text": _tidy(text), "parent": parent, "frame": frame, "end_frame": end_frame}
    said["drawing"] = _shapes(drawing)
    with transaction.atomic():
        take = _held(take)
        _require_open(take)
        if guest is not None and not guest_links.grants(guest=guest, take=take, right="may_comment"):
            raise ValidationError(_("This link does not let you comment on this take any more. Nothing was sent."))
        _require_place(take, **said)
        if (twice := _said_just_now(take, author, guest, said)) is not None:
            return twice
        name = author.label if author else str(guest)
        comment = Comment.objects.create(render=take, author=author, guest=guest, name=name[:160], **said)
        search_index.index(noun="take", numbers=[take.pk])
        comment_notices.tell(comment=comment)
        bump(take_id=take.pk)
    return comment


def edit(*, comment: Comment, text: str, actor: User) -> None:
    """Put other words in place of an own comment's; whoever is mentioned in them for the first time is told."""
    if comment.author_id != actor.pk:
        raise PermissionDenied(_("Only its author changes a comment."))
    text = _tidy(text)
    with transaction.atomic():
        comment = _as_it_is(comment)
        if comment.text == text:
            return
        comment.text, comment.edited_at = text, now()
        comment.save(update_fields=["text", "edited_at"])
        search_index.index(noun="take", numbers=[comment.render_id])
        comment_notices.tell_mentioned(comment=comment)
        bump(take_id=comment.render_id)


def remove(*, comment: Comment, actor: User) -> None:
    """Take a comment away, by its author or a manager, also out of what people were told of it; replies to it stay,
    under the note that it was removed."""
    if comment.author_id != actor.pk and comment.render.project.role_of(actor) != Role.MANAGER:
        raise PermissionDenied(_("Only its author and the managers of the project remove a comment."))
    with transaction.atomic():
        _change(comment, {"removed_at": None}, {"removed_at": now()})
        search_index.index(noun="take", numbers=[comment.render_id])
        comment_notices.forget(comment=comment)


def resolve(*, comment: Comment, actor: User) -> None:
    """Say that a conversation is dealt with; once it is, saying so again changes nothing."""
    _require_thread(comment)
    _change(comment, {"removed_at": None, "resolved_at": None}, {"resolved_at": now(), "resolved_by": actor})


def reopen(*, comment: Comment, actor: User) -> None:
    """Say that there is something to do after all."""
    _require_thread(comment)
    _change(comment, {"removed_at": None, "resolved_at__isnull": False}, {"resolved_at": None, "resolved_by": None})


@transaction.atomic
def _change(comment: Comment, expected: dict[str, Any], changes: dict[str, Any]) -> None:
    _require_open(_held(comment.render))
    if Comment.objects.filter(pk=comment.pk, **expected).update(**changes):
        bump(take_id=comment.render_id)


def _tidy(text: str) -> str:
    # Browsers send CRLF; the same words must compare equal.
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise ValidationError({"text": _("Write what you want to say; nothing was sent.")})
    if len(text) > LONGEST:
        raise ValidationError(
            {
                "text": _("A comment has at most %(longest)s characters; this one has %(number)s.")
                % {"longest": LONGEST, "number": len(text)}
            }
        )
    if "\x00" in text:
        raise ValidationError({"text": _("The text holds a character that cannot be stored. Write it anew.")})
    return text


def _shapes(drawing: Sequence[object]) -> list[drawings.Shape]:
    try:
        return drawings.checked(drawing)
    except ValueError as error:
        raise ValidationError({"drawing": str(error)}) from error


def _held(take: Render) -> Render:
    """The take as it is now, held until the transaction ends, so that pressing twice finds the first press."""
    return Render.objects.select_for_update(of=("self",)).select_related("project", "output").get(pk=take.pk)


def _as_it_is(comment: Comment) -> Comment:
    _require_open(_held(comment.render))
    current = Comment.objects.select_related("render__project", "author").get(pk=comment.pk)
    if current.removed_at:
        raise ValidationError(_(GONE))
    return current


def _require_open(take: Render) -> None:
    if take.deleted_at is not None:
        raise ValidationError(_("This take has been deleted; it can be brought back first. Nothing was changed."))
    if take.project.archived_at is not None:
        raise ValidationError(_("This project is archived, so nothing new is said of its takes. Nothing was changed."))
    if take.state != RenderState.READY or getattr(take, "output", None) is None:
        raise ValidationError(_("Comments are made on a film, and this take has none yet. Nothing was changed."))


def _require_place(
    take: Render,
    *,
    parent: Comment | None,
    frame: int | None,
    end_frame: int | None,
    drawing: list[drawings.Shape],
    text: str,
) -> None:
    if parent is not None:
        _require_answerable(take, parent)
        if frame is not None or end_frame is not None or drawing:
            raise ValidationError(_("A reply stands where its comment stands; it has no frame or drawing of its own."))
        return
    frames = take.output.frames
    if frame is None:
        if end_frame is not None:
            raise ValidationError({"end_frame": _("A span needs a beginning.")})
        if drawing:
            raise ValidationError({"drawing": _("A drawing needs the frame that it is on.")})
        return
    if not 0 <= frame < frames:
        raise ValidationError(
            {
                "frame": _("This film has %(frames)s frames, counted from 0; %(frame)s is none of them.")
                % {"frames": frames, "frame": frame}
            }
        )
    if end_frame is not None and not frame < end_frame < frames:
        raise ValidationError({"end_frame": _("A span ends after it begins and within the film.")})


def _require_answerable(take: Render, parent: Comment) -> None:
    # Asked anew: it may have been removed since it was looked up.
    current = Comment.objects.filter(pk=parent.pk, render=take).first()
    if current is None:
        raise ValidationError(_("The comment that this answers is not one on this take. Nothing was sent."))
    if current.removed_at is not None:
        raise ValidationError(_(GONE))
    if current.parent_id is not None:
        raise ValidationError(_("Answer the comment that the conversation began with; replies have none of their own."))


def _require_thread(comment: Comment) -> None:
    if comment.parent_id is not None:
        raise ValidationError(_("A conversation is resolved as a whole, at the comment that it began with."))


def _said_just_now(take: Render, author: User | None, guest: Guest | None, said: dict[str, Any]) -> Comment | None:
    since = now() - TWICE
    recent = Comment.objects.filter(render=take, author=author, guest=guest, removed_at=None, created_at__gt=since)
    place = {name: said[name] for name in ("text", "parent", "frame", "end_frame")}
    return next((found for found in recent.filter(**place) if found.drawing == said["drawing"]), None)
