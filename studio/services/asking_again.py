"""Whether a take is being made again already, and the lock under which the answer stays true.

Every press that asks for a take in the place of another takes this lock first and looks under it, so that of two at the
same moment the second one finds what the first one made. A change of gateway needs none: it is one with the refusal."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID, uuid5

from studio.choices import ENDED, Lineage
from studio.models import Render
from studio.services import key_limits

# What stands in for the take before it: asked for again by anybody on any page, or sent on to the next gateway.
FOLLOWS = (Lineage.RETRY, Lineage.SWITCH)
RETRIES = UUID("0d5f3a34-7f5c-4c57-9f0e-2a1f6f7f2b61")


def keys_of(*, numbers: Collection[int]) -> set[int]:
    """The keys to lock before takes of these `numbers` are asked for again: each one's own, and that of the first of
    its tree, which never changes and is shared by all that followed it, whichever gateway they went to."""
    pairs = Render.objects.filter(pk__in=numbers).order_by().values_list("key", "shot__key")
    return {key for pair in pairs for key in pair if key is not None}


def lock(*, render: Render) -> None:
    """Let nobody else ask for `render`, or for what followed it, until the transaction ends. Before all other locks.

    Keys are locked for every new take, always in the order of their ids, so nobody waits here in a ring."""
    key_limits.lock_all(key_ids=keys_of(numbers=[render.pk]))


def under_way(*, render: Render) -> Render | None:
    """The newest of the takes in the same place as `render`, before it, beside it or after it, that may still bring a
    file, or None; one query a generation."""
    first = _first_in_place_of(render)
    found = list(Render.objects.filter(pk=first).values_list("pk", "state"))
    parents = [first]
    while parents:
        children = Render.objects.filter(parent__in=parents, lineage__in=FOLLOWS)
        rows = list(children.order_by().values_list("pk", "state"))
        found += rows
        parents = [pk for pk, _ in rows]
    open_ones = [pk for pk, state in found if state not in ENDED]
    return Render.objects.get(pk=max(open_ones)) if open_ones else None


def _first_in_place_of(render: Render) -> int:
    number, parent, lineage = render.pk, render.parent_id, render.lineage
    while parent is not None and lineage in FOLLOWS:
        number = parent
        parent, lineage = Render.objects.values_list("parent", "lineage").get(pk=number)
    return number


def submission_of(*, render: Render) -> UUID:
    """The submission under which the next take in the place of `render` is asked for, once none is under way."""
    return uuid5(RETRIES, f"{render.pk}:{render.children.filter(lineage=Lineage.RETRY).count()}")
