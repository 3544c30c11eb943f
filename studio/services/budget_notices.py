"""Who is told that a budget nears its end, is used up, or has stopped somebody: once for each sum and period.

Looked at when takes are asked for, since that is when money is held; a bill dearer than its estimate shows at the next
press."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import transaction
from django.urls import reverse

from studio.choices import BudgetPeriod, NoticeKind
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Project, User
from studio.services.happenings import managers_of
from studio.services.limits import Holder, Limit, Stop
from studio.services.notifications import tell
from studio.services.people import admins

log = logging.getLogger(__name__)

_NEAR, _USED_UP, _STOPPED = "near", "used-up", "stopped"


def tell_of_press(*, project: Project, person: User | None, limits: Sequence[Limit], amount: Decimal | None) -> None:
    """Takes for `amount` were asked for under `limits`, which were read before that; in the same transaction."""
    if amount is None:
        return
    after = [replace(limit, spent=limit.spent + amount) for limit in limits]
    crossed = [(limit, _USED_UP if limit.is_used_up else _NEAR) for limit in after if limit.is_near]
    _tell_all(crossed, project, person)


def tell_of_stops(*, project: Project, person: User | None, stops: Sequence[Stop]) -> None:
    """Somebody wanted to render and was stopped by these."""
    # A price that is not known, or another currency, says nothing of what is left.
    _tell_all([(stop.limit, _STOPPED) for stop in stops if stop.over is not None], project, person)


def _tell_all(found: Sequence[tuple[Limit, str]], project: Project, person: User | None) -> None:
    """Whatever goes wrong here, the press itself is as it was."""
    if not found:
        return
    try:
        with transaction.atomic():
            for limit, what in found:
                _tell(limit, what, project, person)
    except Exception:
        log.exception("project %s: nobody could be told of its budgets", project.pk)


def _tell(limit: Limit, what: str, project: Project, person: User | None) -> None:
    of_project = limit.holder == Holder.PROJECT
    tell(
        kind=NoticeKind.BUDGET,
        people=_people(limit, project, person),
        key=f"budget:{_name(limit)}:{_period(limit)}:{limit.amount:f}:{what}",
        text=_words(limit, what, project),
        path=_path(limit, project),
        project=project if of_project else None,
    )


def _people(limit: Limit, project: Project, person: User | None) -> Sequence[User]:
    """Who can do something about it, and whom it stops."""
    if limit.holder == Holder.PROJECT:
        return [*managers_of(project)]
    if limit.holder == Holder.PERSON:
        return [person] if person is not None else []
    return list(admins())


def _name(limit: Limit) -> str:
    if limit.key is not None:
        return f"key-{limit.key.pk}"
    return str(limit.budget.pk) if limit.budget is not None else ""


def _period(limit: Limit) -> str:
    return f"{now():%Y-%m}" if limit.period == BudgetPeriod.MONTH else "total"


def _words(limit: Limit, what: str, project: Project) -> str:
    name = limit.name[:1].upper() + limit.name[1:]
    if limit.holder == Holder.PROJECT:
        name = english("The budget of %(project)s", project=project.name)
    if what == _STOPPED:
        return english("%(name)s has stopped a render: %(used_words)s.", name=name, used_words=limit.used_words)
    if what == _USED_UP:
        return english("%(name)s is used up: %(used_words)s.", name=name, used_words=limit.used_words)
    return english("%(name)s is near its end: %(used_words)s.", name=name, used_words=limit.used_words)


def _path(limit: Limit, project: Project) -> str:
    """Where it is settled; whose own budget it is sees it in the composer only."""
    if limit.holder == Holder.PROJECT:
        return f"{reverse('project-settings', args=[project.slug])}#budgets"
    if limit.holder == Holder.PERSON:
        return reverse("project-detail", args=[project.slug])
    if limit.key is not None:
        return reverse("key-detail", args=[limit.key.pk])
    return reverse("budget-list")
