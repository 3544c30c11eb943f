"""The door of a guest link, and what a guest finds behind it: the takes of the link and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from studio.choices import VisitKind
from studio.lib.clock import now
from studio.models import Guest, GuestLink, GuestVisit, Project, Render, User
from studio.services import guests
from tests.factories import make_project
from tests.views.guesting import (
    ALL_RIGHTS,
    FILES,
    LIVE,
    PAGES,
    PASSWORD,
    address,
    enter,
    link,
    make_take,
    open_link,
    statuses,
    take,
)

__all__ = ["link", "take"]
pytestmark = pytest.mark.django_db


def test_door_asks_for_a_name_and_shows_no_take(client: Client, link: GuestLink) -> None:
    response = client.get(address("guest-home", link))

    assert (response.status_code, [*response.context["form"].fields]) == (200, ["name"])
    assert "Take 1" not in response.content.decode()


def test_whoever_has_not_come_in_is_led_to_the_door(client: Client, link: GuestLink) -> None:
    responses = [client.get(address(name, link, 1)) for name in PAGES]

    assert {(response.status_code, response["Location"]) for response in responses} == {
        (302, address("guest-home", link))
    }
    assert statuses(client, link, FILES) == [404] * 4
    assert client.get(address("guest-enter", link))["Location"] == address("guest-home", link)


def test_enter_shows_the_takes_of_the_link_by_their_places(project: Project, take: Render) -> None:
    make_take(project)
    link = open_link(project, make_take(project), take, label="Acme, first look")

    page = enter(link).get(address("guest-home", link)).content.decode()

    assert re.findall(r'<a class="card-link" href="([^"]+)">(.*?)</a>', page) == [
        (address("guest-take", link, 1), "Take 1"),
        (address("guest-take", link, 2), "Take 2"),
    ]
    assert re.findall(r"<title>(.*?)</title>", page) == ["Acme, first look"]


def test_open_list_asks_whether_the_link_is_still_open(project: Project, take: Render) -> None:
    link = open_link(project, take)
    browser = enter(link)
    page, still = browser.get(address("guest-home", link)).content.decode(), f"{address('guest-home', link)}?still"

    asked = browser.get(still, headers=LIVE)
    GuestLink.objects.update(revoked_at=now())
    closed = browser.get(still, headers=LIVE)

    assert page.count(f'hx-get="{still}"') == 1
    assert (asked.status_code, closed.status_code, closed["HX-Refresh"]) == (204, 410, "true")
    assert GuestVisit.objects.filter(kind=VisitKind.OPENED).count() == 1


def test_enter_keeps_what_was_typed_when_something_is_missing(client: Client, project: Project, take: Render) -> None:
    link = open_link(project, take, password=True)

    wrong = client.post(address("guest-enter", link), {"name": "Cleo", "password": "coffee"})
    nameless = client.post(address("guest-enter", link), {"name": "\x00", "password": PASSWORD})

    assert (wrong.status_code, wrong.context["form"]["name"].value(), list(wrong.context["form"].errors)) == (
        422,
        "Cleo",
        ["password"],
    )
    assert (nameless.status_code, list(nameless.context["form"].errors)) == (422, ["name"])
    assert (Guest.objects.count(), client.get(address("guest-take", link, 1)).status_code) == (0, 302)


def test_enter_with_the_password(project: Project, take: Render) -> None:
    link = open_link(project, take, password=True)

    assert enter(link, password=PASSWORD).get(address("guest-take", link, 1)).status_code == 200


def test_wrong_passwords_are_turned_away_in_the_end_whatever_is_typed(client: Client, project: Project) -> None:
    link = open_link(project, make_take(project), password=True)

    answers = [
        client.post(address("guest-enter", link), {"name": "Eve", "password": password}).status_code
        for password in [*["guess"] * guests.MOST_TRIES, "guess", PASSWORD]
    ]

    assert answers == [*[422] * guests.MOST_TRIES, 429, 429]


def test_one_link_opens_no_other(project: Project, take: Render) -> None:
    mine, other = open_link(project, take, **ALL_RIGHTS), open_link(project, make_take(project), **ALL_RIGHTS)
    client = enter(mine)

    assert statuses(client, mine, ("guest-take", "guest-video", "guest-download")) == [200, 200, 200]
    assert statuses(client, other, ("guest-take", "guest-video", "guest-download")) == [302, 404, 404]
    assert statuses(client, mine, ("guest-take", "guest-video"), number=2) == [404, 404]


def test_a_member_signed_in_has_no_more_rights_here(
    client_of: Callable[[User], Client], manager: User, link: GuestLink
) -> None:
    client = client_of(manager)

    assert statuses(client, link, ("guest-take", "guest-video")) == [302, 404]
    enter(link, client=client)
    assert statuses(client, link) == [200, 404, 404, 404, 200, 200, 200, 404]


def test_a_guest_has_no_session_in_the_studio(link: GuestLink, take: Render) -> None:
    client = enter(link)

    found = [client.get(f"/takes/{take.pk}/{part}").status_code for part in ("", "video/", "download/", "poster/")]

    assert found == [302] * 4


@pytest.mark.parametrize("token", ["1", "x", "1-abc.def", "a" * 5000, "%00", "٣-x.y", "1-" + "A" * 43 + ":sig"])
def test_a_made_up_address_is_as_if_there_had_never_been_one(client: Client, link: GuestLink, token: str) -> None:
    never = client.get("/g/never-was/")
    found = client.get(f"/g/{token}/")

    assert (found.status_code, found.content) == (404, never.content)


def test_a_changed_signature_is_as_if_there_had_never_been_one(client: Client, link: GuestLink) -> None:
    number, _, rest = link.token.partition("-")
    never = client.get("/g/never-was/").content

    for token in (link.token[:-2], f"{int(number) + 1}-{rest}", f"{link.token}=", link.token.swapcase()):
        response = client.get(f"/g/{token}/")
        assert (response.status_code, response.content) == (404, never)


@pytest.mark.parametrize(
    "end", [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}], ids=["revoked", "expired"]
)
def test_a_closed_link_shows_nothing_also_to_whoever_has_it_open(
    project: Project, take: Render, end: dict[str, Any]
) -> None:
    link = open_link(project, take, label="Acme, first look", **ALL_RIGHTS)
    client = enter(link)
    GuestLink.objects.filter(pk=link.pk).update(**end)

    responses = [client.get(address("guest-home", link))]
    responses += [client.get(address(name, link, 1)) for name in (*PAGES, *FILES)]

    assert {response.status_code for response in responses} == {410}
    assert [word for word in ("Acme", "Tea", "Take 1") if word in responses[0].content.decode()] == []
    assert client.post(address("guest-comment", link, 1), {"text": "Too late"}).status_code == 410


@pytest.mark.parametrize("change", [{"deleted_at": now()}, {"state": "failed"}])
def test_a_take_that_is_gone_vanishes_at_once(project: Project, take: Render, change: dict[str, Any]) -> None:
    link = open_link(project, make_take(project), take, make_take(project), **ALL_RIGHTS)
    client = enter(link)
    Render.objects.filter(pk=take.pk).update(**change)

    page = client.get(address("guest-home", link)).content.decode()

    assert re.findall(r'class="card-link"[^>]*>(.*?)<', page) == ["Take 1", "Take 3"]
    assert statuses(client, link, number=2) == [404] * 8
    assert client.get(address("guest-take", link, 3)).context["previous"] == 1


def test_takes_of_another_project_never_show(project: Project, take: Render, link: GuestLink) -> None:
    Render.objects.filter(pk=take.pk).update(project=make_project())

    assert statuses(enter(link), link) == [404] * 8


@pytest.mark.parametrize("number", [0, 2, 99999, 10**30])
def test_a_place_that_the_link_has_not_is_none(link: GuestLink, number: int) -> None:
    assert statuses(enter(link), link, number=number) == [404] * 8
