"""Budgets near their end and keys that were refused: told once, to whoever can do something about it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django_q.models import OrmQ

from studio.choices import NoticeKind
from studio.models import Budget, Notification, Project, ProviderKey, User
from studio.providers import registry
from studio.services import keys
from studio.services.audit import STUDIO
from studio.services.renders import Refused, create_renders
from tests.factories import make_budget, make_key, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_dollar_a_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked for, wherever."""
    gateway = registry.get("tokenlab")
    cheap = replace(
        gateway,
        estimate=lambda request: replace(gateway.estimate(request), amount=Decimal(1), currency="USD", row=None),
    )
    monkeypatch.setattr(registry, "get", lambda _: cheap)


@pytest.fixture
def key(db: None) -> ProviderKey:
    return make_key()


def press(project: Project, person: User | None, key: ProviderKey, takes: int = 1) -> None:
    create_renders(project=project, asked_by=person, key=key, request=make_request(), takes=takes, submission=uuid4())


def told() -> list[tuple[str, str]]:
    """Who was told what of money, in order."""
    found = Notification.objects.filter(kind=NoticeKind.BUDGET).order_by("pk")
    return [(row.recipient.username, row.text) for row in found]


NEAR = ("manager", "The budget of Tea commercial is near its end: $8.00 of $10.00 used this month.")
USED_UP = ("manager", "The budget of Tea commercial is used up: $10.00 of $10.00 used this month.")
STOPPED = ("manager", "The budget of Tea commercial has stopped a render: $10.00 of $10.00 used this month.")


def test_managers_hear_once_that_a_budget_nears_its_end_is_used_up_and_stops_somebody(
    project: Project, artist: User, key: ProviderKey
) -> None:
    make_budget(project)

    press(project, artist, key, takes=7)
    before = told()
    press(project, artist, key)
    press(project, artist, key)
    near = told()
    press(project, artist, key)
    for _ in range(2):
        with pytest.raises(Refused):
            press(project, artist, key)

    assert (before, near, told()) == ([], [NEAR], [NEAR, USED_UP, STOPPED])
    assert {row.path for row in Notification.objects.all()} == {"/projects/tea/settings/#budgets"}


def test_raised_budget_is_told_of_anew(project: Project, artist: User, key: ProviderKey) -> None:
    make_budget(project)
    press(project, artist, key, takes=8)
    Budget.objects.update(amount=11)

    press(project, artist, key)

    raised = ("manager", "The budget of Tea commercial is near its end: $9.00 of $11.00 used this month.")
    assert told() == [NEAR, raised]


def test_own_budget_is_told_to_its_person_and_the_studios_to_admins(
    project: Project, artist: User, admin: User, key: ProviderKey
) -> None:
    make_budget(person=artist)
    make_budget()

    press(project, artist, key, takes=8)

    assert told() == [
        ("artist", "Your budget is near its end: $8.00 of $10.00 used this month."),
        ("admin", "The studio’s budget is near its end: $8.00 of $10.00 used this month."),
    ]
    assert [row.path for row in Notification.objects.order_by("pk")] == ["/projects/tea/", "/spend/budgets/"]


def test_cap_of_a_key_is_told_to_admins(project: Project, artist: User, admin: User) -> None:
    key = make_key(label="Main", monthly_cap=Decimal(10))

    press(project, artist, key, takes=8)

    assert told() == [("admin", "The cap of the key “Main” is near its end: $8.00 of $10.00 used this month.")]


def test_budget_in_another_currency_is_not_near(project: Project, artist: User, key: ProviderKey) -> None:
    make_budget(project, amount=100)
    make_budget(project, currency="CNY", amount=1)

    press(project, artist, key)

    assert told() == []


def test_press_stands_although_nobody_could_be_told(
    project: Project, artist: User, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(**_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("studio.services.budget_notices.tell", break_down)
    make_budget(project)

    press(project, artist, key, takes=8)

    assert (project.renders.count(), OrmQ.objects.filter(key="studio").count()) == (8, 8)


def test_admins_hear_of_a_key_that_its_gateway_refused_each_time_it_is_paused(key: ProviderKey, admin: User) -> None:
    for _ in range(2):
        keys.pause_refused(key=key, said="marked", meaning="The key is not valid.")
    keys.resume(key=key, actor=STUDIO)
    keys.pause_refused(key=key, said="marked", meaning="The key is not valid.")

    rows = Notification.objects.all()
    assert {(row.recipient.username, row.kind, row.path) for row in rows} == {("admin", "key", f"/keys/{key.pk}/")}
    assert [row.text for row in rows] == [
        f"The key “{key.label}” was refused by its gateway and is paused. Takes that need it wait."
    ] * 2
