"""The words of the scripts: each language has an address, kept for as long as it says the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from studio.models import User
from studio.views import words

ClientOf = Callable[[User], Client]


def test_catalog_brings_what_scripts_call(client: Client) -> None:
    response = client.get(reverse("words", args=["fr"]))

    assert response["Content-Type"] == 'text/javascript; charset="utf-8"'
    defined = [
        name for name in ("gettext", "ngettext", "pgettext", "interpolate") if f"globals.{name} =" in response.text
    ]
    assert defined == ["gettext", "ngettext", "pgettext", "interpolate"]


def test_catalog_speaks_the_language_of_its_address_whatever_the_reader_chose(client: Client) -> None:
    client.cookies["language"] = "sv"

    french, chinese = (client.get(reverse("words", args=[code])).text for code in ("fr", "zh-hans"))

    assert ("django.pluralidx = function(n) {\n    const v = (n > 1);" in french) is True
    assert ("const v = 0;" in chinese) is True


@pytest.mark.parametrize("code", ["en-gb", "de", "nothing"])
def test_there_is_no_catalog_of_english_or_of_an_unknown_language(client: Client, code: str) -> None:
    assert client.get(reverse("words", args=[code])).status_code == 404


def test_catalog_is_kept_for_a_year_at_the_address_of_its_version_only(client: Client) -> None:
    with override("fr"):
        address = words.address()

    kept, other = client.get(address), client.get(reverse("words", args=["fr"], query={"v": "old"}))

    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
    assert other["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(("language", "catalogs"), [("en-gb", 0), ("fr", 1)])
def test_page_loads_a_catalog_before_the_modules_only_where_it_needs_one(
    client: Client, db: None, language: str, catalogs: int
) -> None:
    client.cookies["language"] = language

    page = client.get(reverse("sign-in")).text

    assert page.count('<script src="/words/') == catalogs
    assert page.index("js/words.js") < page.index('type="module"')
