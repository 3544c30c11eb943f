"""What the composer shows of budgets before and after a press, and going over one with a reason."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import Standing
from studio.lib.money import booked_money, money_left
from studio.models import AuditEntry, Project, ProviderKey, Render, User
from tests.factories import make_budget, make_key, make_render
from tests.views.budgeting import COMPOSER, ClientOf, manages, words_of
from tests.views.composing import HTMX, Press, alert_of, hidden_of, key, press

__all__ = ["key", "manages", "press"]


def part_of(response: Any, start: str, end: str) -> str:
    return words_of("<" + response.content.decode().partition(start)[2].partition(end)[0])


def budget_words(response: Any) -> str:
    return part_of(response, 'id="budget"', '<div class="composer-bar">')


def button_of(response: Any) -> tuple[str, bool]:
    """What the button says, and whether it can be pressed."""
    found = re.search(r"<button[^>]*id=\"render-button\"([^>]*)>(.*?)</button>", response.content.decode())
    assert found is not None
    return words_of(found[2]), " disabled" not in found[1]


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
