"""What can be done to many takes at once: one function for each act, all of the same shape.

Each gets takes of one project, all present and each seen by the person, and says which it leaves alone and why; it
is told the person's role there, and asks for no more than that role may do. Only bringing back gets deleted ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.choices import BulkAct, Role
from studio.models import Collection, Project, Render, User
from studio.services import collections, favourites, ratings, reviews, tags, take_bin

Reasons = list[tuple[int, str]]
# Those who render in a project; they also send for review.
SPENDS = (Role.ARTIST, Role.MANAGER)


@dataclass
class Outcome:
    """How many takes were changed, and which were left alone: their numbers, each with a sentence."""

    changed: int = 0
    skipped: Reasons = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """One act on some takes of one project, for one person with a role there."""

    project: Project
    takes: Sequence[Render]
    actor: User
    role: Role
    details: dict[str, Any]

    @property
    def numbers(self) -> list[int]:
        """The takes' numbers, in the order in which they were chosen."""
        return [take.pk for take in self.takes]


def do(*, act: str, task: Task) -> Outcome:
    """Do it to all of the takes that allow it, in a transaction of its own inside that of the caller.

    What is refused as a whole changes nothing, and every take is told of with the reason."""
    try:
        with transaction.atomic():
            return _ACTS[BulkAct(act)](task)
    except ValidationError as error:
        said = " ".join(error.messages)
        return Outcome(skipped=[(number, said) for number in task.numbers])


def _tag(task: Task) -> Outcome:
    names = task.details["tags"]
    return Outcome(tags.put(project=task.project, noun="take", ids=task.numbers, names=names, actor=task.actor))


def _untag(task: Task) -> Outcome:
    names = task.details["tags"]
    return Outcome(tags.take_off(project=task.project, noun="take", ids=task.numbers, names=names, actor=task.actor))


def _rate(task: Task) -> Outcome:
    rating = task.details["rating"]
    return Outcome(ratings.rate(project=task.project, takes=task.numbers, rating=rating, actor=task.actor))


def _favourite(task: Task) -> Outcome:
    return Outcome(favourites.add(takes=task.numbers, user=task.actor))


def _unfavourite(task: Task) -> Outcome:
    return Outcome(favourites.remove(takes=task.numbers, user=task.actor))


def _collect(task: Task) -> Outcome:
    target = _named(task)
    return Outcome(len(collections.add(collection=target, takes=task.numbers, actor=task.actor)))


def _uncollect(task: Task) -> Outcome:
    if (collection := _whose_page(task)) is None:
        return _elsewhere(task)
    return Outcome(len(collections.remove(collection=collection, takes=task.numbers, actor=task.actor)))


def _move(task: Task) -> Outcome:
    if (source := _whose_page(task)) is None:
        return _elsewhere(task)
    target, takes = _named(task), task.numbers
    return Outcome(len(collections.move_takes(source=source, target=target, takes=takes, actor=task.actor)))


def _review(task: Task) -> Outcome:
    if task.role not in SPENDS:
        said = _("Take %(take)s: in %(project)s you look and decide; artists and managers send takes.")
        return _all_left(task, lambda take: said % {"take": take.pk, "project": task.project.name})
    able, skipped = _sorted(task.takes, reviews.why_not_sent)
    sent = reviews.send(takes=able, actor=task.actor, note=task.details.get("note", "")) if able else []
    return Outcome(len(sent), skipped)


def _delete(task: Task) -> Outcome:
    able, skipped = _sorted(task.takes, lambda take: why_not_deleted(take=take, user=task.actor, role=task.role))
    gone, kept = take_bin.delete_all(takes=able, actor=task.actor)
    return Outcome(gone, skipped + kept)


def why_not_deleted(*, take: Render, user: User, role: Role | None) -> str:
    """Why this person's role does not let them delete the take, as a sentence; empty when it does."""
    if role == Role.MANAGER or (role == Role.ARTIST and take.asked_by_id == user.pk):
        return ""
    return _("Take %(take)s is somebody else’s: only a manager of the project deletes it.") % {"take": take.pk}


def _bring_back(task: Task) -> Outcome:
    able, skipped = _sorted(task.takes, lambda take: _why_not_back(take, task))
    back, cleared = take_bin.bring_back_all(takes=able, actor=task.actor)
    return Outcome(back, skipped + cleared)


def _why_not_back(take: Render, task: Task) -> str:
    if task.role == Role.MANAGER or (task.role == Role.ARTIST and take.asked_by_id == task.actor.pk):
        return ""
    return _("Take %(take)s is somebody else’s: only a manager of the project brings it back.") % {"take": take.pk}


def _sorted(takes: Iterable[Render], why_not: Callable[[Render], str]) -> tuple[list[Render], Reasons]:
    """Those without a reason against it, and the others with theirs."""
    judged = [(take, why_not(take)) for take in takes]
    return [take for take, said in judged if not said], [(take.pk, said) for take, said in judged if said]


def _all_left(task: Task, said: Callable[[Render], str]) -> Outcome:
    return Outcome(skipped=[(take.pk, said(take)) for take in task.takes])


def _whose_page(task: Task) -> Collection | None:
    """The collection that the takes were chosen in, if it is one of this project."""
    return task.project.collections.filter(pk=task.details["collection"]).first()


def _named(task: Task) -> Collection:
    """The project's collection of the name that was written; a new one, where there is none of it."""
    name = task.details["name"]
    here = task.project.collections
    found = here.filter(name=name).first() or here.filter(name__iexact=name).first()
    if found is not None:
        return found
    try:
        return collections.create(project=task.project, name=name, actor=task.actor)
    except ValidationError:
        # Somebody else made it in the same moment, or none may be made.
        if (theirs := here.filter(name=name).first()) is None:
            raise
        return theirs


def _elsewhere(task: Task) -> Outcome:
    said = _("Take %(take)s is not of the project that this collection belongs to, or the collection is gone.")
    return _all_left(task, lambda take: said % {"take": take.pk})


_ACTS: dict[BulkAct, Callable[[Task], Outcome]] = {
    BulkAct.TAG: _tag,
    BulkAct.UNTAG: _untag,
    BulkAct.RATE: _rate,
    BulkAct.FAVOURITE: _favourite,
    BulkAct.UNFAVOURITE: _unfavourite,
    BulkAct.COLLECT: _collect,
    BulkAct.UNCOLLECT: _uncollect,
    BulkAct.MOVE: _move,
    BulkAct.REVIEW: _review,
    BulkAct.DELETE: _delete,
    BulkAct.BRING_BACK: _bring_back,
}
