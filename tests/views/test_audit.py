"""The audit list of studio admins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.models import AuditEntry, ProviderKey, User
from studio.services import audit
from studio.services.audit import STUDIO, Actor
from tests.factories import make_key

ClientOf = Callable[[User], Client]


def record(key: ProviderKey, actor: Actor = STUDIO, act: str = "key-pause", detail: str = "") -> AuditEntry:
    return audit.record(actor=actor, act=act, subject=f"tokenlab: {key.label}", detail=detail, key=key)


def listed(client: Client, **query: object) -> list[int]:
    return [entry.pk for entry in client.get(reverse("audit-list", query=query or None)).context["entries"]]


def test_audit_says_who_what_when_and_from_where(client_of: ClientOf, admin: User) -> None:
    key = make_key(label="Spring")
    record(key, Actor(admin, "203.0.113.7"), "key-limits", "20 USD a month")
    record(key, Actor.shell(), "key-add")
    record(key)

    html = client_of(admin).get(reverse("audit-list")).content.decode()

    words = ("Alma Admin", "203.0.113.7", "Changed its limits", "20 USD a month", "The shell", "The studio")
    assert [word for word in words if word not in html] == []


def test_audit_names_the_gateway_of_old_entries_too(client_of: ClientOf, admin: User) -> None:
    record(make_key(label="Spring"))

    html = client_of(admin).get(reverse("audit-list")).content.decode()

    assert ("TokenLab: Spring" in html, "tokenlab: Spring" in html) == (True, False)


def test_audit_keeps_the_name_of_who_is_gone(client_of: ClientOf, admin: User, artist: User) -> None:
    record(make_key(), Actor(artist, "203.0.113.7"))
    artist.delete()

    assert "Ada Artist" in client_of(admin).get(reverse("audit-list")).content.decode()


def test_audit_pages_from_the_newest_back(client_of: ClientOf, admin: User) -> None:
    key, client = make_key(), client_of(admin)
    ids = [record(key).pk for _ in range(52)][::-1]

    assert listed(client) == ids[:50]
    assert listed(client, before=ids[49]) == ids[50:]
    assert f"?before={ids[49]}" in client.get(reverse("audit-list")).content.decode()


def test_audit_of_one_key(client_of: ClientOf, admin: User) -> None:
    key, other = make_key(), make_key()
    entry, _ = record(key), record(other)

    assert listed(client_of(admin), key=key.pk) == [entry.pk]


@pytest.mark.parametrize("query", [{"key": "x"}, {"before": "-1"}, {"before": "9" * 30}])
def test_audit_shows_all_for_what_is_no_number(client_of: ClientOf, admin: User, query: dict[str, str]) -> None:
    entry = record(make_key())

    assert listed(client_of(admin), **query) == [entry.pk]


@pytest.mark.parametrize("count", [1, 5])
def test_audit_asks_the_same_number_of_questions_for_any_number(
    client_of: ClientOf, admin: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        record(make_key(), Actor(admin, "203.0.113.7"))
    client = client_of(admin)

    # The session, the person, the entries, the keys to choose from, whether a gateway refused one, and stopped prices.
    with django_assert_num_queries(6):
        response = client.get(reverse("audit-list"))

    assert len(response.context["entries"]) == count
