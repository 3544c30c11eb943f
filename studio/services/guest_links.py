"""Guest links: who makes them, what they show and grant, and how they end.

A link is handed out, so it is only ever made narrower: rights and takes can be taken away, never added. Its end may be
moved either way, as far as `LONGEST_DAYS` from now. Each take is shown as a copy of its own that a job makes
(`jobs/previews.py`): with the words of the link burned in, or else the same pictures without the tags of the file, in
which a gateway may have written what was asked of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from studio.choices import FileState, RenderState, Role
from studio.lib.clock import now
from studio.lib.english import english
from studio.media.watermarks import undrawable
from studio.models import Guest, GuestLink, GuestTake, Project, Render
from studio.services import audit, previews
from studio.services.audit import Actor
from studio.services.queue import enqueue

LONGEST_DAYS = 90
MOST_TAKES = 100
SHORTEST_PASSWORD = 6
_LONGEST_LABEL = 120
_LONGEST_PASSWORD = 200
_LONGEST_WORDS = 80
RIGHTS = ("may_comment", "may_decide", "may_download")
_RIGHT_WORDS = {
    "may_comment": english("may comment"),
    "may_decide": english("may decide"),
    "may_download": english("may download"),
}
NO_TAKES = english("Choose at least one take.")


def address_of(link: GuestLink) -> str:
    """The whole address to hand over."""
    return settings.STUDIO_PUBLIC_URL + reverse("guest-home", args=[link.token])


def closed_because(link: GuestLink) -> str:
    """Why the link lets nobody in, as a word for the page, or "" while it does."""
    if link.revoked_at:
        return "revoked"
    return "expired" if link.expires_at <= now() else ""


def grants(*, guest: Guest, take: Render, right: str) -> bool:
    """Whether the guest's link, as it is now and not as it was read, is open and gives the right to this take."""
    found = GuestLink.objects.open().filter(pk=guest.link_id, shown__render=take)
    return found.filter(**{right: True}).exists()


@transaction.atomic
def create_link(
    *,
    project: Project,
    takes: Sequence[Render],
    label: str,
    expires_at: datetime,
    actor: Actor,
    password: str = "",
    may_comment: bool = False,
    may_decide: bool = False,
    may_download: bool = False,
    watermark: str = "",
) -> GuestLink:
    """Make a link to `takes`, which are shown in that order.

    Raises ValidationError for what cannot be shown, lasts too long or says nothing, and for who does not manage."""
    _require_manager(project, actor)
    if project.archived_at:
        raise ValidationError(_("This project is archived. Bring it back before you share takes of it."))
    link = GuestLink.objects.create(
        project=project,
        label=_checked_label(label),
        nonce=secrets.token_urlsafe(32),
        password=make_password(_checked_password(password)) if password else "",
        may_comment=may_comment,
        may_decide=may_decide,
        may_download=may_download,
        watermark=_checked_words(watermark),
        created_by=actor.user,
        expires_at=_checked_end(expires_at),
    )
    for position, take in enumerate(_checked_takes(project, takes)):
        shown = GuestTake.objects.create(link=link, render=take, position=position, preview_state=FileState.WAITING)
        enqueue(previews.JOB, shown.pk)
    audit.record(actor=actor, act="guest-link-create", subject=_subject(link), detail=_terms(link))
    return link


@transaction.atomic
def revoke(*, link: GuestLink, actor: Actor) -> bool:
    """End a link for good; False when it had been revoked before. Raises ValidationError for who does not manage."""
    _require_manager(link.project, actor)
    still = GuestLink.objects.filter(pk=link.pk, revoked_at=None)
    if not still.update(revoked_at=now(), revoked_by=actor.user):
        return False
    audit.record(actor=actor, act="guest-link-revoke", subject=_subject(link))
    return True


@transaction.atomic
def change(
    *,
    link: GuestLink,
    actor: Actor,
    expires_at: datetime | None = None,
    rights: Collection[str] | None = None,
    takes: Collection[int] | None = None,
) -> GuestLink:
    """Move the end of a link, or leave it with fewer `rights` (of RIGHTS) or fewer `takes` (by their ids).

    Whatever is None stays. Raises ValidationError for what would widen the link, and for a revoked one."""
    _require_manager(link.project, actor)
    found = GuestLink.objects.select_for_update(no_key=True, of=("self",)).select_related("project").get(pk=link.pk)
    if found.revoked_at:
        raise ValidationError(_("This link was withdrawn. Make a new one instead."))
    if expires_at is not None and expires_at != found.expires_at:
        found.expires_at = _checked_end(expires_at)
    if rights is not None:
        _narrow_rights(found, rights)
    left_out = _narrow_takes(found, takes) if takes is not None else 0
    found.save()
    # Outside of the f-string, in which the gathering of texts does not look.
    words = english("%(number)s takes taken out", number=left_out)
    taken = f"; {words}" if left_out else ""
    audit.record(actor=actor, act="guest-link-change", subject=_subject(found), detail=_terms(found) + taken)
    return found


