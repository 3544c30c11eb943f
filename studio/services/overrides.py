"""Going over a limit for one press: who may, for which reason, and how it is written down.

It passes a budget or a key's cap and nothing else: no capability, no paused key, no stopped price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from studio.choices import Role
from studio.lib.masking import mask
from studio.models import Membership, Project, Render, User
from studio.providers.problem import Problem
from studio.services import audit
from studio.services.audit import Actor
from studio.services.ledger import HOLDS
from studio.services.limits import Holder, Stop
from studio.services.transitions import note

FIELD = "override_reason"
SHORTEST, LONGEST = 5, 300
NO_REASON = f"Say why this goes over: {SHORTEST} to {LONGEST} characters, which stay in the audit list."
HERE = "write a reason for going over it here"
# Names of people who can help; more of them would only be a list to search.
_NAMED = 2


@dataclass(frozen=True)
class Override:
    """Who wants to go over a limit, and why; it holds for the one press that it is handed to."""

    actor: Actor
    reason: str

    @property
    def words(self) -> str:
        """The reason as it is kept: without anything that looks like a key, since many read it."""
        return mask(" ".join(self.reason.split()))


@dataclass(frozen=True)
class Helpers:
    """Who may go over the limits of a project: its managers over its own budget, studio admins over all."""

    managers: tuple[User, ...]
    admins: tuple[User, ...]

    def may_pass(self, person_id: int | None, stops: Sequence[Stop]) -> bool:
        """Whether this person may go over all of these; the shell, which is no person, may."""
        return all(person_id is None or person_id in {user.pk for user in self._of(stop)} for stop in stops)

    def words(self, stop: Stop, person_id: int | None, in_composer: bool = False) -> str:
        """Whom to turn to, as the end of a sentence; whoever asks may be one of them."""
        if person_id is None:
            return "go over it with --override and a reason"
        able = self._of(stop)
        if person_id in {user.pk for user in able}:
            return HERE if in_composer else "go over it in the composer, with a reason"
        what = "who can render over it" + (f" or {stop.remedy}" if stop.remedy else "")
        named = self.managers if stop.holder == Holder.PROJECT and self.managers else self.admins
        return f"ask {_names(named)}, {what}" if named else "ask an admin"

    def _of(self, stop: Stop) -> tuple[User, ...]:
        return (*self.managers, *self.admins) if stop.holder == Holder.PROJECT else self.admins


def helpers_of(project: Project) -> Helpers:
    """Who may go over a limit here, in one query."""
    managing = Membership.objects.filter(project=project, role=Role.MANAGER, user=OuterRef("pk"))
    able = User.objects.filter(is_active=True).annotate(manages=Exists(managing))
    able = able.filter(Q(manages=True) | Q(is_studio_admin=True) | Q(is_superuser=True)).order_by("pk")
    found = list(able)
    return Helpers(tuple(user for user in found if user.manages), tuple(user for user in found if user.is_admin))


def told(*, stops: Sequence[Stop], helpers: Helpers, person_id: int | None, in_composer: bool = False) -> list[Problem]:
    """The stops in words for this person; in the composer the field for a reason is there already."""
    return [stop.problem(helpers.words(stop, person_id, in_composer)) for stop in stops]


def problems(
    *, project: Project, stops: Sequence[Stop], override: Override | None, person: User | None
) -> list[Problem]:
    """Why these stops are not passed; nothing when there are none, or the override passes them all."""
    if not stops:
        return []
    helpers = helpers_of(project)
    if override is None:
        return told(stops=stops, helpers=helpers, person_id=person.pk if person else None)
    actor_id = override.actor.user.pk if override.actor.user else None
    if not helpers.may_pass(actor_id, stops):
        return told(stops=stops, helpers=helpers, person_id=actor_id)
    return reason_problems(override.reason)


def reason_problems(reason: str) -> list[Problem]:
    """What is wrong with a reason, if anything."""
    fits = SHORTEST <= len(" ".join(reason.split())) <= LONGEST
    return [] if fits else [Problem(FIELD, NO_REASON)]


def held_note(*, stops: Sequence[Stop], override: Override | None) -> str:
    """What the ledger says of money that is held; over a limit, whose and why."""
    if not stops or override is None:
        return HOLDS
    names = " and ".join(stop.limit.record_name for stop in stops)
    return f"{HOLDS}; over {names}, by {override.actor.name}: {override.words}"


def record(*, stops: Sequence[Stop], override: Override, renders: Sequence[Render]) -> None:
    """Write down who has gone over which limit, by how much and why, with each take and in the audit list.

    Call it in the transaction that stores `renders`."""
    takes = ", ".join(str(render.pk) for render in renders)
    for stop in stops:
        limit = stop.limit
        audit.record(
            actor=override.actor,
            act="budget-override",
            subject=f"{limit.subject}: {limit.sum_words}",
            detail=f"{stop.over_words[:1].upper()}{stop.over_words[1:]}, for take {takes}. {override.words}",
            key=limit.key,
        )
        for render in renders:
            reason = f"Over {limit.record_name} of {limit.sum_words} {stop.over_words}: {override.words}"
            note(render=render, reason=reason, actor=override.actor.user)


def _names(people: Sequence[User]) -> str:
    names = [person.label for person in people[:_NAMED]]
    return " or ".join(names) if len(people) <= _NAMED else f"{', '.join(names)} or another one"
