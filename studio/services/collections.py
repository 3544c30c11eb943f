"""Collections: made, renamed, filled, emptied. Whoever works in a project, reviewers too, may do all of this.

Nothing here touches a take itself: a collection that goes leaves its takes where they are, and a deleted take keeps
its place and has it again when it is brought back. The order is in `board_order`."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from studio.models import Collection, CollectionTake, Project, Render, User

# Between two places that were made one after the other: 32 moves into the very same gap fit before it is tight.
GAP = 2**32
# What the database can be asked for; no take has a greater number.
_LARGEST = 2**63 - 1


def create(*, project: Project, name: str, actor: User | None) -> Collection:
    """An empty collection; raises ValidationError when the project is archived or has one of this name."""
    _refuse_if_archived(project)
    try:
        with transaction.atomic():
            return Collection.objects.create(project=project, name=_tidy(name), created_by=actor)
    except IntegrityError as error:
        raise _name_taken(name) from error


def rename(*, collection: Collection, name: str) -> None:
    """Give it another name; raises ValidationError as `create` does."""
    _refuse_if_archived(collection.project)
    try:
        with transaction.atomic():
            Collection.objects.filter(pk=collection.pk).update(name=_tidy(name))
    except IntegrityError as error:
        raise _name_taken(name) from error
    collection.name = _tidy(name)


def delete(*, collection: Collection) -> None:
    """Take the collection away; its takes stay where they are. Twice is once."""
    _refuse_if_archived(collection.project)
    Collection.objects.filter(pk=collection.pk).delete()


@transaction.atomic
def add(*, collection: Collection, takes: Iterable[int], actor: User | None) -> list[int]:
    """Put the takes with these numbers at its end, in their order; returns the numbers of those that are new in it.

    Takes of other projects and deleted ones are left out. Raises ValidationError when the project is archived or the
    collection is gone."""
    locked(collection)
    wanted = [number for number in dict.fromkeys(takes) if 0 < number <= _LARGEST]
    free = Render.objects.present().filter(project=collection.project_id, pk__in=wanted)
    addable = set(free.exclude(places__collection=collection).values_list("pk", flat=True))
    new = [number for number in wanted if number in addable]
    last = collection.places.aggregate(last=Max("position"))["last"] or 0
    CollectionTake.objects.bulk_create(
        CollectionTake(collection=collection, render_id=number, position=last + place * GAP, added_by=actor)
        for place, number in enumerate(new, start=1)
    )
    return new


@transaction.atomic
def remove(*, collection: Collection, takes: Iterable[int], actor: User | None) -> list[int]:
    """Take the takes with these numbers out of it; returns the numbers of those that were in it. Raises as `add`."""
    locked(collection)
    inside = collection.places.filter(render__in=[number for number in takes if 0 < number <= _LARGEST])
    gone = list(inside.values_list("render_id", flat=True))
    inside.delete()
    return gone


@transaction.atomic
def move_takes(*, source: Collection, target: Collection, takes: Iterable[int], actor: User | None) -> list[int]:
    """Take those of the takes that are in `source` over to the end of `target`; returns their numbers.

    One that is in `target` already keeps its place there. Raises ValidationError as `add`, and for collections of two
    projects: a take belongs to the project that paid for it."""
    if source.project_id != target.project_id:
        raise ValidationError(_("These collections belong to different projects. Choose one of the same project."))
    # In one order, so that two people who move both ways never wait for each other.
    for each in sorted([source, target], key=lambda each: each.pk):
        locked(each)
    if source.pk == target.pk:
        return []
    wanted = [number for number in dict.fromkeys(takes) if 0 < number <= _LARGEST]
    places = source.places.filter(render__in=wanted, render__deleted_at=None)
    inside = list(places.values_list("render_id", flat=True))
    add(collection=target, takes=inside, actor=actor)
    return remove(collection=source, takes=inside, actor=actor)


def locked(collection: Collection) -> None:
    """Wait until nobody else changes it, for the rest of the transaction.

    Raises ValidationError when the project is archived or the collection is gone."""
    _refuse_if_archived(collection.project)
    if not list(Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk).values_list("pk")):
        raise ValidationError(_("This collection was deleted by somebody. Its takes are all still there."))


def _tidy(name: str) -> str:
    tidied = " ".join(name.replace("\0", "").split())[:120]
    if not tidied:
        raise ValidationError(_("Give the collection a name."))
    return tidied


def _name_taken(name: str) -> ValidationError:
    return ValidationError(
        _("There is a collection “%(name)s” in this project already. Choose another name.") % {"name": _tidy(name)}
    )


def _refuse_if_archived(project: Project) -> None:
    if project.archived_at:
        raise ValidationError(_("This project is archived. A manager can bring it back in its settings."))
