"""Forms of the keys room: addresses that go along with a route, and what becomes of a secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.forms.keys import LimitsForm, NewKeyForm, NewSecretForm
from studio.models import Project
from studio.providers import registry
from studio.providers.provider import Route
from tests.factories import make_key

pytestmark = pytest.mark.django_db
SECRET = "sk-marked-0123456789abcdef9f2c"
EAST, WEST = "https://east.example.com", "https://west.example.com"
PROVIDER = replace(
    registry.get("tokenlab"),
    base_url=EAST,
    routes=(Route("east", "East"), Route("west", "West", WEST)),
    currency_of=lambda address, route: "CNY" if route == "west" else "USD",
)


@pytest.mark.parametrize(
    ("before", "route", "typed", "address"),
    [
        (EAST, "west", EAST, WEST),
        (EAST, "east", EAST, EAST),
        (EAST, "west", "https://proxy.example.com", "https://proxy.example.com"),
        ("https://proxy.example.com", "west", "https://proxy.example.com", "https://proxy.example.com"),
    ],
)
def test_new_secret_takes_the_routes_own_address_along(before: str, route: str, typed: str, address: str) -> None:
    key = make_key(base_url=before, route="east")

    form = NewSecretForm({"secret": SECRET, "route": route, "base_url": typed}, key=key, provider=PROVIDER)

    assert form.is_valid()
    assert (form.cleaned_data["route"], form.cleaned_data["base_url"]) == (route, address)


def test_new_secret_asks_for_no_route_where_there_is_one() -> None:
    form = NewSecretForm(key=make_key(), provider=replace(PROVIDER, routes=(), has_balance_token=False))

    assert list(form.fields) == ["secret", "base_url"]


@pytest.mark.parametrize(("route", "address", "currency"), [("east", EAST, "USD"), ("west", WEST, "CNY")])
def test_new_key_begins_with_the_routes_address_and_currency(route: str, address: str, currency: str) -> None:
    form = NewKeyForm(provider=PROVIDER, route=route)

    assert form["base_url"].value() == address
    assert form["monthly_cap"].label == f"Monthly cap, {currency}"


def test_new_key_takes_no_cap_in_another_currency_than_the_one_shown() -> None:
    provider = replace(PROVIDER, currency_of=lambda address, route: "CNY" if address == WEST else "USD")
    typed = {"label": "Spring", "secret": SECRET, "base_url": WEST, "monthly_cap": "100", "currency": "USD"}

    form = NewKeyForm(typed, provider=provider, route="east")
    again = NewKeyForm({**typed, "currency": "CNY"}, provider=provider, route="east")

    assert form.errors == {"monthly_cap": ["There the gateway bills in CNY. Look at the cap again."]}
    assert (form["monthly_cap"].label, form.currency) == ("Monthly cap, CNY", "CNY")
    assert again.is_valid()


def test_secret_is_never_rendered() -> None:
    form = NewKeyForm(
        {"secret": SECRET, "management_secret": SECRET}, provider=replace(PROVIDER, has_balance_token=True)
    )

    form.ask_for_secrets_again()

    assert SECRET not in form.as_p()
    assert form.errors["management_secret"] == ["Type it again: what was typed is never sent back to a page."]


def test_limits_of_a_key_come_back_as_they_were(project: Project) -> None:
    key = make_key(max_running=3)
    key.projects.add(project)
    initial = LimitsForm.initial_of(key)

    form = LimitsForm(
        {**initial, "projects": [project.pk], "monthly_cap": "", "per_minute": ""}, currency="USD", key=key
    )

    assert form.is_valid()
    assert form.limits() == {"projects": [project], "monthly_cap": None, "max_running": 3, "per_minute": None}
