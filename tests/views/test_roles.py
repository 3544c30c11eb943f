"""Every address as everybody: what the table says, and nothing spent or decided by those who may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from studio.choices import RenderState, ReviewState, Standing, Verdict
from studio.lib.clock import now
from studio.models import Guest, GuestLink, LedgerEntry, PriceStop, Project, Render, Review, User
from studio.urls import urlpatterns
from tests.factories import make_output, make_render
from tests.team_factories import make_guest_link
from tests.views.route_table import ROUTES, things
from tests.views.visitors import NO_ACCOUNT, ROLES, Route, address_of, filled

__all__ = ["things"]
Things = Mapping[str, Any]
# What the guest's own link is just then, for those whose role is about that.
LINK_IS: dict[str, dict[str, Any]] = {
    "onlooker": {"may_comment": False, "may_decide": False, "may_download": False},
    "late guest": {"expires_at": now() - timedelta(days=1)},
    "revoked guest": {"revoked_at": now() - timedelta(days=1)},
}


@dataclass(frozen=True)
class Cast:
    """A browser for each role, in which the members are signed in and the guests have come in by their link."""

    clients: Mapping[str, Client]
    link: GuestLink

    @contextmanager
    def on(self, role: str) -> Iterator[Client]:
        """The browser of `role`; whatever is done with it is undone afterwards."""
        with transaction.atomic():
            client = self.clients[role]
            cookies = deepcopy(client.cookies)
            GuestLink.objects.filter(pk=self.link.pk).update(**LINK_IS.get(role, {}))
            yield client
            client.cookies = cookies
            transaction.set_rollback(True)


@pytest.fixture
def cast(
    client_of: Callable[[User], Client],
    project: Project,
    things: Things,
    outsider: User,
    artist: User,
    reviewer: User,
    manager: User,
    admin: User,
) -> Cast:
    link = GuestLink.objects.get(pk=things["guest_link"])
    other = make_guest_link(project, Render.objects.get(pk=things["take"]))
    people = {"stranger": outsider, "artist": artist, "reviewer": reviewer, "manager": manager, "admin": admin}
    clients = {role: client_of(person) for role, person in people.items()}
    came_in = guest_client(link)
    guests = dict.fromkeys(NO_ACCOUNT, came_in) | {"anonymous": Client(), "other guest": guest_client(other)}
    return Cast({**clients, **guests}, link)


def guest_client(link: GuestLink) -> Client:
    """A browser in which somebody came in by `link`, through its door."""
    client = Client()
    client.post(reverse("guest-enter", args=[link.token]), {"name": "Gale"})
    assert Guest.objects.filter(link=link).count() == 1
    return client


def methods_of(route: Route) -> list[str]:
    """The ways in which each role is tried."""
    return sorted(route.methods & {"GET", "POST"})


def asked(cast: Cast, things: Things, role: str, routes: Sequence[Route]) -> dict[tuple[str, str], int]:
    """What each of `routes` answers `role`, by name and method; nothing that is asked for changes what comes after."""
    found = {}
    for route in routes:
        path, fields = address_of(route, things), filled(route.form, things)
        for method in methods_of(route):
            with cast.on(role) as client:
                response = client.post(path, fields) if method == "POST" else client.get(path)
                found[route.name, method] = response.status_code
    return found


def test_every_route_is_in_the_table() -> None:
    assert sorted(route.name for route in ROUTES) == sorted(str(pattern.name) for pattern in urlpatterns)


@pytest.mark.parametrize("role", ROLES)
def test_role_is_answered_as_the_table_says(cast: Cast, things: Things, role: str) -> None:
    answers = asked(cast, things, role, ROUTES)

    assert answers == {(route.name, way): route.answer(role, way) for route in ROUTES for way in methods_of(route)}


def test_those_without_an_account_are_led_to_the_sign_in(cast: Cast, things: Things) -> None:
    closed = [route for route in ROUTES if route.turned.get("anonymous") == route.turned.get("guest") == 302]
    found, wanted = {}, {}
    for route in closed:
        path = address_of(route, things)
        wanted[route.name] = f"{reverse('sign-in')}?next={quote(path)}"
        with cast.on("guest") as client:
            found[route.name] = client.get(path)["Location"]

    assert found == wanted


def adding(cast: Cast, things: Things, role: str, fields: Mapping[str, str], *kinds: type[Model]) -> set[str]:
    """The routes by whose form `role` adds a row of one of `kinds`."""
    found = set()
    for route in ROUTES:
        if "POST" in route.methods:
            with cast.on(role) as client:
                before = [kind._default_manager.count() for kind in kinds]
                client.post(address_of(route, things), {**fields, **filled(route.form, things)})
                if before != [kind._default_manager.count() for kind in kinds]:
                    found.add(route.name)
    return found


@pytest.mark.parametrize(
    ("role", "ways"),
    [
        ("artist", {"render-retry"}),
        ("manager", {"render-retry"}),
        ("reviewer", set()),
        ("stranger", set()),
        ("guest", set()),
    ],
)
def test_reviewers_and_guests_cannot_spend(cast: Cast, things: Things, role: str, ways: set[str]) -> None:
    PriceStop.objects.all().delete()
    Render.objects.filter(pk=things["take"]).update(state=RenderState.FAILED, standing=Standing.RELEASED)
    form = {"act": "render", "prompt": "A car.", "model": "seedance-2.0-fast", "takes": "1", "submission": str(uuid4())}

    assert adding(cast, things, role, form, Render, LedgerEntry) == ways


@pytest.mark.parametrize(
    ("role", "ways"),
    [
        ("artist", set()),
        ("reviewer", {"review-decide"}),
        ("manager", {"review-decide"}),
        ("stranger", set()),
        ("guest", {"guest-decide"}),
        ("onlooker", set()),
    ],
)
def test_only_reviewers_managers_and_granted_guests_decide(
    cast: Cast, things: Things, role: str, ways: set[str]
) -> None:
    assert adding(cast, things, role, {"verdict": Verdict.REJECTED, "reason": "Too dark."}, Review) == ways


@pytest.mark.parametrize(
    ("is_allowed", "is_own", "status", "state"),
    [
        (True, True, 302, ReviewState.APPROVED),
        (True, False, 403, ReviewState.NONE),
        (False, True, 403, ReviewState.NONE),
        (False, False, 403, ReviewState.NONE),
    ],
)
def test_artist_decides_on_an_own_take_where_the_project_allows_it(
    client_of: Callable[[User], Client],
    project: Project,
    artist: User,
    is_allowed: bool,
    is_own: bool,
    status: int,
    state: ReviewState,
) -> None:
    Project.objects.update(artists_decide_on_own=is_allowed)
    take = make_render(project, asked_by=artist if is_own else None)
    make_output(take)

    response = client_of(artist).post(reverse("review-decide", args=[take.pk]), {"verdict": Verdict.APPROVED})

    take.refresh_from_db()
    assert (response.status_code, take.review_state) == (status, state)
