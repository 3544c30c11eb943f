"""Which budgets bind a render, what counts for each, and that every way to a render leads through them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from studio.choices import BudgetPeriod, Standing
from studio.environment import BASE_DIR
from studio.lib.clock import now
from studio.models import Budget, Project, ProviderKey, Render, User
from studio.services import budgets, renders, spending
from studio.services.renders import Refused, create_renders
from tests.factories import make_budget, make_key, make_project, make_render, make_request, make_user

pytestmark = pytest.mark.django_db


def spent(budget: Budget) -> Decimal:
    (limit,) = budgets.limits_of(Budget.objects.filter(pk=budget.pk))
    return limit.spent


def press(project: Project, person: User | None = None, key: ProviderKey | None = None, **over: Any) -> list[Render]:
    values: dict[str, Any] = {"takes": 1, "submission": uuid4(), "request": make_request()}
    key = key or ProviderKey.objects.first() or make_key()
    return create_renders(project=project, asked_by=person, key=key, **(values | over))


def last_month() -> Any:
    return now().replace(day=1) - timedelta(days=1)


def test_budgets_that_bind_are_the_projects_the_persons_and_the_studios(project: Project, artist: User) -> None:
    mine = [make_budget(project), make_budget(person=artist), make_budget()]
    make_budget(make_project())
    make_budget(person=make_user())

    def bound(person_id: int | None) -> list[Budget]:
        return list(budgets.binding(project_id=project.pk, person_id=person_id).order_by("pk"))

    assert bound(artist.pk) == mine
    assert bound(None) == [mine[0], mine[2]]


def test_each_budget_counts_its_own_renders(project: Project, artist: User, manager: User) -> None:
    other = make_project()
    for where, who, amount in ((project, artist, "1"), (project, manager, "2"), (other, artist, "4"), (other, None, 8)):
        make_render(where, asked_by=who, estimate=Decimal(amount))

    counted = [spent(budget) for budget in (make_budget(project), make_budget(person=artist), make_budget())]

    assert counted == [Decimal(3), Decimal(5), Decimal(15)]


def test_budget_counts_its_own_currency_alone(project: Project) -> None:
    make_render(project, estimate=Decimal(1))
    make_render(project, estimate=Decimal(40), currency="credits")

    assert [spent(make_budget(project, currency=currency)) for currency in ("USD", "credits", "CNY")] == [1, 40, 0]


@pytest.mark.parametrize("owner", ["project", "person", "studio"])
def test_month_counts_what_was_booked_in_it_and_what_still_moves(project: Project, artist: User, owner: str) -> None:
    cases = (
        ("1", {"standing": Standing.SETTLED, "price": Decimal("0.50"), "state": "ready"}, None),
        ("2", {"standing": Standing.SETTLED, "price": None, "state": "ready"}, None),
        ("4", {"standing": Standing.RELEASED, "state": "failed"}, None),
        ("8", {"standing": Standing.SETTLED, "state": "ready"}, last_month()),
        ("16", {"standing": Standing.POSSIBLY, "state": "unconfirmed"}, last_month()),
        ("32", {"standing": Standing.RESERVED, "state": "running"}, last_month()),
        ("64", {"standing": Standing.POSSIBLY, "state": "failed"}, None),
    )
    for estimate, over, booked in cases:
        make_render(project, asked_by=artist, estimate=Decimal(estimate), booked_at=booked or now(), **over)
    owners: dict[str, dict[str, Any]] = {"project": {"project": project}, "person": {"person": artist}, "studio": {}}

    monthly = spent(make_budget(**owners[owner]))
    total = spent(make_budget(**owners[owner], period=BudgetPeriod.TOTAL))

    assert (monthly, total) == (Decimal("98.50"), Decimal("122.50"))
    # The same as the one service that says what spending is.
    renders_of = Render.objects.all()
    assert spending.spent(renders_of, spending.month_start(now()))["USD"] == monthly
    assert spending.spent(renders_of, None)["USD"] == total


def test_many_budgets_are_counted_in_two_queries(
    project: Project, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(30):
        make_budget(person=make_user())
    make_render(project, estimate=Decimal(1))
    make_budget()

    with django_assert_num_queries(2):
        limits = budgets.limits_of(Budget.objects.all())

    assert [limit.spent for limit in limits] == [0] * 30 + [1]


def test_no_budgets_cost_one_query(project: Project, django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(1):
        assert budgets.limits_of(budgets.binding(project_id=project.pk, person_id=None)) == []


def test_sums_of_a_month_are_found_by_index(project: Project, artist: User) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL weighs its plans by the rows there are.")
    plans = []
    for budget in (make_budget(project), make_budget(person=artist), make_budget()):
        sql, values = budgets._sum_of(budget, now()).query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            steps = [row[3] for row in cursor.fetchall() if row[3].startswith(("SEARCH", "SCAN"))]
        plans.append([step.partition("(")[2] for step in steps])

    assert plans == [
        ["project_id=? AND booked_at>?)", "state=?)"],
        ["asked_by_id=? AND booked_at>?)", "state=?)"],
        ["booked_at>?)", "state=?)"],
    ]


@pytest.mark.parametrize("owner", ["project", "person", "studio"])
def test_press_that_goes_over_is_refused_and_nothing_is_stored(project: Project, artist: User, owner: str) -> None:
    owners: dict[str, dict[str, Any]] = {"project": {"project": project}, "person": {"person": artist}, "studio": {}}
    make_budget(**owners[owner], amount=Decimal(1))

    press(project, artist)
    with pytest.raises(Refused, match=r"budget of \$1.00 a month by \$0."):
        press(project, artist)

    assert Render.objects.count() == 1


def test_press_counts_all_its_takes_together(project: Project) -> None:
    make_budget(project, amount=Decimal(2))

    with pytest.raises(Refused, match="This goes over the project’s budget"):
        press(project, takes=4)

    assert Render.objects.count() == 0


def test_press_that_was_made_is_found_again_though_the_budget_is_used_up_now(project: Project) -> None:
    make_budget(project, amount=Decimal(1))
    submission = uuid4()

    made = press(project, submission=submission)

    assert press(project, submission=submission) == made


def test_refusal_names_who_can_help(project: Project, artist: User, admin: User) -> None:
    make_budget(project, amount=0)
    make_budget(amount=0)

    with pytest.raises(Refused) as refused:
        press(project, artist)

    assert [problem.message.partition(", or ")[2] for problem in refused.value.problems] == [
        "ask Mia Manager, who can render over it or raise it.",
        "ask Alma Admin, who can render over it or raise it.",
    ]


def test_price_that_is_not_known_is_refused_under_a_budget_and_goes_out_without(project: Project) -> None:
    key = make_key(provider="seedance", currency="credits")
    request = make_request(provider="seedance", model="seedance-2.0-fast", sound=False)

    assert [render.estimate for render in press(project, key=key, request=request)] == [None]
    make_budget(project, currency="credits", amount=Decimal(1000))
    with pytest.raises(Refused, match="Nobody can say beforehand what this costs"):
        press(project, key=key, request=request)


def test_retry_asks_the_budget_again(project: Project, artist: User) -> None:
    failed = make_render(project, asked_by=artist, state="failed", standing=Standing.RELEASED)
    make_budget(project, amount=0)

    with pytest.raises(Refused, match="This goes over the project’s budget"):
        renders.retry(render=failed, asked_by=artist)


def test_budget_of_an_earlier_month_is_free_again(project: Project) -> None:
    make_budget(project, amount=Decimal(1))
    (first,) = press(project)
    Render.objects.filter(pk=first.pk).update(booked_at=last_month(), state="ready", standing=Standing.SETTLED)

    assert len(press(project)) == 1


def test_every_way_to_a_new_render_leads_through_one_door() -> None:
    """Rows are made in one place, which is called in three, and each looks at the limits first."""
    makers: dict[str, list[str]] = {name: [] for name in ("Render.objects.create", "store_render")}
    makers |= {"closed_now": [], "closed_together": []}
    for path in sorted((BASE_DIR / "studio").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in makers:
                makers[ast.unparse(node.func)].append(path.name)

    assert makers == {
        "Render.objects.create": ["storing.py"],
        "store_render": ["failover.py", "matrices_admission.py", "renders.py"],
        "closed_now": ["failover.py", "renders.py"],
        "closed_together": ["matrices_admission.py", "storing.py"],
    }


def test_removing_a_person_keeps_the_studios_budget_apart(project: Project, artist: User) -> None:
    make_budget(person=artist)
    studio = make_budget()
    artist.delete()

    assert list(Budget.objects.all()) == [studio]


def test_archived_project_is_no_matter_of_budgets(project: Project) -> None:
    make_budget(project, amount=0)
    Project.objects.update(archived_at=timezone.now())
    project.refresh_from_db()

    with pytest.raises((Refused, ValidationError), match="This project is archived"):
        press(project)
