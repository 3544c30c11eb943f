"""In a language with other figures than English, scripts and fields still read plain numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Project, Render, User
from tests.factories import make_budget, make_key, make_output, make_render
from tests.team_factories import make_comment

ClientOf = Callable[[User], Client]
READ_BY_MACHINES = re.compile(
    r"data-.*|value|min|max|step|width|height|href|src|points|d|[xy][12]?|viewbox|datetime|pattern|maxlength"
)
# “1 234”, “1\u202f234” or “4,5” where a plain number belongs; lists of numbers with commas have no blank between them.
LOCAL_FIGURE = re.compile(r"^-?(\d{1,3}([\u00a0\u202f ]\d{3})+([.,]\d+)?|\d+,\d+)(px|%|s)?$")


class Attributes(HTMLParser):
    """Collects the attributes of a page that no person reads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value or "") for name, value in attrs if READ_BY_MACHINES.fullmatch(name)]


def local_figures(body: str) -> list[tuple[str, str, str]]:
    page = Attributes()
    page.feed(body)
    return [each for each in page.found if LOCAL_FIGURE.match(each[2])]


@pytest.fixture
def take(project: Project, artist: User) -> Iterator[Render]:
    """A film whose numbers have a decimal or four digits wherever they may."""
    key = make_key(monthly_cap=Decimal("12345.50"))
    made = make_render(project, key, pk=12_345, asked_by=artist, price=Decimal("1234.5678"), estimate=Decimal("1234.5"))
    make_output(made, width=3840, height=2160, seconds=Decimal("4.458"), frame_rate="24000/1001")
    make_comment(made, frame=12)
    make_budget(project, amount=Decimal("12345.50"))
    yield made


PAGES = {
    "player": lambda take: reverse("render-detail", args=[take.pk]),
    "review room": lambda take: reverse("render-review", args=[take.pk]),
    "composer and gallery": lambda take: reverse("project-detail", args=[take.project.slug]),
    "settings": lambda take: reverse("project-settings", args=[take.project.slug]),
    "all takes": lambda take: reverse("gallery"),
    "spending": lambda take: reverse("spend"),
    "budgets": lambda take: reverse("budget-list"),
    "prices": lambda take: reverse("price-list"),
    "keys": lambda take: reverse("key-detail", args=[take.key.pk]),
}


@pytest.mark.parametrize("place", PAGES)
def test_figures_for_machines_stay_plain(client_of: ClientOf, admin: User, take: Render, place: str) -> None:
    client = client_of(admin)
    client.cookies["language"] = "fr"

    response = client.get(PAGES[place](take))

    assert (response.status_code, response.headers["Content-Language"]) == (200, "fr")
    assert local_figures(response.content.decode()) == []


def test_figures_that_a_script_could_not_read_are_found() -> None:
    page = '<p data-seconds="4,5" data-take="1\u202f234" data-of="1,2"><input value="4.5" max="1234"><i title="4,5">'

    assert [name for _tag, name, _value in local_figures(page)] == ["data-seconds", "data-take", "data-of"]