def _narrow_rights(link: GuestLink, rights: Collection[str]) -> None:
    held = {right for right in RIGHTS if getattr(link, right)}
    if not set(rights) <= held:
        raise ValidationError(_("A link that is handed out gets no further rights. Make a new one instead."))
    for right in RIGHTS:
        setattr(link, right, right in rights)


def _narrow_takes(link: GuestLink, takes: Collection[int]) -> int:
    shown = set(link.shown.values_list("render_id", flat=True))
    if not set(takes) <= shown:
        raise ValidationError(_("A link that is handed out gets no further takes. Make a new one instead."))
    if not takes:
        raise ValidationError(_("A link shows at least one take. Withdraw it if it is to show none."))
    # Held: a copy that is finished meanwhile is either among these, or finds that nobody shows it any more.
    left_out = list(link.shown.exclude(render__in=takes).order_by("pk").select_for_update())
    names = [name for shown in left_out for name in previews.files_of(shown)]
    if names:
        enqueue(previews.DISCARD_JOB, *names)
    return int(link.shown.filter(pk__in=[shown.pk for shown in left_out]).delete()[0])


def _require_manager(project: Project, actor: Actor) -> None:
    """Whoever has the shell, and the studio itself, may do all."""
    user = actor.user
    if user is not None and not user.is_admin and project.role_of(user) != Role.MANAGER:
        raise ValidationError(_("Only those who manage a project share its takes with guests."))


def _checked_label(label: str) -> str:
    words = " ".join(label.split())
    if not words:
        raise ValidationError({"label": _("Say who the link is for. Guests read it above the takes.")})
    if len(words) > _LONGEST_LABEL:
        raise ValidationError({"label": _("At most %(number)s characters.") % {"number": _LONGEST_LABEL}})
    return words


def _checked_password(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise ValidationError(
            {
                "password": _("Between %(least)s and %(most)s characters.")
                % {"least": SHORTEST_PASSWORD, "most": _LONGEST_PASSWORD}
            }
        )
    return password


def _checked_words(watermark: str) -> str:
    words = " ".join(watermark.split())
    if len(words) > _LONGEST_WORDS:
        raise ValidationError({"watermark": _("At most %(number)s characters.") % {"number": _LONGEST_WORDS}})
    if unknown := undrawable(words):
        raise ValidationError(
            {
                "watermark": _("There are no letters here to draw %(unknown)s with. Write it in Latin ones.")
                % {"unknown": unknown}
            }
        )
    return words


def _checked_end(expires_at: datetime) -> datetime:
    if expires_at <= now():
        raise ValidationError({"expires_at": _("Choose a moment to come.")})
    # A day of slack: the ninetieth day may be meant to its end.
    if expires_at > now() + timedelta(days=LONGEST_DAYS + 1):
        raise ValidationError(
            {
                "expires_at": _("A link lasts %(number)s days at most. It can be prolonged later.")
                % {"number": LONGEST_DAYS}
            }
        )
    return expires_at


def _checked_takes(project: Project, takes: Sequence[Render]) -> list[Render]:
    wanted = list(dict.fromkeys(take.pk for take in takes))
    if not wanted:
        raise ValidationError({"takes": _(NO_TAKES)})
    if len(wanted) > MOST_TAKES:
        raise ValidationError({"takes": _("A link shows %(number)s takes at most.") % {"number": MOST_TAKES}})
    ready = Render.objects.present().filter(project=project, state=RenderState.READY, output__isnull=False)
    found = ready.in_bulk(wanted)
    if len(found) < len(wanted):
        raise ValidationError({"takes": _("Only takes of this project that are ready can be shown to guests.")})
    return [found[pk] for pk in wanted]


def _subject(link: GuestLink) -> str:
    return english("%(link)s, guest link of %(project)s", link=link.label, project=link.project.name)


def _terms(link: GuestLink) -> str:
    """What the link gives, in words; never its address or its password."""
    parts = [
        english("%(number)s takes", number=link.shown.count()),
        english("until %(moment)s UTC", moment=f"{link.expires_at:%Y-%m-%d %H:%M}"),
    ]
    parts += [words for right, words in _RIGHT_WORDS.items() if getattr(link, right)]
    parts += [english("with a password")] if link.password else []
    parts += [english("watermarked")] if link.watermark else []
    return ", ".join(parts)
