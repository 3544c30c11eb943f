"""Choosing the language: kept with the person and in a cookie, and found again at the next sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import User
from tests.factories import make_user


def test_language_is_kept_with_the_person_and_leads_back(client_of: Callable[[User], Client], artist: User) -> None:
    client = client_of(artist)

    response = client.post(reverse("language-set"), {"language": "sv", "next": "/gallery/?q=boat"})

    artist.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, "/gallery/?q=boat")
    assert (artist.language, client.cookies["language"].value) == ("sv", "sv")
    assert '<html lang="sv" dir="ltr"' in client.get("/").content.decode()


def test_language_is_chosen_at_the_door_too(client: Client, db: None) -> None:
    client.post(reverse("language-set"), {"language": "fr", "next": reverse("sign-in")})

    assert '<html lang="fr"' in client.get(reverse("sign-in")).content.decode()


@pytest.mark.parametrize("language", ["en-gb", "fr", "zh-hans"])
def test_every_language_is_named_in_its_own_words(client: Client, db: None, language: str) -> None:
    client.cookies["language"] = language

    page = client.get(reverse("sign-in")).content.decode()

    names = re.findall(r'<button class="entry-language"[^>]*>([^<]*)</button>', page)
    assert names == ["English", "Bahasa Indonesia", "简体中文", "Oʻzbekcha", "Français", "Svenska"]


@pytest.mark.parametrize("language", ["", "tlh", "en-gb\0", "sv" * 50_000])
def test_language_that_is_not_spoken_changes_nothing(
    client_of: Callable[[User], Client], artist: User, language: str
) -> None:
    client = client_of(artist)

    response = client.post(reverse("language-set"), {"language": language}, follow=True)

    artist.refresh_from_db()
    assert (response.status_code, artist.language, "language" in client.cookies) == (200, "", False)
    assert "The studio does not speak that language." in response.content.decode()


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example/", "//elsewhere.example/", "/\0", "/\r\nSet-Cookie: a=b", "nonsense", "?", "#"],
)
def test_language_leads_nowhere_else(client: Client, db: None, target: str) -> None:
    response = client.post(reverse("language-set"), {"language": "fr", "next": target})

    assert response["Location"] == "/"


def test_sign_in_brings_the_language_along(client: Client, db: None) -> None:
    make_user("ada", password="quite-a-long-secret", language="id")

    client.post(reverse("sign-in"), {"username": "ada", "password": "quite-a-long-secret"})

    assert client.cookies["language"].value == "id"


def test_sign_in_without_a_choice_leaves_the_language_to_the_browser(client: Client, db: None) -> None:
    make_user("ada", password="quite-a-long-secret")

    client.post(reverse("sign-in"), {"username": "ada", "password": "quite-a-long-secret"})

    assert "language" not in client.cookies
