"""Signing in and out, the throttle, and one's own password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from studio.models import User
from tests.factories import make_user

PASSWORD = "quite-a-long-secret"


@pytest.fixture
def ada(db: None) -> User:
    return make_user("ada", password=PASSWORD, display_name="Ada")


def sign_in(client: Client, password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("sign-in"), {"username": "ada", "password": password, **more})


def test_sign_in_shows_the_form(client: Client, db: None) -> None:
    response = client.get(reverse("sign-in"))

    assert response.status_code == 200
    assert response.templates[0].name == "registration/sign_in.html"


def test_sign_in_goes_home_with_a_new_session(client: Client, ada: User) -> None:
    client.session.save()
    before = client.session.session_key

    response = sign_in(client)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("target", "landed"),
    [
        ("/projects/tea/", "/projects/tea/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_sign_in_goes_on_only_within_the_studio(client: Client, ada: User, target: str, landed: str) -> None:
    response = sign_in(client, next=target)

    assert response["Location"] == landed


def test_sign_in_with_a_wrong_password_keeps_the_name(client: Client, ada: User) -> None:
    response = sign_in(client, password="wrong", next="/gallery/")

    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "User name and password do not fit together. Capital letters count."
    ]
    assert response.context["form"]["username"].value() == "ada"
    assert response.context["next"] == "/gallery/"


def test_sign_in_says_the_same_of_somebody_shut_out(client: Client, ada: User) -> None:
    User.objects.update(is_active=False)

    response = sign_in(client)

    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "User name and password do not fit together. Capital letters count."
    ]


def test_sign_in_is_closed_for_a_while_after_many_wrong_tries(client: Client, ada: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = sign_in(client, password="wrong")

    right = sign_in(client)

    assert (response.status_code, right.status_code) == (429, 429)
    assert "<h1>Too many wrong tries</h1>" in right.content.decode()
    assert "is closed for 15 minutes after the last wrong try" in right.content.decode()
    assert "_auth_user_id" not in client.session


def test_sign_out_takes_a_post(client_of: Callable[[User], Client], ada: User) -> None:
    client = client_of(ada)

    by_get = client.get(reverse("sign-out"))
    by_post = client.post(reverse("sign-out"), {"next": "https://elsewhere.example/"})

    assert by_get.status_code == 405
    assert (by_post.status_code, by_post["Location"]) == (302, reverse("sign-in"))
    assert "_auth_user_id" not in client.session


def test_password_change_keeps_this_browser_and_ends_the_others(client_of: Callable[[User], Client], ada: User) -> None:
    here, elsewhere = client_of(ada), client_of(ada)
    new = "another-long-secret"

    response = here.post(
        reverse("password-change"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )

    assert (response.status_code, response["Location"]) == (302, "/")
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "another-long-secret", "old_password"),
        (PASSWORD, "12345678", "new_password2"),
    ],
)
def test_password_change_refuses(
    client_of: Callable[[User], Client], ada: User, old: str, new: str, field: str
) -> None:
    response = client_of(ada).post(
        reverse("password-change"), {"old_password": old, "new_password1": new, "new_password2": new}
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_password_change_asks_for_signing_in(client: Client, db: None) -> None:
    response = client.get(reverse("password-change"))

    assert response["Location"] == f"{reverse('sign-in')}?next={reverse('password-change')}"
