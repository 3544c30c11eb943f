"""Going over a limit for one press: who may, for which reason, and how it is written down.

It passes a budget or a key's cap and nothing else: no capability, no paused key, no stopped price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from studio.choices import Role
from studio.lib.english import english
from studio.lib.masking import mask
from studio.models import Membership, Project, Render, User
from studio.providers.problem import Problem
from studio.providers.wording import listed
from studio.services import audit
from studio.services.audit import Actor
from studio.services.ledger import HOLDS
from studio.services.limits import Holder, Stop
from studio.services.said import said
from studio.services.transitions import note

FIELD = "override_reason"
SHORTEST, LONGEST = 5, 300
NO_REASON = english(
    "Say why this goes over: %(shortest)s to %(longest)s characters, which stay in the audit list.",
    shortest=SHORTEST,
    longest=LONGEST,
)
HERE = english("write a reason for going over it here")
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
            return english("go over it with --override and a reason")
        able = self._of(stop)
        if person_id in {user.pk for user in able}:
            return HERE if in_composer else english("go over it in the composer, with a reason")
        named = self.managers if stop.holder == Holder.PROJECT and self.managers else self.admins
        if not named:
            return english("ask an admin")
        who = {"people": _names(named), "remedy": said(stop.remedy)}
        if not stop.remedy:
            return _("ask %(people)s, who can render over it") % who
        return _("ask %(people)s, who can render over it or %(remedy)s") % who

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
    names = listed(stop.limit.record_name for stop in stops)
    return english(
        "%(held)s; over %(limits)s, by %(person)s: %(theirs)s",
        held=HOLDS,
        limits=names,
        person=override.actor.name,
        theirs=override.words,
    )


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
            detail=english(
                "%(over)s, for take %(takes)s. %(theirs)s",
                over=f"{stop.over_words[:1].upper()}{stop.over_words[1:]}",
                takes=takes,
                theirs=override.words,
            ),
            key=limit.key,
        )
        for render in renders:
            reason = english(
                "Over %(limit)s of %(sum)s %(over)s: %(theirs)s",
                limit=limit.record_name,
                sum=limit.sum_words,
                over=stop.over_words,
                theirs=override.words,
            )
            note(render=render, reason=reason, actor=override.actor.user)


def _names(people: Sequence[User]) -> str:
    names = [person.label for person in people[:_NAMED]]
    if len(people) > _NAMED:
        return _("%(names)s or another one") % {"names": ", ".join(names)}
    return _("%(first)s or %(last)s") % {"first": names[0], "last": names[1]} if len(names) > 1 else names[0]
