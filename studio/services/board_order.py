"""The order of a collection: made by hand, one row written per move.

Places leave gaps. A take goes into the middle of the gap where it was dropped; only when that gap is used up are the
places of the whole collection counted anew, under the same lock."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.models import Collection, CollectionTake
from studio.services.collections import GAP, locked

EARLIER, LATER, FIRST, LAST = "earlier", "later", "first", "last"
STEPS = (EARLIER, LATER, FIRST, LAST)
SIDES = BEFORE, AFTER = "before", "after"
_TO_THE_LEFT = (EARLIER, FIRST, BEFORE)
# Rows written by one statement when places are counted anew.
_BATCH = 500


@transaction.atomic
def arrange(*, collection: Collection, take: int, way: str, beside: int | None = None) -> None:
    """Move a take one place (`EARLIER`, `LATER`) or to an end (`FIRST`, `LAST`), or right `BEFORE` or `AFTER` the take
    `beside`. At the end already, or beside itself, it stays.

    Deleted takes keep their places and are stepped over. Raises ValidationError when one of the two is not in the
    collection any more, the project is archived or the collection gone, and ValueError for another way."""
    if way not in (*STEPS, *SIDES):
        raise ValueError(f"A take does not move {way}.")
    locked(collection)
    moved = _place(collection, take)
    anchor = _place(collection, beside) if beside is not None else _anchor(collection, moved, way)
    if anchor is None or anchor.pk == moved.pk:
        return
    if way in _TO_THE_LEFT:
        _settle(collection, moved, _neighbour(collection, moved, anchor, EARLIER), anchor)
    else:
        _settle(collection, moved, anchor, _neighbour(collection, moved, anchor, LATER))


def _anchor(collection: Collection, moved: CollectionTake, way: str) -> CollectionTake | None:
    """What a step goes past; None for nothing on that side."""
    shown = collection.places.shown()
    if way == EARLIER:
        return shown.before(moved.position, moved.pk).last()
    if way == LATER:
        return shown.after(moved.position, moved.pk).first()
    return shown.first() if way == FIRST else shown.last()


def _place(collection: Collection, take: int) -> CollectionTake:
    found = collection.places.filter(render=take).first()
    if found is None:
        raise ValidationError(
            _("Take %(number)s is not in this collection any more. Load the page again to see how it is now.")
            % {"number": take}
        )
    return found


def _neighbour(
    collection: Collection, moved: CollectionTake, anchor: CollectionTake, way: str
) -> CollectionTake | None:
    """What stands next to the anchor on that side, the moved take itself left out; None at an end."""
    others = collection.places.exclude(pk=moved.pk)
    if way == EARLIER:
        return others.before(anchor.position, anchor.pk).last()
    return others.after(anchor.position, anchor.pk).first()


def _settle(
    collection: Collection, moved: CollectionTake, left: CollectionTake | None, right: CollectionTake | None
) -> None:
    """Write the moved take's position between the two."""
    position = _between(left, right)
    if position is None:
        _count_anew(collection)
        for each in (left, right):
            if each is not None:
                each.refresh_from_db(fields=["position"])
        position = _between(left, right)
    CollectionTake.objects.filter(pk=moved.pk).update(position=position)


def _between(left: CollectionTake | None, right: CollectionTake | None) -> int | None:
    if left is None:
        return right.position - GAP if right else GAP
    if right is None:
        return left.position + GAP
    middle = (left.position + right.position) // 2
    return middle if left.position < middle < right.position else None


def _count_anew(collection: Collection) -> None:
    rows = list(collection.places.order_by("position", "pk").only("pk", "position"))
    for number, row in enumerate(rows, start=1):
        row.position = number * GAP
    CollectionTake.objects.bulk_update(rows, ["position"], batch_size=_BATCH)
