"""The forms of budgets: what they offer, and what they say of what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from studio.forms.budgets import AnyBudgetForm, BudgetForm
from studio.models import Project, User
from tests.factories import make_project

pytestmark = pytest.mark.django_db
TYPED = {"amount": "12.50", "currency": "USD", "period": "month", "warn_percent": "80"}


def test_form_offers_the_currencies_of_the_gateways() -> None:
    assert BudgetForm().fields["currency"].choices == [  # type: ignore[attr-defined]
        ("USD", "Dollars (USD)"),
        ("CNY", "Yuan (CNY)"),
        ("credits", "Credits"),
    ]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("amount", "", "Say how much may be spent; 0 stops all spending."),
        ("amount", "-1", "A budget cannot be negative; 0 stops all spending."),
        ("amount", "ten", "A budget is a sum such as 200 or 12.50."),
        ("amount", "NaN", "A budget is a sum such as 200 or 12.50."),
        ("amount", "1.001", "A budget has at most two decimal places."),
        ("amount", "9" * 15, "That is more than a budget can hold."),
        ("currency", "EUR", "Choose a currency from the list."),
        ("currency", "", "Choose a currency from the list."),
        ("period", "week", "Choose for how long: each month, or all time."),
        ("warn_percent", "", "This is a whole number from 1 to 100."),
        ("warn_percent", "0", "This is a whole number from 1 to 100."),
        ("warn_percent", "101", "This is a whole number from 1 to 100."),
        ("warn_percent", "some", "This is a whole number from 1 to 100."),
    ],
)
def test_form_says_what_is_wrong(field: str, typed: str, said: str) -> None:
    form = BudgetForm(TYPED | {field: typed})

    assert form.errors == {field: [said]}


def test_budget_of_nothing_is_one() -> None:
    form = BudgetForm(TYPED | {"amount": "0"})

    assert (form.is_valid(), form.cleaned_data["amount"]) == (True, 0)


def test_owner_is_a_project_a_person_or_the_whole_studio(project: Project, artist: User) -> None:
    def owner(whose: str) -> Any:
        form = AnyBudgetForm(TYPED | {"whose": whose})
        assert form.is_valid()
        return form.cleaned_data["whose"]

    assert [owner(whose) for whose in ("studio", f"project-{project.pk}", f"person-{artist.pk}")] == [
        {},
        {"project": project},
        {"person": artist},
    ]


@pytest.mark.parametrize("whose", ["", "nobody", "project-0", "person-", "studio-1"])
def test_owner_that_is_not_in_the_list_is_never_taken_for_the_studio(project: Project, whose: str) -> None:
    form = AnyBudgetForm(TYPED | {"whose": whose})

    assert form.errors == {"whose": ["Choose whose budget it is: the studio’s, a project’s or a person’s."]}


def test_owner_who_went_away_meanwhile_is_not_taken_for_the_studio() -> None:
    project = make_project()
    form = AnyBudgetForm(TYPED | {"whose": f"project-{project.pk}"})
    project.delete()

    assert form.errors == {"whose": ["Choose whose budget it is: the studio’s, a project’s or a person’s."]}
