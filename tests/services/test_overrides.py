"""Going over a limit: who may, with which reason, what it writes down, and what it never passes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from studio.choices import LedgerKind, RenderState, Role
from studio.models import AuditEntry, LedgerEntry, Project, ProviderKey, Render, RenderEvent, User
from studio.services import attempts
from studio.services.audit import Actor
from studio.services.overrides import NO_REASON, Override
from studio.services.renders import Refused, create_renders
from studio.services.transitions import move
from tests.factories import make_attempt, make_budget, make_key, make_project, make_request, make_user
from tests.team_factories import make_stop

pytestmark = pytest.mark.django_db
REASON = "The client wants it tonight"


def press(
    project: Project, person: User | None, reason: str | None = REASON, key: ProviderKey | None = None, **over: Any
) -> list[Render]:
    actor = Actor(person, "203.0.113.7") if person else Actor.shell()
    values: dict[str, Any] = {"takes": 1, "submission": uuid4(), "request": make_request()}
    return create_renders(
        project=project,
        asked_by=person,
        key=key or ProviderKey.objects.first() or make_key(),
        override=None if reason is None else Override(actor, reason),
        **(values | over),
    )


def entries() -> list[tuple[str, ...]]:
    rows = AuditEntry.objects.order_by("pk").values_list("act", "actor_name", "address", "subject", "detail")
    return [tuple(row) for row in rows]


def test_manager_goes_over_the_projects_budget_and_it_is_written_down(project: Project, manager: User) -> None:
    make_budget(project, amount=Decimal("0.10"))

    (first, second) = press(project, manager, takes=2)

    total = (first.estimate or 0) * 2
    over = f"{total - Decimal('0.10'):.2f}"
    assert entries() == [
        (
            "budget-override",
            "Mia Manager",
            "203.0.113.7",
            "Project “Tea commercial”: $0.10 a month",
            f"By ${over}, for take {first.pk}, {second.pk}. {REASON}",
        )
    ]
    assert list(RenderEvent.objects.filter(render=second).order_by("pk").values_list("reason", "actor")) == [
        ("Asked for", manager.pk),
        (f"Over the project’s budget of $0.10 a month by ${over}: {REASON}", manager.pk),
    ]
    held = LedgerEntry.objects.get(render=second, kind=LedgerKind.RESERVED)
    assert held.note == (
        f"Held until the take is paid for or ended; over the project’s budget, by Mia Manager: {REASON}"
    )


def test_override_is_not_remembered(project: Project, manager: User) -> None:
    make_budget(project, amount=0)
    press(project, manager)

    with pytest.raises(Refused, match="or go over it in the composer, with a reason"):
        press(project, manager, reason=None)

    assert Render.objects.count() == 1


def test_override_that_is_not_needed_leaves_no_trace(project: Project, manager: User) -> None:
    make_budget(project)

    (render,) = press(project, manager)

    assert (entries(), render.events.count()) == ([], 1)
    assert render.ledger.get(kind=LedgerKind.RESERVED).note == "Held until the take is paid for or ended"


@pytest.mark.parametrize("reason", ["", "    ", "why ", "x" * 301])
def test_override_needs_a_reason(project: Project, manager: User, reason: str) -> None:
    make_budget(project, amount=0)

    with pytest.raises(Refused) as refused:
        press(project, manager, reason=reason)

    assert [(problem.field, problem.message) for problem in refused.value.problems] == [("override_reason", NO_REASON)]
    assert (Render.objects.count(), entries()) == (0, [])


@pytest.mark.parametrize(
    ("who", "limit", "passes"),
    [
        ("artist", "project", False),
        ("manager", "project", True),
        ("admin", "project", True),
        ("manager", "person", False),
        ("admin", "person", True),
        ("manager", "studio", False),
        ("admin", "studio", True),
        ("manager", "key", False),
        ("admin", "key", True),
        ("foreign manager", "project", False),
        ("former manager", "project", False),
        ("shell", "project", True),
        ("shell", "studio", True),
        ("shell", "key", True),
    ],
)
def test_who_may_go_over_which_limit(
    project: Project, artist: User, manager: User, admin: User, who: str, limit: str, passes: bool
) -> None:
    foreign, former = make_user(), make_user()
    make_project({Role.MANAGER: foreign})
    person = {
        "artist": artist,
        "manager": manager,
        "admin": admin,
        "foreign manager": foreign,
        "former manager": former,
        "shell": None,
    }[who]
    key = make_key(monthly_cap=0 if limit == "key" else None)
    if limit == "person":
        make_budget(person=person, amount=0)
    elif limit != "key":
        make_budget(project if limit == "project" else None, amount=0)

    if passes:
        press(project, person, key=key)
    else:
        with pytest.raises(Refused):
            press(project, person, key=key)

    assert Render.objects.count() == len(entries()) == int(passes)


def test_manager_who_was_shut_out_goes_over_nothing(project: Project, manager: User) -> None:
    make_budget(project, amount=0)
    User.objects.filter(pk=manager.pk).update(is_active=False)

    with pytest.raises(Refused):
        press(project, manager)


def test_override_needs_the_right_to_pass_every_limit_that_stands_against_it(
    project: Project, manager: User, admin: User
) -> None:
    make_budget(project, amount=0)
    make_budget(amount=0)

    with pytest.raises(Refused) as refused:
        press(project, manager)
    press(project, admin)

    assert [problem.message.partition(", or ")[2] for problem in refused.value.problems] == [
        "go over it in the composer, with a reason.",
        "ask Alma Admin, who can render over it or raise it.",
    ]
    assert [entry[3] for entry in entries()] == [
        "Project “Tea commercial”: $0.00 a month",
        "The whole studio: $0.00 a month",
    ]


def test_override_of_a_cap_stands_in_the_trail_of_its_key(project: Project, admin: User) -> None:
    key = make_key(label="Spring", monthly_cap=0)

    press(project, admin, key=key)

    entry = AuditEntry.objects.get()
    assert (entry.key, entry.subject) == (key, "TokenLab: Spring: $0.00 a month")


def test_override_passes_a_price_that_is_not_known_and_says_so(project: Project, manager: User) -> None:
    make_budget(project, currency="credits", amount=Decimal(1000))
    key = make_key(provider="seedance", currency="credits")
    request = make_request(provider="seedance", model="seedance-2.0-fast", sound=False)

    (render,) = press(project, manager, key=key, request=request)

    assert [entry[4] for entry in entries()] == [f"By a sum not known, for take {render.pk}. {REASON}"]


def test_override_keeps_no_key_that_was_typed_into_the_reason(project: Project, manager: User) -> None:
    make_budget(project, amount=0)

    (render,) = press(project, manager, reason="use sk-live-0123456789abcdef0123456789abcdef")

    kept = [entry[4] for entry in entries()]
    kept += [*render.events.values_list("reason", flat=True), *render.ledger.values_list("note", flat=True)]
    assert [words for words in kept if "0123456789abcdef" in words] == []


@pytest.mark.parametrize("hindrance", ["capability", "paused", "stopped price", "archived"])
def test_override_never_passes_anything_else(project: Project, admin: User, hindrance: str) -> None:
    make_budget(project, amount=0)
    key = make_key(paused_at=timezone.now() if hindrance == "paused" else None)
    if hindrance == "stopped price":
        make_stop()
    if hindrance == "archived":
        project.archived_at = timezone.now()
    request = make_request(resolution="4k") if hindrance == "capability" else make_request()

    with pytest.raises(Refused):
        press(project, admin, key=key, request=request)

    assert (Render.objects.count(), entries()) == (0, [])


def test_override_does_not_go_along_to_the_next_gateway(project: Project, manager: User) -> None:
    make_budget(project, amount=0)
    Project.objects.update(tries_next_gateway=True)
    project.refresh_from_db()
    first, hub = make_key(), make_key(provider="tokenhub")
    fallbacks = [{"key": hub.pk, "estimate": "0.80", "currency": "USD"}]

    (take,) = press(project, manager, key=first, fallbacks=fallbacks)
    move(render=take, to=RenderState.SUBMITTING, reason="Sending")
    attempts.record_refused(attempt=make_attempt(take), said="Not enough money.", meaning="Refused.", advice="Top up.")

    take.refresh_from_db()
    assert (take.state, Render.objects.count()) == (RenderState.REFUSED, 1)
