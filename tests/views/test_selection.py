"""Ticking takes in the gallery and on the project's page: what can be ticked, and which acts each role is offered."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import resolve, reverse

from studio.choices import Role
from studio.lib.clock import now
from studio.models import Project, User
from tests.factories import make_output, make_project, make_render

ClientOf = Callable[[User], Client]
GONE_TO = {"compare": "compare", "export-create": "export", "guest-link-create": "guest", "bulk-download": "download"}
ORGANISE = ["rate"] * 6 + ["favourite", "unfavourite", "tag", "untag", "collect"]


def acts_on(body: str, project: Project) -> list[str]:
    """The acts that the bar of selected takes offers, in their order on the page."""
    form = body.partition('id="selection"')[2].partition("</form>")[0]
    ways = re.findall(r'(?:formaction|action)="([^"]+)"', f'id="selection"{form}')
    return [act_of(html.unescape(way)) for way in ways]


def act_of(way: str) -> str:
    path, _, query = way.partition("?")
    return QueryDict(query).get("act") or GONE_TO[resolve(path).url_name or ""]


def ticks(body: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'name="take" value="(\d+)" form="selection"', body)]


def test_takes_of_every_state_can_be_ticked(client_of: ClientOf, project: Project, artist: User) -> None:
    ready = make_render(project)
    make_output(ready)
    queued = make_render(project)

    body = client_of(artist).get(reverse("gallery")).content.decode()

    assert ticks(body) == [queued.pk, ready.pk]


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.ARTIST, ["compare", "review", *ORGANISE, "download", "export", "delete"]),
        (Role.REVIEWER, ["compare", *ORGANISE, "download", "export"]),
        (Role.MANAGER, ["compare", "review", *ORGANISE, "download", "export", "guest", "delete"]),
    ],
)
def test_selection_in_a_project_offers_what_the_role_may_do(
    client_of: ClientOf, artist: User, role: Role, acts: list[str]
) -> None:
    project = make_project({role: artist})

    body = client_of(artist).get(reverse("project-detail", args=[project.slug])).content.decode()

    assert acts_on(body, project) == acts


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.ARTIST, ["compare", "review", *ORGANISE, "download", "delete"]),
        (Role.REVIEWER, ["compare", *ORGANISE, "download"]),
    ],
)
def test_selection_in_the_gallery_offers_what_needs_no_project(
    client_of: ClientOf, artist: User, role: Role, acts: list[str]
) -> None:
    project = make_project({role: artist})

    assert acts_on(client_of(artist).get(reverse("gallery")).content.decode(), project) == acts


def test_selection_in_an_archived_project_changes_nothing(client_of: ClientOf, artist: User) -> None:
    project = make_project({Role.ARTIST: artist}, archived_at=now())

    body = client_of(artist).get(reverse("project-detail", args=[project.slug])).content.decode()

    assert acts_on(body, project) == ["compare", "download", "export"]


def test_studio_admin_may_send_from_the_gallery(client_of: ClientOf, project: Project, admin: User) -> None:
    body = client_of(admin).get(reverse("gallery")).content.decode()

    assert acts_on(body, project) == ["compare", "review", *ORGANISE, "download", "delete"]


def test_take_of_a_project_that_one_only_reviews_is_marked(client_of: ClientOf, project: Project, artist: User) -> None:
    mine, looked_at = make_render(project), make_render(make_project({Role.REVIEWER: artist}))
    make_output(mine)
    make_output(looked_at)

    body = client_of(artist).get(reverse("gallery")).content.decode()

    assert re.findall(r'aria-label="Select take (\d+)" data-only-looks', body) == [str(looked_at.pk)]


@pytest.mark.parametrize(("role", "number"), [(Role.ARTIST, 1), (Role.REVIEWER, 0)])
def test_whoever_may_send_can_add_a_note(client_of: ClientOf, artist: User, role: Role, number: int) -> None:
    make_project({role: artist})

    body = client_of(artist).get(reverse("gallery")).content.decode()

    form = body.partition('id="selection"')[2].partition("</form>")[0]
    assert form.count('name="note"') == number


def test_token_travels_only_with_the_buttons_that_post(client_of: ClientOf, project: Project, manager: User) -> None:
    body = client_of(manager).get(reverse("project-detail", args=[project.slug])).content.decode()

    form = body.partition('id="selection"')[2].partition("</form>")[0]
    buttons = re.findall(r"<button[^>]*>", form)
    assert [("csrfmiddlewaretoken" in tag) == ('formmethod="post"' in tag) for tag in buttons] == [True] * len(buttons)
    assert '<input type="hidden"' not in form


def test_cards_that_arrive_later_can_be_ticked_too(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project)
    make_output(take)
    client = client_of(artist)

    since = take.events.get().pk - 1

    pages = [reverse("project-takes", args=[project.slug]), reverse("changes", query={"since": since})]

    assert [ticks(client.get(page).content.decode()) for page in pages] == [[take.pk], [take.pk]]
