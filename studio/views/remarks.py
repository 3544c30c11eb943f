"""Comments as a page shows them: in threads, with names, places in the film and what the viewer may do with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from studio.lib import names
from studio.lib.timecode import timecode
from studio.models import Comment, GuestLink, Render, User


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: a member, who may remove others' comments when managing the project, or a guest of a link."""

    user: User | None = None
    manages: bool = False
    link: GuestLink | None = None


class Remark(TypedDict):
    """One comment with all that is written of it, worked out beforehand: a page has hundreds of them."""

    comment: Comment
    # As text, like the frames: a number would be asked each time how this country writes it.
    pk: str
    frame: str
    end_frame: str
    name: str
    words: SafeString
    when: str
    moment: str
    # What the addresses of its acts begin with.
    url: str
    place: str
    drawing: str
    is_removed: bool
    is_changed: bool
    is_resolved: bool
    resolved: str
    may_edit: bool
    may_remove: bool
    replies: list[Remark]
    answers: list[Render]


def visible_to(take: Render, viewer: Viewer) -> QuerySet[Comment]:
    """The comments on `take` that the viewer sees: members all of them; guests the conversations that guests of the
    same link began, as in the others the house talks to itself, of prompts and prices too."""
    found = Comment.objects.filter(render=take)
    if viewer.link is None:
        return found
    return found.filter(Q(parent=None, guest__link=viewer.link) | Q(parent__guest__link=viewer.link))


def threads_of(take: Render, viewer: Viewer) -> list[Remark]:
    """The conversations on `take` in the order of the film, each with its replies; in a fixed number of queries."""
    # A drawing goes into the page as it lies in the database: nothing here looks at its shapes.
    stored = visible_to(take, viewer).annotate(shapes=Cast("drawing", TextField())).defer("drawing")
    comments = list(stored.order_by("id"))
    if not comments:
        return []
    scribe, answers = _Scribe(take, viewer, comments), _answers(take, viewer)
    threads = {comment.pk: scribe.remark(comment) for comment in comments if comment.parent_id is None}
    for comment in comments:
        if comment.parent_id in threads and comment.removed_at is None:
            threads[comment.parent_id]["replies"].append(scribe.remark(comment))
    for pk, thread in threads.items():
        thread["answers"] = answers[pk]
    # What was removed only stays as long as something stands under it.
    shown = (thread for thread in threads.values() if thread["replies"] or not thread["is_removed"])
    return sorted(shown, key=_order_in_film)


def _order_in_film(thread: Remark) -> tuple[int, int]:
    comment = thread["comment"]
    return (-1 if comment.frame is None else comment.frame, comment.pk)


def _answers(take: Render, viewer: Viewer) -> dict[int | None, list[Render]]:
    """The takes that answer a comment, by its id; guests learn of no other take."""
    found: dict[int | None, list[Render]] = defaultdict(list)
    if viewer.link is None:
        for answer in Render.objects.present().filter(answers__render=take).only("id", "answers_id").order_by("id"):
            found[answer.answers_id].append(answer)
    return found


class _Scribe:
    """Writes remarks, with the names of everybody concerned looked up at once."""

    def __init__(self, take: Render, viewer: Viewer, comments: Sequence[Comment]) -> None:
        self._viewer, self._rate = viewer, take.output.rate
        # Asked once, as both cost more than all else that is written of a comment.
        self._timezone, self._days = get_current_timezone(), dict[date, str]()
        self._url = reverse("comment-edit", args=[0]).removesuffix("0/edit/")
        self._mentions: dict[int, set[int]] = defaultdict(set)
        through = Comment.mentions.through.objects.filter(comment__render=take)
        for comment_id, user_id in through.values_list("comment_id", "user_id"):
            self._mentions[comment_id].add(user_id)
        wanted = {pk for pks in self._mentions.values() for pk in pks}
        wanted |= {pk for comment in comments for pk in (comment.author_id, comment.resolved_by_id) if pk}
        people = User.objects.only("username", "display_name", "first_name", "last_name")
        self._people = people.in_bulk(wanted)

    def remark(self, comment: Comment) -> Remark:
        """How `comment` stands in the page; its replies and answers are still to be added."""
        is_mine = self._viewer.user is not None and comment.author_id == self._viewer.user.pk
        is_removed = comment.removed_at is not None
        said, shapes = comment.created_at.astimezone(self._timezone), getattr(comment, "shapes", "[]")
        return Remark(
            comment=comment,
            pk=str(comment.pk),
            frame="" if comment.frame is None else str(comment.frame),
            end_frame="" if comment.end_frame is None else str(comment.end_frame),
            name=self._name(comment),
            words=self._words(comment),
            when=self._written(said),
            moment=said.isoformat(timespec="seconds"),
            url=f"{self._url}{comment.pk}/",
            place="" if is_removed else self._place(comment),
            drawing="" if is_removed or shapes == "[]" else shapes,
            is_removed=is_removed,
            is_changed=comment.edited_at is not None,
            is_resolved=comment.resolved_at is not None,
            resolved=self._resolved(comment),
            may_edit=is_mine and not is_removed,
            may_remove=(is_mine or self._viewer.manages) and not is_removed,
            replies=[],
            answers=[],
        )

    def _name(self, comment: Comment) -> str:
        is_for_guests, is_of_a_guest = self._viewer.link is not None, comment.guest_id is not None
        return self._known(comment.author_id) if is_for_guests and not is_of_a_guest else comment.name

    def _known(self, pk: int | None) -> str:
        found = self._people.get(pk or 0)
        if found is None:
            return _("The team")
        # A username may be an address of mail, which is none of a guest's business.
        is_for_guests = self._viewer.link is not None
        return found.display_name or found.get_full_name() or _("The team") if is_for_guests else found.label

    def _resolved(self, comment: Comment) -> str:
        if comment.resolved_at is None:
            return ""
        when = self._written(comment.resolved_at.astimezone(self._timezone))
        if not comment.resolved_by_id:
            return _("Resolved, %(when)s") % {"when": when}
        return _("Resolved by %(person)s, %(when)s") % {"person": self._known(comment.resolved_by_id), "when": when}

    def _words(self, comment: Comment) -> SafeString:
        mentioned = [pk for pk in self._mentions.get(comment.pk, ()) if pk in self._people]
        called = {self._people[pk].label.casefold(): pk for pk in mentioned}
        marked = (
            f'<b class="comment-mention">{escape(self._call(text, called))}</b>' if is_call else escape(text)
            for text, is_call in names.split(comment.text, called)
        )
        return mark_safe("".join(marked))  # noqa: S308  (each piece is escaped)

    def _call(self, text: str, called: dict[str, int]) -> str:
        """`@Name` as it was written; to guests with the name that they may know."""
        return text if self._viewer.link is None else f"@{self._known(called[text[1:].casefold()])}"

    def _place(self, comment: Comment) -> str:
        if comment.frame is None:
            return ""
        begins = timecode(comment.frame, self._rate)
        return begins if comment.end_frame is None else f"{begins}–{timecode(comment.end_frame, self._rate)}"

    def _written(self, moment: datetime) -> str:
        day = moment.date()
        if day not in self._days:
            self._days[day] = date_format(day, "j M")
        return f"{self._days[day]}, {moment:%H:%M}"
