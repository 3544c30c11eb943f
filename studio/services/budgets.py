"""Budgets: which of them bind a render, and what each has left. Setting them is `budget_changes`.

Locks are always taken in this order, so that no two presses wait for each other: the keys in order of their ids, then
the budgets in order of theirs, both held until the transaction ends. What is spent is read in a statement of its own
after that: it then counts all that others have reserved before they let go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, Value

from studio.choices import HELD, LIVE, BudgetPeriod
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Budget, Render
from studio.services import spending
from studio.services.limits import Holder, Limit

# Which column of a render has to name the owner of a budget; the studio's counts them all.
_COLUMNS = {Holder.PROJECT: "project_id", Holder.PERSON: "asked_by_id"}
# Databases put together only so many sums in one statement.
_AT_ONCE = 100


def binding(*, project_id: int, person_id: int | None) -> QuerySet[Budget]:
    """The budgets under which this person renders in this project; the shell is no person."""
    person = Q(person=person_id) if person_id is not None else Q(pk__in=())
    return Budget.objects.filter(Q(project=project_id) | person | Q(project=None, person=None))


def limits_of(budgets: QuerySet[Budget]) -> list[Limit]:
    """These budgets with what is spent and held of each: two queries, however many there are (one for none)."""
    found = list(budgets.select_related("project", "person").order_by("pk"))
    spent: dict[int, Decimal] = {}
    for start in range(0, len(found), _AT_ONCE):
        spent |= _spent(found[start : start + _AT_ONCE])
    return [limit_of(budget, spent.get(budget.pk, Decimal(0))) for budget in found]


def locked_limits(*, project_id: int, person_id: int | None) -> list[Limit]:
    """The limits of one press, held until the transaction ends. The key is locked before, never after."""
    rows = binding(project_id=project_id, person_id=person_id).select_for_update(no_key=True).order_by("pk")
    locked = list(rows.values_list("pk", flat=True))
    return limits_of(Budget.objects.filter(pk__in=locked)) if locked else []


def limit_of(budget: Budget, spent: Decimal) -> Limit:
    """A budget, which was read with its project and person, as a limit."""
    return Limit(
        holder=holder_of(budget),
        subject=subject_of(budget),
        currency=budget.currency,
        amount=budget.amount,
        spent=spent,
        period=budget.period,
        warn_percent=budget.warn_percent,
        budget=budget,
    )


def holder_of(budget: Budget) -> Holder:
    """Whose budget it is."""
    if budget.project_id is not None:
        return Holder.PROJECT
    return Holder.STUDIO if budget.person_id is None else Holder.PERSON


def subject_of(budget: Budget) -> str:
    """Whose budget it is, by name."""
    if budget.project is not None:
        return english("Project “%(project)s”", project=budget.project.name)
    return english("The whole studio") if budget.person is None else budget.person.label


def of_project(limits: Iterable[Limit]) -> list[Limit]:
    """Those of the project alone, for its bar."""
    return [limit for limit in limits if limit.holder == Holder.PROJECT]


def _spent(budgets: Sequence[Budget]) -> dict[int, Decimal]:
    """What counts for each of these in one query; a budget under which nothing was ever asked for is left out."""
    since = spending.month_start(now())
    first, *others = [_sum_of(budget, since) for budget in budgets]
    return {pk: spending.exact(total) for pk, total in first.union(*others, all=True) if total is not None}


def _sum_of(budget: Budget, since: datetime) -> QuerySet[Any, tuple[int, Decimal]]:
    """One row, the budget's id and its sum: what `spending` counts of its renders, in its own currency."""
    renders = spending.counted(Render.objects.filter(currency=budget.currency), None)
    column, owner = _COLUMNS.get(holder_of(budget)), budget.project_id or budget.person_id
    mine = Q(**{column: owner}) if column else Q()
    if budget.period == BudgetPeriod.MONTH:
        booked, moving = mine & Q(booked_at__gte=since), Q(state__in=LIVE, standing__in=HELD)
        if column:
            # Of a sum there is no index: the few takes that move are found by their state, not among all of the owner.
            renders, moving = renders.alias(whose=F(column) + 0), moving & Q(whose=owner)
        renders = renders.filter(booked | moving)
    else:
        renders = renders.filter(mine)
    sums = renders.order_by().annotate(budget=Value(budget.pk)).values("budget").annotate(total=Sum(spending.AMOUNT))
    return sums.values_list("budget", "total")
