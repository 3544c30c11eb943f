"""Setting, changing and removing budgets, each in the audit list with what it was before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from studio.models import AuditEntry, Budget, Project, User
from studio.services import budget_changes
from studio.services.audit import Actor
from tests.factories import make_budget

pytestmark = pytest.mark.django_db
MONTHLY: dict[str, Any] = {"amount": Decimal(20), "currency": "USD", "period": "month", "warn_percent": 80}


def add(actor: User, **over: Any) -> Budget:
    return budget_changes.add(actor=Actor(actor, "203.0.113.7"), **(MONTHLY | over))


def entries() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("act", "subject", "detail"))


def test_currencies_are_those_of_the_gateways() -> None:
    assert budget_changes.currencies() == ["USD", "CNY", "credits"]


def test_budgets_are_set_for_whoever_they_are_and_noted(project: Project, artist: User, admin: User) -> None:
    made = [add(admin, project=project), add(admin, person=artist), add(admin, currency="credits", period="total")]

    assert [(each.project, each.person, each.created_by) for each in made] == [
        (project, None, admin),
        (None, artist, admin),
        (None, None, admin),
    ]
    assert entries() == [
        ("budget-add", "Project “Tea commercial”", "$20.00 a month, warning at 80 %"),
        ("budget-add", "Ada Artist", "$20.00 a month, warning at 80 %"),
        ("budget-add", "The whole studio", "20 credits in all, warning at 80 %"),
    ]


@pytest.mark.parametrize("owner", ["project", "person", "studio"])
def test_second_budget_of_one_kind_is_refused_in_words(project: Project, artist: User, admin: User, owner: str) -> None:
    owners: dict[str, dict[str, Any]] = {"project": {"project": project}, "person": {"person": artist}, "studio": {}}
    add(admin, **owners[owner])

    with pytest.raises(ValidationError, match="There is a budget in USD for each month here already"):
        add(admin, **owners[owner])
    add(admin, **owners[owner], period="total")

    assert (Budget.objects.count(), len(entries())) == (2, 2)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"amount": Decimal("-1")}, "A budget is a sum of 0 or more"),
        ({"amount": Decimal(10) ** 12}, "A budget is a sum of 0 or more"),
        ({"currency": "EUR"}, "No gateway is paid in “EUR”. Choose one of USD, CNY, credits."),
        ({"period": "week"}, "A budget is for each month, or for all time"),
        ({"warn_percent": 0}, "People are warned at 1 to 100 percent"),
        ({"warn_percent": 101}, "People are warned at 1 to 100 percent"),
    ],
)
def test_what_makes_no_sense_is_refused(admin: User, over: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        add(admin, **over)
    with pytest.raises(ValidationError, match=words):
        budget_changes.change(budget=make_budget(), actor=Actor.shell(), **(MONTHLY | over))

    assert entries() == []


def test_change_notes_what_it_was_and_is(project: Project, manager: User) -> None:
    budget = make_budget(project, created_by=manager)

    changed = budget_changes.change(budget=budget, actor=Actor(manager, "203.0.113.7"), **MONTHLY)

    budget.refresh_from_db()
    assert (budget, budget.amount, budget.created_by) == (changed, Decimal(20), manager)
    assert budget.changed_at > budget.created_at
    assert entries() == [
        (
            "budget-change",
            "Project “Tea commercial”",
            "$10.00 a month, warning at 80 % → $20.00 a month, warning at 80 %",
        )
    ]


def test_change_of_nothing_is_not_noted() -> None:
    budget = make_budget()

    budget_changes.change(budget=budget, actor=Actor.shell(), **(MONTHLY | {"amount": Decimal("10.00")}))

    assert entries() == []


def test_change_into_what_is_there_already_is_refused(project: Project) -> None:
    make_budget(project)
    other = make_budget(project, currency="CNY")

    with pytest.raises(ValidationError, match="There is a budget in USD for each month here already"):
        budget_changes.change(budget=other, actor=Actor.shell(), **MONTHLY)

    other.refresh_from_db()
    assert (other.currency, entries()) == ("CNY", [])


def test_removed_budget_stays_in_the_audit_list(project: Project) -> None:
    budget = make_budget(project)

    budget_changes.remove(budget=budget, actor=Actor.shell())

    assert (Budget.objects.count(), entries()) == (
        0,
        [("budget-remove", "Project “Tea commercial”", "$10.00 a month, warning at 80 %")],
    )


def test_budget_that_is_gone_says_so() -> None:
    budget = make_budget()
    Budget.objects.all().delete()

    with pytest.raises(ValidationError, match="This budget was removed meanwhile"):
        budget_changes.change(budget=budget, actor=Actor.shell(), **MONTHLY)
    with pytest.raises(ValidationError, match="This budget was removed meanwhile"):
        budget_changes.remove(budget=budget, actor=Actor.shell())

    assert entries() == []
