"""One-click entry: in demo mode, on this machine, into accounts without a password. Nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from studio.models import User
from tests.factories import make_user

HERE: dict[str, Any] = {"HTTP_HOST": "127.0.0.1:8700", "REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def demo_artist(db: None) -> User:
    return make_user("artist")


@pytest.fixture
def client() -> Client:
    """A browser on this machine."""
    return Client(**HERE)


def enter(client: Client, role: str = "artist", target: str = "") -> Any:
    return client.post(reverse("demo-enter", args=[role]), {"next": target})


def test_demo_enters_with_one_click(client: Client, demo_artist: User) -> None:
    response = enter(client)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(demo_artist.pk)


@pytest.mark.parametrize(("target", "landed"), [("/gallery/", "/gallery/"), ("//elsewhere.example/", "/")])
def test_demo_goes_on_only_within_the_studio(client: Client, demo_artist: User, target: str, landed: str) -> None:
    assert enter(client, target=target)["Location"] == landed


@pytest.mark.parametrize(
    "where",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_HOST": "testserver"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_demo_is_not_there_for_anybody_else(demo_artist: User, where: dict[str, Any]) -> None:
    client = Client(**{**HERE, **where})

    entered = enter(client)
    page = client.get(reverse("sign-in"))

    assert entered.status_code == 404
    assert page.context["demo_roles"] == ()
    assert "_auth_user_id" not in client.session


def test_demo_is_not_there_outside_demo_mode(client: Client, demo_artist: User, settings: Settings) -> None:
    settings.STUDIO_DEMO = False

    assert enter(client).status_code == 404
    assert client.get(reverse("sign-in")).context["demo_roles"] == ()


def test_demo_offers_its_roles_on_the_sign_in_page(client: Client, db: None) -> None:
    response = client.get(reverse("sign-in"))

    assert [role[0] for role in response.context["demo_roles"]] == ["artist", "reviewer", "admin"]


def test_demo_never_enters_an_account_with_a_password(client: Client, db: None) -> None:
    make_user("artist", password="somebody-s-own-secret")

    response = enter(client)

    assert response["Location"] == reverse("sign-in")
    assert "_auth_user_id" not in client.session


def test_demo_says_so_when_it_is_not_filled(client: Client, db: None) -> None:
    assert enter(client)["Location"] == reverse("sign-in")


def test_demo_knows_no_other_role(client: Client, db: None) -> None:
    make_user("root", is_superuser=True)

    assert enter(client, "root").status_code == 404


def test_demo_takes_a_post_with_its_token(client: Client, demo_artist: User) -> None:
    strict = Client(enforce_csrf_checks=True, **HERE)

    assert client.get(reverse("demo-enter", args=["artist"])).status_code == 405
    assert enter(strict).status_code == 403
