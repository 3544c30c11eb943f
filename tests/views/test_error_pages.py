"""The pages for what may not be done, is not there or did not work: what it means for the money, and a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from studio.models import Project, User

ClientOf = Callable[[User], Client]


def test_what_a_role_may_not_do_is_said_with_its_reason(client_of: ClientOf, project: Project, artist: User) -> None:
    project.memberships.filter(user=artist).update(role="reviewer")

    response = client_of(artist).get(reverse("project-create"))

    page = response.content.decode()
    assert response.status_code == 403
    assert "<p>Only studio admins and managers of a project start new ones.</p>" in page
    assert "Nothing was changed and nothing was charged." in page


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
