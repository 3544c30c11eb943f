"""Every address of the studio: who is let in, with which methods. A new route has to be entered here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import Role
from studio.models import Project, User
from studio.services.invitations import invite
from studio.urls import urlpatterns
from tests.factories import make_asset, make_budget, make_output, make_prompt, make_render, make_stop

LOOK = frozenset({"GET"})
FILE = frozenset({"GET", "HEAD"})
ACT = frozenset({"POST"})
FORM = frozenset({"GET", "POST"})
# Django's own views of accounts answer these as well.
ACCOUNT = FORM | {"HEAD", "PUT"}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")


@dataclass(frozen=True)
class Route:
    """One row: its name, what stands in its path, what it answers, and what outsiders and reviewers get."""

    name: str
    methods: frozenset[str]
    path: tuple[str, ...] = ()
    outsider: int = 404
    reviewer: int = 200
    open_to_all: bool = False
    query: dict[str, str] = field(default_factory=dict)
    # Gateways call there and have no token of ours; nothing in their call is read.
    takes_calls: bool = False


ROUTES = (
    Route("sign-in", ACCOUNT, open_to_all=True),
    Route("sign-out", ACT, open_to_all=True),
    Route("password-change", ACCOUNT, outsider=200),
    Route("demo-enter", ACT, ("demo_role",), open_to_all=True),
    Route("people-list", LOOK, reviewer=404),
    Route("people-invite", FORM, reviewer=404),
    Route("person-change", FORM, ("person", "change"), reviewer=404),
    Route("invitation-revoke", ACT, ("invitation",), reviewer=403),
    Route("invitation-accept", FORM, ("token",), open_to_all=True),
    Route("key-list", LOOK, reviewer=404),
    Route("key-create", FORM, reviewer=404),
    Route("key-detail", LOOK, ("key",), reviewer=404),
    Route("key-rename", FORM, ("key",), reviewer=404),
    Route("key-limits", FORM, ("key",), reviewer=404),
    Route("key-rotate", FORM, ("key",), reviewer=404),
    Route("key-pause", FORM, ("key",), reviewer=404),
    Route("key-resume", FORM, ("key",), reviewer=404),
    Route("key-delete", FORM, ("key",), reviewer=404),
    Route("key-check", FORM, ("key",), reviewer=404),
    Route("key-check-result", LOOK, ("key",), reviewer=404),
    Route("audit-list", LOOK, reviewer=404),
    Route("home", LOOK, outsider=200),
    Route("project-create", FORM, outsider=403, reviewer=403),
    Route("project-detail", LOOK, ("slug",)),
    Route("composer", FORM, ("slug",), reviewer=403),
    Route("project-takes", LOOK, ("slug",)),
    Route("project-settings", FORM, ("slug",), reviewer=403),
    Route("project-archive", ACT, ("slug",), reviewer=403),
    Route("project-unarchive", ACT, ("slug",), reviewer=403),
    Route("project-members", LOOK, ("slug",)),
    Route("member-role", FORM, ("slug", "person"), reviewer=403),
    Route("member-remove", FORM, ("slug", "person"), reviewer=403),
    Route("invitation-create", FORM, ("slug",), reviewer=403),
    Route("prompt-list", LOOK, ("slug",)),
    Route("prompt-create", FORM, ("slug",), reviewer=403),
    Route("prompt-detail", LOOK, ("slug", "prompt")),
    Route("prompt-save", FORM, ("slug", "prompt"), reviewer=403),
    Route("prompt-compare", LOOK, ("slug", "prompt"), query={"from": "1", "to": "2"}),
    Route("prompt-rename", FORM, ("slug", "prompt"), reviewer=403),
    Route("prompt-archive", FORM, ("slug", "prompt"), reviewer=403),
    Route("prompt-unarchive", FORM, ("slug", "prompt"), reviewer=403),
    Route("asset-list", LOOK, ("slug",)),
    Route("asset-upload", ACT, ("slug",), reviewer=403),
    Route("asset-file", FILE, ("asset",)),
    Route("asset-preview", LOOK, ("asset",)),
    Route("asset-thumbnail", FILE, ("asset",)),
    Route("asset-delete", ACT, ("asset",), reviewer=403),
    Route("reference-file", FILE, ("signed", "name"), open_to_all=True),
    Route("gallery", LOOK, outsider=200),
    Route("gallery-takes", LOOK, outsider=200),
    Route("changes", LOOK, outsider=204, reviewer=204, query={"since": "999999"}),
    Route("render-detail", LOOK, ("take",)),
    Route("render-card", LOOK, ("take",)),
    Route("render-cancel", FORM, ("take",), reviewer=403),
    Route("render-retry", FORM, ("take",), reviewer=403),
    Route("render-look-again", FORM, ("take",), reviewer=403),
    Route("render-resolve", FORM, ("take",), reviewer=403),
    Route("render-send-again", FORM, ("take",), reviewer=403),
    Route("render-charged", FORM, ("take",), reviewer=403),
    Route("render-vary", FORM, ("take",), reviewer=403),
    Route("render-extend", FORM, ("take",), reviewer=403),
    Route("render-reuse", FORM, ("take",), reviewer=403),
    Route("render-use-last-frame", FORM, ("take",), reviewer=403),
    Route("output-video", FILE, ("take",)),
    Route("output-download", FILE, ("take",)),
    Route("output-poster", FILE, ("take",)),
    Route("output-filmstrip", FILE, ("take",)),
    Route("output-last-frame", FILE, ("take",)),
    Route("spend", LOOK, reviewer=404),
    Route("spend-takes", LOOK, reviewer=404),
    Route("spend-export", LOOK, reviewer=404),
    Route("price-list", LOOK, reviewer=404),
    Route("price-lift", FORM, ("stop",), reviewer=404),
    Route("budget-list", FORM, reviewer=404),
    Route("budget-change", FORM, ("budget",), reviewer=403),
    Route("budget-remove", FORM, ("budget",), reviewer=403),
    Route("project-budget-add", FORM, ("slug",), reviewer=403),
    Route("hook-wake", ACT, ("signed",), open_to_all=True, takes_calls=True),
    Route("healthz", FILE, open_to_all=True),
    Route("readyz", FILE, open_to_all=True),
    Route("metrics", FILE, open_to_all=True),
)
CLOSED = [route for route in ROUTES if not route.open_to_all]
FORMS = [route for route in ROUTES if "POST" in route.methods and not route.takes_calls]


def named(route: Route) -> str:
    return route.name


@pytest.fixture
def address(project: Project, manager: User, artist: User) -> Callable[[Route], str]:
    """The full address of a route, with things of `project` in its path."""
    take = make_render(project)
    make_output(take, b"the file")
    invitation = invite(by=manager, project=project, role=Role.ARTIST)
    parts = {
        "slug": project.slug,
        "prompt": make_prompt(project, "One.", "Two.").pk,
        "asset": make_asset(project, b"an image").pk,
        "take": take.pk,
        "key": take.key_id,
        "person": artist.pk,
        "change": "close",
        "invitation": invitation.pk,
        "token": invitation.token,
        "stop": make_stop().pk,
        "budget": make_budget(project).pk,
        "signed": "forged",
        "name": "image.png",
        "demo_role": "artist",
    }

    def build(route: Route) -> str:
        return reverse(route.name, args=[parts[part] for part in route.path], query=route.query or None)

    return build


def tried(route: Route, expected: int) -> frozenset[str]:
    """All its methods where somebody is turned away; where they are not, only looking."""
    return route.methods if expected >= 400 else LOOK


def ask(client: Client, address: str, method: str) -> int:
    return client.generic(method, address).status_code


def test_every_route_is_in_the_table() -> None:
    assert [route.name for route in ROUTES] == [pattern.name for pattern in urlpatterns]


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_route_sends_strangers_to_sign_in(client: Client, address: Callable[[Route], str], route: Route) -> None:
    path = address(route)

    responses = [client.generic(method, path) for method in sorted(route.methods)]

    wanted = f"{reverse('sign-in')}?next={quote(path)}"
    assert [(response.status_code, response["Location"]) for response in responses] == [(302, wanted)] * len(responses)


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_route_does_not_exist_for_outsiders(
    client_of: Callable[[User], Client], outsider: User, address: Callable[[Route], str], route: Route
) -> None:
    path = address(route)

    statuses = {ask(client_of(outsider), path, method) for method in tried(route, route.outsider)}

    assert statuses == {route.outsider}


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_route_lets_reviewers_look_and_nothing_more(
    client_of: Callable[[User], Client], reviewer: User, address: Callable[[Route], str], route: Route
) -> None:
    path = address(route)

    statuses = {ask(client_of(reviewer), path, method) for method in tried(route, route.reviewer)}

    assert statuses == {route.reviewer}


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_route_refuses_other_methods(
    client_of: Callable[[User], Client], admin: User, address: Callable[[Route], str], route: Route
) -> None:
    path, client = address(route), client_of(admin)

    statuses = {method: ask(client, path, method) for method in METHODS if method not in route.methods}

    assert statuses == dict.fromkeys(statuses, 405)


@pytest.mark.parametrize("route", FORMS, ids=named)
def test_route_refuses_forms_of_other_sites(artist: User, address: Callable[[Route], str], route: Route) -> None:
    path = address(route)
    client = Client(enforce_csrf_checks=True)
    client.force_login(artist, backend="studio.views.backends.PersonBackend")

    assert client.post(path).status_code == 403
