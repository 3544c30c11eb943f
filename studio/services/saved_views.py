"""Views of galleries that a person keeps under a name; they are theirs alone."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from studio.models import Project, SavedView, User

MOST = 50


@transaction.atomic
def keep(*, user: User, project: Project | None, name: str, query: str) -> SavedView:
    """Keep `query` under `name`, of one project or of all; the same name again means the new view.

    Raises ValidationError when there are too many."""
    mine = SavedView.objects.filter(user=user, project=project)
    if mine.count() >= MOST and not mine.filter(name=name).exists():
        raise ValidationError(
            _("You keep %(number)d views here already. Delete one of them first; nothing was kept.") % {"number": MOST}
        )
    return SavedView.objects.update_or_create(user=user, project=project, name=name, defaults={"query": query})[0]


def rename(*, view: SavedView, name: str) -> None:
    """Call it something else; raises ValidationError when another view of the same place is called that."""
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(name=name)
    except IntegrityError as error:
        raise ValidationError(
            _("Another of your views here is called “%(name)s”. Nothing was changed.") % {"name": name}
        ) from error


@transaction.atomic
def delete(*, view: SavedView) -> None:
    """Forget it; the takes are as they were."""
    SavedView.objects.filter(pk=view.pk).delete()
