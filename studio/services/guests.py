"""Guests: coming in by a link with a name, what they may see there now, and the log of what they did.

Wrong passwords are counted in that log, by link and address. The throttle of the sign-in (django-axes) is not asked:
it writes whole addresses into its table and its log, and the address of a link is what lets people in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from studio.choices import FileState, RenderState, VisitKind
from studio.lib.clock import now
from studio.models import Comment, Guest, GuestLink, GuestTake, GuestVisit, Render
from studio.services.guest_links import closed_because
from studio.services.previews import STRIP_FRAMES, filmstrip_of

# Playing goes on in many requests, and a page is looked at again: within this time it is one line in the log.
ONE_VISIT = timedelta(minutes=30)
_ONE_LINE = (VisitKind.OPENED, VisitKind.PLAYED, VisitKind.DOWNLOADED)
# How much one guest may say, and how many may come in from one address, before they are asked to wait.
PACE = timedelta(minutes=10)
MOST_COMMENTS = 20
MOST_VERDICTS = 60
# All guests of one link together: whoever comes in again under another name begins with nothing new.
MOST_COMMENTS_OF_ALL = 100
MOST_VERDICTS_OF_ALL = 300
MOST_ENTRIES = 30
# Of wrong passwords from one address, and from everywhere, before the door is shut for a while.
SHUT = timedelta(minutes=15)
MOST_TRIES = 6
MOST_TRIES_OF_ALL = 200
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Files:
    """What a guest is served of one take: names in the storage."""

    video: str
    poster: str
    filmstrip: str
    strip_frames: int


class WrongPassword(ValidationError):
    """The link has another password."""

    def __init__(self) -> None:
        super().__init__({"password": _("That is not the password of this link. Ask whoever sent it to you.")})


class TooFast(Exception):
    """More than a person does; `message` asks them kindly to wait."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def enter(*, link: GuestLink, name: str, password: str = "", address: str = "", agent: str = "") -> Guest:
    """Let somebody in under `name`, and write it down.

    Raises ValidationError without a name or for a closed link, WrongPassword (written down too) and TooFast."""
    if closed_because(link):
        raise ValidationError(_("This link is not open any more."))
    words = " ".join("".join(each for each in name if each.isprintable() or each.isspace()).split())
    if not words or len(words) > _LONGEST_NAME:
        raise ValidationError(
            {"name": _("Your name, please: at most %(number)s characters.") % {"number": _LONGEST_NAME}}
        )
    _require_password(link, password, address, agent)
    came = link.visits.filter(kind=VisitKind.OPENED, address=address, created_at__gt=now() - PACE)
    if came.count() >= MOST_ENTRIES:
        raise TooFast(_("Many people have just come in from where you are. Please try again in a few minutes."))
    with transaction.atomic():
        guest = Guest.objects.create(link=link, name=words)
        log(link=link, kind=VisitKind.OPENED, guest=guest, address=address, agent=agent)
    return guest


def _require_password(link: GuestLink, password: str, address: str, agent: str) -> None:
    if not link.password:
        return
    # Counted as refused before it is looked at, so that many at once are as many tries as one after the other.
    with transaction.atomic():
        GuestLink.objects.select_for_update(no_key=True).get(pk=link.pk)
        refused = link.visits.filter(kind=VisitKind.REFUSED, created_at__gt=now() - SHUT)
        if refused.filter(address=address).count() >= MOST_TRIES or refused.count() >= MOST_TRIES_OF_ALL:
            raise TooFast(_("That was the wrong password too often. Please try again in a quarter of an hour."))
        tried = _write(link=link, kind=VisitKind.REFUSED, address=address, agent=agent)
    if not link.opens_with(password):
        raise WrongPassword
    tried.delete()


def log(
    *,
    link: GuestLink,
    kind: VisitKind,
    guest: Guest | None = None,
    take: Render | None = None,
    address: str = "",
    agent: str = "",
) -> None:
    """Write a line into the log of a link; looking again within half an hour adds none."""
    if kind in _ONE_LINE and guest is not None:
        lately = GuestVisit.objects.filter(link=link, guest=guest, render=take, kind=kind)
        if lately.filter(created_at__gt=now() - ONE_VISIT).exists():
            return
    _write(link=link, kind=kind, guest=guest, render=take, address=address, agent=agent)


def _write(*, address: str, agent: str, **values: Any) -> GuestVisit:
    return GuestVisit.objects.create(address=address[:45], agent=agent.replace("\x00", "")[:200], **values)


def shown_to(*, link: GuestLink) -> QuerySet[GuestTake]:
    """What the link shows at this moment: takes that are ready still and that nobody has deleted, in its order."""
    present = Render.objects.present().filter(state=RenderState.READY, project=link.project_id)
    return link.shown.filter(render__in=present.values("pk")).select_related("render__output")


def files_of(*, link: GuestLink, shown: GuestTake) -> Files | None:
    """The files that stand for a take on the page of `link`; None while they are being made, or could not be."""
    if shown.preview_state == FileState.READY and shown.preview:
        return Files(shown.preview, shown.preview_poster, filmstrip_of(shown.preview), STRIP_FRAMES)
    if shown.preview_state or link.watermark:
        return None
    output = shown.render.output
    return Files(output.file, output.poster, output.filmstrip, output.filmstrip_frames)


def require_pace(*, guest: Guest, kind: VisitKind) -> None:
    """Raises TooFast when the guest has said so much in ten minutes that others could not keep up."""
    since = now() - PACE
    if kind == VisitKind.COMMENTED:
        said = Comment.objects.filter(guest__link=guest.link_id, created_at__gt=since)
        if said.filter(guest=guest).count() >= MOST_COMMENTS or said.count() >= MOST_COMMENTS_OF_ALL:
            raise TooFast(
                _("That was a lot at once. Nothing is lost: please send your comment again in a few minutes.")
            )
        return
    done = GuestVisit.objects.filter(link=guest.link_id, kind=kind, created_at__gt=since)
    if done.filter(guest=guest).count() >= MOST_VERDICTS or done.count() >= MOST_VERDICTS_OF_ALL:
        raise TooFast(_("That was a lot at once. Please try again in a few minutes."))
