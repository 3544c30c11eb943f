"""Many presses at the same moment against room for ten: exactly ten are made, whoever's limit it is."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections
from django.db.models import Sum

from studio.choices import LedgerKind, Lineage, RenderState, Role
from studio.models import Attempt, LedgerEntry, Project, ProviderKey, Render, User
from studio.providers import registry
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.services import attempts, budgets
from studio.services.renders import Refused, create_renders
from studio.services.transitions import move
from tests.factories import make_attempt, make_budget, make_key, make_project, make_request, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES, ROOM = 50, 10
# How long one of them may take at the most: they stand in line for one lock.
SECONDS = 120.0


@pytest.fixture(autouse=True)
def _a_dollar_a_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked for, wherever."""
    gateways = {slug: registry.get(slug) for slug in registry.PROVIDERS}
    cheap = {slug: replace(each, estimate=_dollar(each.estimate)) for slug, each in gateways.items()}
    monkeypatch.setattr(registry, "get", cheap.__getitem__)


def _dollar(estimate: Callable[[RenderRequest], Estimate]) -> Callable[[RenderRequest], Estimate]:
    return lambda request: replace(estimate(request), amount=Decimal(1), currency="USD", row=None)


@pytest.fixture
def team(transactional_db: None) -> tuple[Project, User]:
    person = make_user("ada")
    return make_project({Role.ARTIST: person}), person


def press(project: Project, person: User, key: ProviderKey, takes: int = 1) -> int:
    made = create_renders(
        project=project, asked_by=person, key=key, request=make_request(), takes=takes, submission=uuid4()
    )
    return len(made)


def at_once(acts: Sequence[Callable[[], int]]) -> Counter[str]:
    """Run them all in threads of their own, begun together; counts what was made and what was refused."""
    start, results = threading.Barrier(len(acts)), Counter[str]()
    lock = threading.Lock()

    def run(act: Callable[[], int]) -> None:
        start.wait(SECONDS)
        try:
            said, number = "made", act()
        except Refused:
            said, number = "refused", 1
        except Exception as error:
            said, number = repr(error), 1
        finally:
            connections.close_all()
        with lock:
            results[said] += number

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    return results


def held() -> Decimal:
    total = LedgerEntry.objects.filter(kind=LedgerKind.RESERVED).aggregate(total=Sum("amount"))["total"]
    return Decimal(total or 0)


@pytest.mark.parametrize("whose", ["project", "person", "studio", "key"])
def test_fifty_presses_against_room_for_ten_make_ten(team: tuple[Project, User], whose: str) -> None:
    project, person = team
    key = make_key(monthly_cap=ROOM if whose == "key" else None)
    owner = {"project": project} if whose == "project" else {"person": person} if whose == "person" else {}
    if whose != "key":
        make_budget(**owner, amount=Decimal(ROOM))

    results = at_once([lambda: press(project, person, key)] * PRESSES)

    assert results == {"made": ROOM, "refused": PRESSES - ROOM}
    assert (Render.objects.count(), held()) == (ROOM, Decimal(ROOM))


def test_presses_with_several_keys_share_the_budget_of_their_project(team: tuple[Project, User]) -> None:
    project, person = team
    make_budget(project, amount=Decimal(ROOM))
    keys = [make_key() for _ in range(5)]

    results = at_once([lambda key=key: press(project, person, key) for key in keys] * (PRESSES // 5))  # type: ignore[misc]

    assert results == {"made": ROOM, "refused": PRESSES - ROOM}
    assert (Render.objects.count(), held()) == (ROOM, Decimal(ROOM))


def test_takes_of_one_press_are_made_together_or_not_at_all(team: tuple[Project, User]) -> None:
    project, person = team
    make_budget(project, amount=Decimal(ROOM))
    key = make_key()

    results = at_once([lambda: press(project, person, key, takes=3)] * 20)

    assert results == {"made": 9, "refused": 17}
    assert held() == Decimal(9)


def test_presses_under_many_limits_at_once_never_wait_for_each_other_in_a_ring() -> None:
    people = [make_user() for _ in range(4)]
    projects = [make_project({Role.ARTIST: person}) for person in people]
    keys = [make_key(monthly_cap=100) for _ in range(4)]
    for owner in people:
        make_budget(person=owner, amount=Decimal(100))
    make_budget(amount=Decimal(ROOM))
    for project in reversed(projects):
        make_budget(project, amount=Decimal(100))
    # Every pairing of project, person and key, so that the same rows are wanted from all sides.
    crossed = [
        (projects[number % 4], people[number // 4 % 4], keys[(number // 16 + number) % 4]) for number in range(PRESSES)
    ]

    results = at_once([lambda each=each: press(*each) for each in crossed])  # type: ignore[misc]

    assert results == {"made": ROOM, "refused": PRESSES - ROOM}
    assert held() == Decimal(ROOM)


def test_refusals_that_try_the_next_gateway_keep_to_the_budget_and_never_wait_in_a_ring(
    team: tuple[Project, User], caplog: pytest.LogCaptureFixture
) -> None:
    project, person = team
    Project.objects.update(tries_next_gateway=True)
    project.refresh_from_db()
    there, back = [make_key(provider="tokenhub", monthly_cap=cap) for cap in (0, 0)], make_key()
    last = make_key(provider="ark", base_url="http://127.0.0.1:9/api/v3", currency="USD")
    sent = [_sent(project, person, back, [*order, last]) for order in (there, there[::-1]) * 10]
    # All twenty are given back; of what is asked for again in their place, only so much fits.
    make_budget(project, amount=Decimal(ROOM))

    results = at_once([lambda attempt=attempt: _refuse(attempt) for attempt in sent])  # type: ignore[misc]

    (limit,) = budgets.limits_of(budgets.binding(project_id=project.pk, person_id=None))
    switched = Render.objects.filter(lineage=Lineage.SWITCH).count()
    assert (results, Render.objects.filter(state=RenderState.REFUSED).count()) == ({"made": 20}, 20)
    assert 1 <= switched <= ROOM
    assert limit.spent == switched
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def _sent(project: Project, person: User, key: ProviderKey, further: Sequence[ProviderKey]) -> Attempt:
    fallbacks = [{"key": each.pk, "estimate": "1", "currency": "USD"} for each in further]
    (take,) = create_renders(
        project=project,
        asked_by=person,
        key=key,
        request=make_request(),
        takes=1,
        submission=uuid4(),
        fallbacks=fallbacks,
    )
    move(render=take, to=RenderState.SUBMITTING, reason="Sending")
    return make_attempt(take)


def _refuse(attempt: Attempt) -> int:
    attempts.record_refused(attempt=attempt, said="No room.", meaning="Refused.", advice="Wait.")
    return 1
