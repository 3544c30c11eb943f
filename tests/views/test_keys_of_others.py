"""A key that a project may not use is not to be seen or used there, whoever guesses its number or its label."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from studio.models import Project, ProviderKey, Render, User
from tests.factories import make_key, make_project
from tests.views.route_table import ROUTES
from tests.views.visitors import Route, named

ClientOf = Callable[[User], Client]
KEY_ROUTES = [route for route in ROUTES if route.name.startswith(("key-", "audit-"))]
LABEL = "Winter campaign of others"


@pytest.fixture
def hidden(project: Project) -> ProviderKey:
    """A key of another project, beside two that this project may use."""
    make_key(label="Ours")
    make_key()
    key = make_key(label=LABEL, base_url="https://hidden.example.com")
    key.projects.add(make_project())
    return key


def test_composer_tells_nothing_of_it(client_of: ClientOf, artist: User, project: Project, hidden: ProviderKey) -> None:
    html = client_of(artist).get(reverse("project-detail", args=[project.slug])).content.decode()

    told = [word in html for word in ("Ours", LABEL, "hidden.example.com", f'id="key-{hidden.pk}"')]
    assert told == [True, False, False, False]


@pytest.mark.parametrize("far", [0, 1000])
def test_composer_says_the_same_of_it_as_of_one_that_never_was(
    client_of: ClientOf, artist: User, project: Project, hidden: ProviderKey, far: int
) -> None:
    typed = {"prompt": "A red car.", "key": str(hidden.pk + far), "act": "render", "submission": str(uuid4())}

    response = client_of(artist).post(reverse("composer", args=[project.slug]), typed, headers={"HX-Request": "true"})

    html = response.content.decode()
    told = ["The key chosen here is gone." in html, LABEL in html, "hidden.example.com" in html]
    assert (response.status_code, told) == (422, [True, False, False])
    assert not Render.objects.exists()


def test_shell_says_the_same_of_it_as_of_one_that_never_was(project: Project, hidden: ProviderKey) -> None:
    ask = ["--project", project.slug, "--model", "seedance-2.0", "--operation", "text-to-video", "--prompt", "A car."]

    for label in (LABEL, "Nobody's"):
        with pytest.raises(CommandError) as refused:
            call_command("render", *ask, "--key", label)

        assert f"There is no usable key with the label “{label}” here." in str(refused.value)
    assert not Render.objects.exists()


@pytest.mark.parametrize("route", KEY_ROUTES, ids=named)
def test_keys_room_is_not_there_for_managers_of_projects(
    client_of: ClientOf, manager: User, hidden: ProviderKey, route: Route
) -> None:
    address = reverse(route.name, args=[hidden.pk] if route.path else [])
    client = client_of(manager)

    statuses = {client.generic(method, address).status_code for method in route.methods}

    assert statuses == {404}
