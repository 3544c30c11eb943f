"""One to five for a take, by the people of its project: shared, the last word counts, and the history tells whose."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.lib.english import english
from studio.models import Project, Render, User
from studio.services.transitions import note_all

MOST = 5


def rate(*, project: Project, takes: Iterable[int], rating: int, actor: User | None) -> int:
    """Give those of the project's takes with these numbers the rating, 0 for none; how many had another one before.

    Raises ValidationError for a number out of reach and for an archived project."""
    if not 0 <= rating <= MOST:
        raise ValidationError(_("A rating is 1 to 5, or none."))
    if project.archived_at is not None:
        raise ValidationError(_("This project is archived. A manager can bring it back in its settings."))
    with transaction.atomic():
        other = Render.objects.present().filter(project=project, pk__in=list(takes)).exclude(rating=rating)
        # Held in the order of their numbers, so that what is written is also what is told.
        changed = list(other.order_by("pk").select_for_update(of=("self",), no_key=True))
        Render.objects.filter(pk__in=[take.pk for take in changed]).update(rating=rating)
        note_all(takes=changed, reason=_said(rating), actor=actor)
    return len(changed)


def _said(rating: int) -> str:
    return english("Rated %(rating)s of 5", rating=rating) if rating else english("Rating taken away")
