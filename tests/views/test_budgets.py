"""Budgets on pages: setting them, and what the composer shows of them before and after a press."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from studio.choices import Standing
from studio.lib.money import booked_money, money_left
from studio.models import AuditEntry, Budget, Project, ProviderKey, Render, User
from tests.factories import make_budget, make_key, make_render
from tests.views.composing import HTMX, Press, alert_of, hidden_of, key, press

__all__ = ["key", "press"]
ClientOf = Callable[[User], Client]
TYPED = {"amount": "20", "currency": "USD", "period": "month", "warn_percent": "80"}
COMPOSER = {"prompt": "A red car stops.", "model": "seedance-2.0-fast"}


def words_of(html: str) -> str:
    return " ".join(strip_tags(html).split())


def part_of(response: Any, start: str, end: str) -> str:
    return words_of("<" + response.content.decode().partition(start)[2].partition(end)[0])


def budget_words(response: Any) -> str:
    return part_of(response, 'id="budget"', '<div class="composer-bar">')


def button_of(response: Any) -> tuple[str, bool]:
    """What the button says, and whether it can be pressed."""
    found = re.search(r"<button[^>]*id=\"render-button\"([^>]*)>(.*?)</button>", response.content.decode())
    assert found is not None
    return words_of(found[2]), " disabled" not in found[1]


@pytest.fixture
def manages(client_of: ClientOf, manager: User, project: Project, key: ProviderKey) -> Press:
    """Presses a button of the manager's composer; Render on the form just drawn."""
    client = client_of(manager)

    def send(act: str, **fields: Any) -> Any:
        address = reverse("composer", args=[project.slug])
        if act == "render":
            fields = hidden_of(send("update", **fields)) | fields
        return client.post(address, COMPOSER | {"act": act} | fields, headers=HTMX)

    return send


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


def test_composer_without_budgets_says_nothing_of_them(press: Press) -> None:
    response = press("update")

    assert (budget_words(response), button_of(response)[1]) == ("<", True)
    assert "budget-left" not in response.content.decode()


def test_composer_says_what_is_left_after_this_press(press: Press, project: Project) -> None:
    make_budget(project)
    make_budget(project, amount=Decimal(400), period="total")

    response = press("update")

    total = response.context["composer"].total
    assert part_of(response, 'class="budget-left"', "</p>").partition(">")[2] == (
        f"{money_left(10 - total, 'USD')} of the project’s budget left after this"
    )
    assert budget_words(response) == "<"


def test_composer_warns_before_the_press(press: Press, project: Project) -> None:
    make_budget(project, amount=Decimal(1), warn_percent=50)

    response = press("update")

    assert "With this, $0." in budget_words(response)
    assert "of $1.00 of the project’s budget this month are used." in budget_words(response)
    assert button_of(response)[1] is True


def test_artist_sees_the_stop_before_the_press_and_who_can_help(press: Press, project: Project) -> None:
    make_budget(project, amount=Decimal("0.10"))

    response = press("update")

    assert "This goes over the project’s budget of $0.10 a month by" in budget_words(response)
    assert budget_words(response).endswith("or ask Mia Manager, who can render over it or raise it. Look again")
    assert button_of(response)[1] is False
    assert "override_reason" not in response.content.decode()


