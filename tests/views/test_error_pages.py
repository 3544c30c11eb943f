"""The pages for what may not be done, is not there or did not work: what it means for the money, and a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from studio.models import Project, User
from studio.views.errors import server_error
from tests.team_factories import make_guest_link

ClientOf = Callable[[User], Client]


def test_what_a_role_may_not_do_is_said_with_its_reason(client_of: ClientOf, project: Project, artist: User) -> None:
    project.memberships.filter(user=artist).update(role="reviewer")

    response = client_of(artist).get(reverse("project-create"))

    page = response.content.decode()
    assert response.status_code == 403
    assert "<p>Only studio admins and managers of a project start new ones.</p>" in page
    assert "Nothing was changed and nothing was charged." in page


def test_what_the_heading_says_is_not_said_again(client_of: ClientOf, project: Project, artist: User) -> None:
    response = client_of(artist).get(reverse("project-settings", args=[project.slug]))

    assert response.status_code == 403
    assert response.content.decode().count("does not allow") == 1


def test_page_that_was_open_too_long_says_how_to_keep_what_was_typed(artist: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(artist, backend="studio.views.backends.PersonBackend")

    response = client.post(reverse("notification-settings"))

    assert response.status_code == 403
    assert "<h1>The page was open too long</h1>" in response.content.decode()
    assert "Go back: what you typed is still there." in response.content.decode()


def test_page_that_is_not_there_leads_on(client_of: ClientOf, artist: User) -> None:
    response = client_of(artist).get("/no/such/page/")

    assert response.status_code == 404
    assert '<a class="button button-primary" href="/">Go to my projects</a>' in response.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_page_needs_nothing_and_names_its_language(name: str) -> None:
    with translation.override("sv"):
        page = render_to_string(name)

    assert '<html lang="sv" dir="ltr"' in page
    assert page.count("<h1>") == 1


@pytest.mark.parametrize(("theme", "shown"), [("light", "light"), ("plaid", "dark"), ("", "dark")])
def test_page_for_what_broke_keeps_the_theme(rf: RequestFactory, theme: str, shown: str) -> None:
    request = rf.get("/gallery/")
    request.COOKIES["theme"] = theme

    response = server_error(request)

    page = response.content.decode()
    assert response.status_code == 500
    assert f'data-theme="{shown}"' in page
    assert "Go to my projects" in page


def test_guests_are_not_sent_to_projects_that_they_do_not_have(rf: RequestFactory, client: Client) -> None:
    broken = server_error(rf.get("/g/1-token/")).content.decode()
    cut_short = client.get(reverse("guest-home", args=["1-cut"]))

    assert (cut_short.status_code, cut_short.content.decode().count("<h1>This link is not complete</h1>")) == (404, 1)
    assert [page.count("my projects") for page in (broken, cut_short.content.decode())] == [0, 0]
    assert "tell whoever sent you the link" in broken


def test_guests_whose_page_was_open_too_long_learn_of_no_studio(project: Project) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("guest-enter", args=[make_guest_link(project).token]), {"name": "Kim"})

    page = response.content.decode()
    assert (response.status_code, page.count("<h1>The page was open too long</h1>")) == (403, 1)
    assert [page.count(words) for words in ("my projects", "Rushes", "logo")] == [0, 0, 0]
