"""Telling people: one row for each, in the transaction of what happened; the mails and calls go out by jobs.

Only people who may open the project are told, as far as each of them chose: in the studio, by mail, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from studio.choices import NoticeChannel, NoticeKind
from studio.lib.clock import now
from studio.lib.masking import mask
from studio.models import Comment, Dispatch, Membership, Notification, Project, ProjectHook, Render, User
from studio.services import dispatches

APP, MAIL = "app", "mail"
PLACES = (APP, MAIL)
# What is also mailed to whoever has not chosen otherwise; of everything there is a line in the studio.
MAILED = frozenset(
    {
        NoticeKind.REVIEW,
        NoticeKind.DECIDED,
        NoticeKind.MENTION,
        NoticeKind.UNCONFIRMED,
        NoticeKind.BUDGET,
        NoticeKind.KEY,
    }
)
# A mention is a comment, which is called out as such; a key belongs to no project.
CALLED = (
    NoticeKind.READY,
    NoticeKind.REVIEW,
    NoticeKind.DECIDED,
    NoticeKind.COMMENT,
    NoticeKind.UNCONFIRMED,
    NoticeKind.BUDGET,
)
EVERYWHERE = frozenset({APP, *NoticeChannel.values})


def tell(
    *,
    kind: NoticeKind,
    people: Iterable[User],
    key: str,
    text: str,
    path: str = "",
    project: Project | None = None,
    render: Render | None = None,
    comment: Comment | None = None,
    actor: User | None = None,
    channels: Collection[str] = EVERYWHERE,
) -> None:
    """Tell each of `people`, but never the `actor`, once: `key` names the happening, and the same is not told again.

    In the transaction of the caller: with it the rows, mails and the project's call are stored, or none of them.
    `channels` narrows where it may go at all; `key` then has to be another one for each part."""
    project = project or (render.project if render is not None else None)
    notice = Notification(
        kind=kind,
        key=key[:160],
        project=project,
        render=render,
        comment=comment,
        actor=actor,
        text=_shortened(mask(" ".join(text.split()))),
        path=path,
    )
    with transaction.atomic():
        hook = ProjectHook.objects.filter(project=project).first() if project is not None else None
        mails = MAIL in channels and can_mail(project=project, hook=hook)
        mailed = _store_rows(notice, _allowed(people, project, actor), in_app=APP in channels, mails=mails)
        wanted = _mails(notice, mailed) if mailed else []
        if NoticeChannel.WEBHOOK in channels and hook is not None:
            wanted += _calls(notice, hook)
        dispatches.store(wanted=wanted)


def can_mail(*, project: Project | None, hook: ProjectHook | None) -> bool:
    """Whether mails go out at all: the studio has a mail server, and the project, where there is one, wants them."""
    return bool(settings.STUDIO_SENDS_MAIL) and (project is None or (hook is not None and hook.sends_mail))


def places_of(*, person: User, kind: str) -> frozenset[str]:
    """Where this person hears of `kind`: as chosen, or as it is for everybody."""
    chosen = person.notice_choices.get(kind)
    if isinstance(chosen, list):
        return frozenset(PLACES) & frozenset(map(str, chosen))
    return frozenset(PLACES if kind in MAILED else (APP,))


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:299]}…"


def _allowed(people: Iterable[User], project: Project | None, actor: User | None) -> QuerySet[User]:
    """Asked of the database: somebody may have been shut out since the caller read them."""
    wanted = {person.pk for person in people} - {actor.pk if actor is not None else 0}
    found = User.objects.filter(pk__in=wanted, is_active=True)
    if project is None:
        return found
    member = Exists(Membership.objects.filter(project=project, user=OuterRef("pk")))
    return found.filter(Q(member) | Q(is_studio_admin=True) | Q(is_superuser=True))


def _store_rows(notice: Notification, people: Iterable[User], *, in_app: bool, mails: bool) -> list[User]:
    """A row for each that hears of it at all; gives those who are to be mailed."""
    rows, mailed = [], []
    for person in people:
        places = places_of(person=person, kind=notice.kind)
        by_mail = mails and MAIL in places and bool(person.email)
        if by_mail:
            mailed.append(person)
        if by_mail or (in_app and APP in places):
            rows.append(_row(notice, person, in_app=in_app and APP in places))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return mailed


def _row(notice: Notification, person: User, *, in_app: bool) -> Notification:
    return Notification(
        recipient=person,
        kind=notice.kind,
        key=notice.key,
        project=notice.project,
        render=notice.render,
        comment=notice.comment,
        actor=notice.actor,
        text=notice.text,
        path=notice.path,
        in_app=in_app,
    )


def _mails(notice: Notification, people: Sequence[User]) -> list[Dispatch]:
    # Asked for, as rows that are stored past a conflict do not say their number.
    stored = Notification.objects.filter(key=notice.key, recipient__in=people)
    name = notice.project.name if notice.project is not None else ""
    return [
        Dispatch(
            channel=NoticeChannel.MAIL,
            key=f"mail:{row.recipient_id}:{row.key}",
            notification=row,
            content={"project": name, "text": row.text, "path": reverse("notification-open", args=[row.pk])},
        )
        for row in stored
    ]


def _calls(notice: Notification, hook: ProjectHook) -> list[Dispatch]:
    if notice.kind not in CALLED or notice.kind not in hook.kinds or not hook.has_address:
        return []
    content = {
        "type": notice.kind,
        "created_at": now().isoformat(timespec="seconds"),
        "project": notice.project.name if notice.project is not None else "",
        "take": notice.render.pk if notice.render is not None else None,
        "text": notice.text,
        "path": notice.path,
    }
    key = f"hook:{hook.project_id}:{notice.key}"
    return [Dispatch(channel=NoticeChannel.WEBHOOK, key=key, hook=hook, content=content)]


def number_unread() -> Coalesce:
    """How many lines a person, the row of the query around it, has not looked at."""
    mine = Notification.objects.unread().filter(recipient=OuterRef("pk")).order_by()
    return Coalesce(Subquery(mine.values("recipient").annotate(number=Count("pk")).values("number")), 0)


def mark_read(*, notification: Notification) -> None:
    """The person has looked at it."""
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=now())


def mark_all_read(*, person: User, up_to: int) -> int:
    """The person has seen the list, whose newest line was `up_to`; what came since stays unread. Says how many."""
    return Notification.objects.unread().filter(recipient=person, pk__lte=up_to).update(read_at=now())


def choose(*, person: User, choices: Mapping[str, Collection[str]], email: str) -> None:
    """Keep where the person wants to hear of what, and their address. Raises ValidationError."""
    email = email.strip()
    if email:
        validate_email(email)
    kept = {kind: [place for place in PLACES if place in choices.get(kind, ())] for kind in NoticeKind.values}
    User.objects.filter(pk=person.pk).update(notice_choices=kept, email=email)


def forget(*, person: User, project: Project | None = None) -> None:
    """Whoever may no longer open a project keeps nothing that was told of it; without one: of all that they are not
    in, and of what is told to studio admins only."""
    mine = Notification.objects.filter(recipient=person)
    if project is not None:
        mine.filter(project=project).delete()
        return
    admins_only = Q(project=None, kind__in=(NoticeKind.KEY, NoticeKind.BUDGET))
    elsewhere = Q(project__isnull=False) & ~Q(project__in=Membership.objects.filter(user=person).values("project"))
    mine.filter(admins_only | elsewhere).delete()