def test_artist_who_presses_all_the_same_is_refused(press: Press, project: Project) -> None:
    make_budget(project, amount=0)

    plain, forged = press("render"), press("render", override_reason="I want it so much")

    assert [response.status_code for response in (plain, forged)] == [422, 422]
    assert ["ask Mia Manager" in words_of(alert_of(response)) for response in (plain, forged)] == [True, True]
    assert (Render.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_manager_goes_over_the_budget_with_a_reason(manages: Press, project: Project, manager: User) -> None:
    make_budget(project, amount=0)

    shown = manages("update")
    made = manages("render", override_reason="The client wants it tonight")

    entry = AuditEntry.objects.get()
    assert button_of(shown)[0].startswith("Render over the budget · ≈ $")
    assert "or write a reason for going over it here." in budget_words(shown)
    assert 'name="override_reason"' in shown.content.decode()
    assert (made.status_code, Render.objects.count()) == (200, 1)
    assert (entry.act, entry.actor, entry.address) == ("budget-override", manager, "127.0.0.1")
    assert entry.detail.endswith("The client wants it tonight")
    # The next press needs a reason of its own.
    assert 'name="override_reason" value=""' in made.content.decode()


def test_manager_who_gives_no_reason_is_asked_for_one(manages: Press, project: Project) -> None:
    make_budget(project, amount=0)

    response = manages("render", override_reason="so")

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert "Say why this goes over: 5 to 300 characters" in words_of(alert_of(response))
    assert '<a href="#override-reason">' in alert_of(response)
    assert 'name="override_reason" value="so"' in response.content.decode()
    assert "This goes over the project’s budget" in budget_words(response)


def test_reason_outlives_a_change_of_the_settings(manages: Press, project: Project) -> None:
    make_budget(project, amount=0)

    response = manages("update", override_reason="The client wants it", duration="4")

    assert 'name="override_reason" value="The client wants it"' in response.content.decode()


def test_reason_does_not_pass_what_else_is_wrong(manages: Press, project: Project) -> None:
    make_budget(project, amount=0)

    response = manages("render", override_reason="The client wants it", prompt=" ")

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert "This goes over" not in words_of(alert_of(response))


def test_admin_goes_over_a_cap_and_a_manager_does_not(
    client_of: ClientOf, admin: User, manages: Press, project: Project, key: ProviderKey
) -> None:
    ProviderKey.objects.update(monthly_cap=0)
    client, address = client_of(admin), reverse("composer", args=[project.slug])

    shown = client.post(address, COMPOSER | {"act": "update"}, headers=HTMX)
    typed = COMPOSER | hidden_of(shown) | {"act": "render", "override_reason": "Top-up comes on Monday"}

    assert button_of(manages("update"))[1] is False
    assert button_of(shown)[0].startswith("Render over the cap · ")
    assert client.post(address, typed, headers=HTMX).status_code == 200
    assert AuditEntry.objects.get().key == key


def test_manager_who_cannot_go_over_all_of_them_cannot_press(manages: Press, project: Project) -> None:
    make_budget(project, amount=0)
    make_budget(amount=0)

    assert button_of(manages("update"))[1] is False


def test_composer_takes_the_gateway_that_the_budgets_have_room_for(press: Press, project: Project) -> None:
    make_key(provider="ark", label="Ark", base_url="http://127.0.0.1:9/api/v3", route="volcengine", currency="CNY")
    make_budget(project, currency="CNY", amount=Decimal(500))

    response = press("update", model="seedance-2.0")

    composer = response.context["composer"]
    assert (composer.key.label, composer.door_reason) == ("Ark", "The first that the budgets have room for.")
    assert composer.problems == []


def test_bar_of_the_project_shows_its_budgets_and_follows_each_press(
    client_of: ClientOf, artist: User, project: Project, press: Press
) -> None:
    make_budget(project)
    make_budget()
    page = client_of(artist).get(reverse("project-detail", args=["tea"]))

    after = press("render")

    price = Render.objects.get().estimate
    bars = [part_of(each, 'id="project-budgets"', "</div>").partition(">")[2].strip() for each in (page, after)]
    assert bars == ["$0.00 of $10.00 used this month", f"{booked_money(price)} of $10.00 used this month"]
    assert 'id="project-budgets" hx-swap-oob="true"' in after.content.decode()


def test_reviewers_see_nothing_of_the_money(client_of: ClientOf, reviewer: User, project: Project) -> None:
    make_budget(project)

    assert "project-budgets" not in client_of(reviewer).get(reverse("project-detail", args=["tea"])).content.decode()


@pytest.mark.parametrize(("amount", "queries"), [(None, 14), (Decimal(10), 15), (Decimal(0), 16)])
def test_composer_asks_twice_more_at_most_for_budgets(
    press: Press,
    project: Project,
    artist: User,
    amount: Decimal | None,
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    if amount is not None:
        make_budget(project, amount=amount)
        make_budget(person=artist, amount=amount)
        make_budget(amount=amount)
    press("update")

    # Beside those of the composer: which budgets bind; what is used of them; and at a stop who can help.
    with django_assert_num_queries(queries):
        press("update")


def test_retry_over_the_budget_is_refused_in_words(client_of: ClientOf, artist: User, project: Project) -> None:
    take = make_render(project, state="failed", standing=Standing.RELEASED)
    make_budget(project, amount=0)

    response = client_of(artist).post(reverse("render-retry", args=[take.pk]), follow=True)

    assert [str(message).partition(":")[0] for message in response.context["messages"]] == [
        "This goes over the project’s budget of $0.00 a month by $0.60"
    ]
    assert Render.objects.count() == 1


def test_audit_list_shows_what_became_of_budgets(
    client_of: ClientOf, admin: User, manages: Press, project: Project
) -> None:
    make_budget(project, amount=0)
    manages("render", override_reason="The client wants it tonight")

    words = words_of(client_of(admin).get(reverse("audit-list")).content.decode())

    assert "Mia Manager Rendered over the limitBy $" in words
    assert "The client wants it tonight Project “Tea commercial”: $0.00 a month 127.0.0.1" in words
