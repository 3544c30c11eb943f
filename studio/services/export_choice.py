"""Which takes go out to the edit, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.core.exceptions import ValidationError
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from studio.choices import ReviewState, Verdict
from studio.lib.english import english
from studio.models import Project, Render

# What the database can be asked for; no take has a greater number.
LARGEST = 2**63 - 1
BY_NUMBER, AS_APPROVED, AS_GIVEN = "number", "approved", "given"
ORDERS = {
    BY_NUMBER: english("By take number"),
    AS_APPROVED: english("As they were approved"),
    AS_GIVEN: english("As they stand in the list"),
}


def approved(*, project: Project) -> list[Render]:
    """All approved takes of a project, oldest first."""
    return list(_takes(project).filter(review_state=ReviewState.APPROVED))


def listed(takes: Collection[Render], numbers: Sequence[int]) -> list[Render]:
    """The takes in the order of these numbers, which name each of them."""
    found = {take.pk: take for take in takes}
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def chosen(*, project: Project, numbers: Collection[int]) -> list[Render]:
    """The takes with these numbers, oldest first; those of other projects and deleted ones are none."""
    return list(_takes(project).filter(pk__in=[number for number in numbers if number <= LARGEST]))


def named(*, project: Project, numbers: Sequence[int]) -> list[Render]:
    """The takes with these numbers in just this order; raises ValidationError when one of them is not there."""
    found = {take.pk: take for take in chosen(project=project, numbers=numbers)}
    if missing := [str(number) for number in dict.fromkeys(numbers) if number not in found]:
        raise ValidationError(
            _("There is no take %(names)s in this project, or it was deleted.") % {"names": ", ".join(missing)}
        )
    return [found[number] for number in dict.fromkeys(numbers)]


def ordered(takes: Collection[Render], order: str) -> list[Render]:
    """The takes as they are given, by their numbers, or in the order in which they were approved, those that are not
    yet at the end."""
    if order == AS_GIVEN:
        return list(takes)
    by_number = sorted(takes, key=lambda take: take.pk)
    if order != AS_APPROVED:
        return by_number
    standing = Q(reviews__replaced_at=None, reviews__verdict=Verdict.APPROVED)
    rows = Render.objects.filter(pk__in=[take.pk for take in takes]).annotate(
        approved_at=Max("reviews__created_at", filter=standing)
    )
    moments = dict(rows.order_by().values_list("pk", "approved_at"))
    first = [take for take in by_number if moments[take.pk]]
    return sorted(first, key=lambda take: moments[take.pk]) + [take for take in by_number if not moments[take.pk]]


def _takes(project: Project) -> QuerySet[Render]:
    return Render.objects.filter(project=project).present().select_related("output").order_by("pk")
