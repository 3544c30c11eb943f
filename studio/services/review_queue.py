"""What waits for review: whose it is, in which order, and how much of it. Only reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.expressions import Expression, RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from studio.choices import ReviewState, Verdict
from studio.models import Project, Render, RenderEvent, Review, User
from studio.models.renders import RenderQuerySet
from studio.services.gallery_filters import Plain
from studio.services.reviews import SENT
from studio.services.verdicts import decided_by

# Written out: behind a parameter SQLite sees no index of what waits, and would read every take there is.
_WAITING = RawSQL(f"'{ReviewState.WAITING.value}'", [])  # noqa: S611


@dataclass(frozen=True)
class Place:
    """Where a take stands in a queue: its number from 1 (None: it is not in it), of how many, and its neighbours."""

    number: int | None
    total: int
    previous: int | None
    next: int | None


def waiting(*, user: User, project: Project | None = None, only_mine: bool = False) -> RenderQuerySet:
    """What waits in all projects that `user` may open, or in one, oldest first; or only what waits for `user`."""
    takes = Render.objects.visible_to(user).filter(review_state=_WAITING, project__archived_at=None)
    if project is not None:
        takes = takes.filter(project=project)
    if only_mine:
        mine = Q() if user.is_admin else decided_by(user.pk)
        takes = takes.filter(mine).exclude(_has_said(user.pk))
    return takes.order_by("review_asked_at", "pk")


def page_of(takes: RenderQuerySet, user: User, size: int) -> RenderQuerySet:
    """The first `size` of a queue, each with all that a line of it shows: `sent` (event), `said`, `approvals` (numbers)
    and `my_verdict`."""
    # Chosen first, so that nothing of what is shown is looked up for those that are not.
    chosen = Render.objects.filter(pk__in=takes.values("pk")[:size])
    return _with_row(chosen, user).order_by("review_asked_at", "pk")


def _with_row(takes: RenderQuerySet, user: User) -> RenderQuerySet:
    current = Review.objects.current().filter(render=OuterRef("pk"))
    sent = RenderEvent.objects.filter(render=OuterRef("pk"), reason__startswith=SENT).order_by("-pk")
    wanted = takes.select_related("project", "asked_by", "review_asked_by", "output")
    return wanted.defer("estimate_basis", "result_url").annotate(
        sent=Subquery(sent.values("reason")[:1]),
        said=_number_of(current),
        approvals=_number_of(current.filter(verdict=Verdict.APPROVED)),
        my_verdict=Subquery(current.filter(reviewer=user.pk).values("verdict")[:1]),
    )


def note_of(reason: str | None) -> str:
    """The note that a take was sent with, from the event that keeps it."""
    return (reason or "").removeprefix(SENT).removeprefix(": ")


def counts(*, user: User, project: Project | None = None) -> dict[str, int]:
    """How many wait in all (`all`), and how many of them for this person (`mine`); one query."""
    takes = waiting(user=user, project=project)
    # The inner one is asked by number, since roles and persons are looked up in one row there.
    mine = Q(pk__in=waiting(user=user, project=project, only_mine=True).order_by().values("pk"))
    return takes.order_by().aggregate(all=Count("pk"), mine=Count("pk", filter=mine))


def behind(takes: RenderQuerySet, take: Render) -> RenderQuerySet:
    """Those of a queue that come after this take; all of them when it has no place in it."""
    if take.review_asked_at is None:
        return takes
    same_moment = Q(review_asked_at=take.review_asked_at, pk__gt=take.pk)
    return takes.filter(Q(review_asked_at__gt=take.review_asked_at) | same_moment)


def before(takes: RenderQuerySet, take: Render) -> RenderQuerySet:
    """Those of a queue that come before this take, the nearest first; none when it has no place in it."""
    if take.review_asked_at is None:
        return takes.none()
    same_moment = Q(review_asked_at=take.review_asked_at, pk__lt=take.pk)
    return takes.filter(Q(review_asked_at__lt=take.review_asked_at) | same_moment).reverse()


def place_of(takes: RenderQuerySet, take: Render) -> Place:
    """Where `take` stands among `takes`, a queue; three queries."""
    earlier = Q(pk__in=before(takes, take).order_by().values("pk"))
    found = takes.order_by().aggregate(
        total=Count("pk"), earlier=Count("pk", filter=earlier), here=Count("pk", filter=Q(pk=take.pk))
    )
    return Place(
        number=found["earlier"] + 1 if found["here"] else None,
        total=found["total"],
        previous=_first(before(takes, take)),
        next=_first(behind(takes, take).exclude(pk=take.pk)),
    )


def next_for(*, takes: RenderQuerySet, take: Render) -> int | None:
    """The id of the next in a queue once `take` is dealt with: those after it first, then those passed over."""
    others = takes.exclude(pk=take.pk)
    return _first(behind(others, take)) or _first(others)


def number_for_person() -> Expression:
    """Of a user's row: how many takes wait for that person, in all projects that are not archived."""
    open_takes = _open(Render.objects.exclude(_has_said(OuterRef(OuterRef("pk")))))
    of_member = open_takes.filter(decided_by(OuterRef("pk")))
    is_admin = Q(is_studio_admin=True) | Q(is_superuser=True)
    return Case(When(is_admin, then=_number_of(open_takes)), default=_number_of(of_member))


def number_in_project(user: User) -> Expression:
    """Of a project's row: how many of its takes wait for `user`."""
    takes = _open(Render.objects.filter(project=OuterRef("pk"))).exclude(_has_said(user.pk))
    return _number_of(takes if user.is_admin else takes.filter(decided_by(user.pk)))


def _open(takes: RenderQuerySet) -> RenderQuerySet:
    # Behind its sign, so that no index of all that is present is taken for the one of what waits.
    present = IsNull(Plain(F("deleted_at")), True)
    return takes.filter(present, review_state=_WAITING, project__archived_at=None)


def _has_said(person: Any) -> Exists:
    return Exists(Review.objects.current().filter(render=OuterRef("pk"), reviewer=person))


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are, as one number in another query."""
    counted = rows.order_by().annotate(number=Func(F("pk"), function="COUNT")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _first(takes: RenderQuerySet) -> int | None:
    return takes.values_list("pk", flat=True).first()
