"""Budgets on pages: setting, changing and removing them, and who may."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.models import AuditEntry, Budget, Project, User
from tests.factories import make_budget, make_key, make_render
from tests.views.budgeting import ClientOf, manages, words_of
from tests.views.composing import Press, key

__all__ = ["key", "manages"]


TYPED = {"amount": "20", "currency": "USD", "period": "month", "warn_percent": "80"}


def test_list_shows_every_budget_and_cap_with_what_is_used(
    client_of: ClientOf, admin: User, project: Project, artist: User
) -> None:
    make_key(label="Spring", monthly_cap=Decimal(5))
    make_render(project, asked_by=artist, estimate=Decimal("4.20"))
    for owner in ({"project": project}, {"person": artist}, {}):
        make_budget(**owner)  # type: ignore[arg-type]

    page = client_of(admin).get(reverse("budget-list"))

    words = words_of(page.content.decode())
    groups = [(name, [limit.subject for limit in limits]) for name, limits in page.context["groups"]]
    assert groups == [
        ("The studio", ["The whole studio"]),
        ("Projects", ["Project “Tea commercial”"]),
        ("People", ["Ada Artist"]),
    ]
    assert words.count("$4.20 of $10.00 used this month") == 3
    assert "TokenLab: Spring $5.00 a month $4.20 of $5.00 used this month Past 80 %" in words


@pytest.mark.parametrize("count", [1, 5])
def test_list_asks_the_same_number_of_questions_for_any_number(
    client_of: ClientOf,
    admin: User,
    project: Project,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        make_budget(person=User.objects.create_user(f"person-{_}"))
        make_key(monthly_cap=Decimal(5))
    client = client_of(admin)
    client.get(reverse("budget-list"))

    # Session and person; budgets and what is used; caps and what is used; projects and people to choose from; and
    # the notices of an admin: refused keys and stopped prices.
    with django_assert_num_queries(10):
        client.get(reverse("budget-list"))


def test_admin_sets_a_budget_and_it_is_audited(client_of: ClientOf, admin: User, artist: User) -> None:
    response = client_of(admin).post(reverse("budget-list"), TYPED | {"whose": f"person-{artist.pk}"})

    budget, entry = Budget.objects.get(), AuditEntry.objects.get()
    assert response["Location"] == reverse("budget-list")
    assert (budget.person, budget.amount, budget.created_by) == (artist, Decimal(20), admin)
    assert (entry.act, entry.actor, entry.address) == ("budget-add", admin, "127.0.0.1")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "-1"}, "A budget cannot be negative"),
        ({"amount": "7"}, "There is a budget in USD for each month here"),
    ],
)
def test_what_cannot_be_set_comes_back_as_typed(
    client_of: ClientOf, admin: User, typed: dict[str, str], said: str
) -> None:
    make_budget()

    response = client_of(admin).post(reverse("budget-list"), TYPED | {"whose": "studio"} | typed)

    assert (response.status_code, Budget.objects.count()) == (422, 1)
    assert said in words_of(response.content.decode())
    assert response.context["form"]["amount"].value() == typed["amount"]


def test_manager_sets_changes_and_removes_the_projects_budget(
    client_of: ClientOf, manager: User, project: Project
) -> None:
    client, home = client_of(manager), f"{reverse('project-settings', args=['tea'])}#budgets"

    added = client.post(reverse("project-budget-add", args=["tea"]), TYPED)
    budget = Budget.objects.get()
    shown = client.get(reverse("budget-change", args=[budget.pk]))
    changed = client.post(reverse("budget-change", args=[budget.pk]), TYPED | {"amount": "30"})
    settings = client.get(reverse("project-settings", args=["tea"]))
    removed = client.post(reverse("budget-remove", args=[budget.pk]))

    assert (budget.project, shown.context["form"]["amount"].value()) == (project, Decimal("20.00"))
    assert [response["Location"] for response in (added, changed, removed)] == [home] * 3
    assert "$30.00 a month $0.00 of $30.00 used this month" in words_of(settings.content.decode())
    assert list(AuditEntry.objects.order_by("pk").values_list("act", "detail")) == [
        ("budget-add", "$20.00 a month, warning at 80 %"),
        ("budget-change", "$20.00 a month, warning at 80 % → $30.00 a month, warning at 80 %"),
        ("budget-remove", "$30.00 a month, warning at 80 %"),
    ]


def test_settings_come_back_whole_when_a_budget_cannot_be_set(
    client_of: ClientOf, manager: User, project: Project
) -> None:
    response = client_of(manager).post(reverse("project-budget-add", args=["tea"]), TYPED | {"amount": "much"})

    assert (response.status_code, Budget.objects.count()) == (422, 0)
    assert response.context["form"]["name"].value() == "Tea commercial"
    assert response.context["budget_form"]["amount"].value() == "much"


def test_change_that_cannot_be_is_shown_with_what_was_typed(
    client_of: ClientOf, manager: User, project: Project
) -> None:
    budget = make_budget(project)

    response = client_of(manager).post(reverse("budget-change", args=[budget.pk]), TYPED | {"warn_percent": "0"})

    assert (response.status_code, response.context["form"]["warn_percent"].value()) == (422, "0")


@pytest.mark.parametrize("owner", ["person", "studio"])
def test_budgets_of_people_and_the_studio_are_nothing_to_managers(
    client_of: ClientOf, manager: User, project: Project, owner: str
) -> None:
    budget = make_budget(person=manager if owner == "person" else None)
    client = client_of(manager)

    responses = [
        client.get(reverse("budget-change", args=[budget.pk])),
        client.post(reverse("budget-change", args=[budget.pk]), TYPED),
        client.post(reverse("budget-remove", args=[budget.pk])),
        client.get(reverse("budget-list")),
    ]

    assert [response.status_code for response in responses] == [404] * 4
    assert Budget.objects.get().amount == 10


@pytest.mark.parametrize(("came_from", "back"), [("?from=spend", "budget-list"), ("", "project-settings")])
def test_admin_goes_back_to_where_they_came_from(
    client_of: ClientOf, admin: User, project: Project, came_from: str, back: str
) -> None:
    budget, client = make_budget(project), client_of(admin)

    response = client.post(f"{reverse('budget-change', args=[budget.pk])}{came_from}", TYPED)

    home = reverse(back, args=["tea"] if back == "project-settings" else [])
    assert response["Location"].partition("#")[0] == home


def test_audit_list_shows_what_became_of_budgets(
    client_of: ClientOf, admin: User, manages: Press, project: Project
) -> None:
    make_budget(project, amount=0)
    manages("render", override_reason="The client wants it tonight")

    words = words_of(client_of(admin).get(reverse("audit-list")).content.decode())

    assert "Mia Manager Rendered over the limitBy $" in words
    assert "The client wants it tonight Project “Tea commercial”: $0.00 a month 127.0.0.1" in words
