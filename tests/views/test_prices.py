"""The prices page: what was quoted from where, how far the bills are from it, and quoting again after a stop."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.models import AuditEntry, PriceRow, PriceStop, Project, ProviderKey, Render, User
from studio.services import ledger
from studio.services.renders import create_renders
from tests.factories import make_key, make_request
from tests.team_factories import make_stop

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
PAGE = "/spend/prices/"
LENGTH = "Say why in 5 to 300 characters; it is kept in the audit list."
REQUIRED = "Say why the price can be relied on again; it is kept in the audit list."


@pytest.fixture
def key(project: Project) -> ProviderKey:
    return make_key()


def quoted(project: Project, key: ProviderKey, **over: object) -> Render:
    return create_renders(
        project=project, asked_by=None, key=key, request=make_request(**over), takes=1, submission=uuid4()
    )[0]


def billed(project: Project, key: ProviderKey, *amounts: str) -> None:
    """Takes with an estimate of $0.5926 each that are billed at these amounts by the gateway's own figure."""
    for amount in amounts:
        take = quoted(project, key)
        take.usage = {"tokens": 100_000}
        take.save(update_fields=["usage"])
        ledger.settle(render=take, amount=Decimal(amount), note="counted")


def texts(page: str) -> str:
    return " ".join(page.split())


def test_page_lists_the_rows_that_takes_were_quoted_from(
    client_of: ClientOf, admin: User, project: Project, key: ProviderKey
) -> None:
    for resolution in ("720p", "480p", "720p"):
        quoted(project, key, resolution=resolution)

    models = client_of(admin).get(PAGE).context["models"]

    assert [(shown.prices.gateway, shown.prices.name, shown.prices.model) for shown in models] == [
        ("TokenLab", "Seedance 2.0 Fast", "seedance-2.0-fast")
    ]
    assert [(each.row.resolution, each.row.condition, each.row.rate, each.takes) for each in models[0].prices.rows] == [
        ("480p", "without a video", Decimal("5.441176"), 1),
        ("720p", "without a video", Decimal("5.441176"), 2),
    ]


def test_row_says_its_rate_its_source_and_its_day(
    client_of: ClientOf, admin: User, project: Project, key: ProviderKey
) -> None:
    quoted(project, key)

    page = client_of(admin).get(PAGE)

    for words in (
        "$5.4412 per million tokens",
        "Official CNY list price ÷ 6.8",
        "25 Jul 2026",
        "720p, without a video",
    ):
        assert words in page.content.decode()


def test_page_compares_bills_with_estimates(
    client_of: ClientOf, admin: User, project: Project, key: ProviderKey
) -> None:
    billed(project, key, "0.60", "0.70")

    page = texts(client_of(admin).get(PAGE).content.decode())

    assert "+9.7 %" in page
    assert "too few bills to tell" in page
    assert "$1.30 billed, $1.19 estimated; 2 bills in USD" in page


def test_sums_of_all_projects_are_for_admins_alone(
    client_of: ClientOf, manager: User, project: Project, key: ProviderKey
) -> None:
    billed(project, key, "0.60", "0.70")

    page = texts(client_of(manager).get(PAGE).content.decode())

    assert ("+9.7 %" in page, "2 bills in USD" in page) == (True, True)
    assert ("$1.30" in page, "$1.19" in page) == (False, False)


def test_page_says_where_nothing_is_quoted_any_more(
    client_of: ClientOf, admin: User, project: Project, key: ProviderKey
) -> None:
    billed(project, key, *["0.90"] * 5)

    page = texts(client_of(admin).get(PAGE).content.decode())

    assert "its last 5 bills in USD came to 51.9 % more than was estimated" in page
    assert "dearer than estimated, past the limit" in page
    assert "Quote again" in page


def test_manager_reads_and_cannot_lift(client_of: ClientOf, manager: User, project: Project) -> None:
    stop = make_stop()

    page = client_of(manager).get(PAGE)
    tried = client_of(manager).post(reverse("price-lift", args=[stop.pk]), {"reason": "It is fine."})

    assert (page.status_code, tried.status_code) == (200, 404)
    assert [shown.form for shown in page.context["models"]] == [None]
    assert "An admin can let it be quoted again." in page.content.decode()
    assert PriceStop.objects.filter(lifted_at=None).count() == 1


def test_artist_has_no_such_page(client_of: ClientOf, artist: User, project: Project) -> None:
    assert client_of(artist).get(PAGE).status_code == 404


def test_lifting_quotes_again_and_is_in_the_audit_list(client_of: ClientOf, admin: User, project: Project) -> None:
    stop, client = make_stop(), client_of(admin)

    response = client.post(reverse("price-lift", args=[stop.pk]), {"reason": "The list of November is in."})
    page = texts(client.get(PAGE).content.decode())

    stop.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert (response.status_code, response["Location"]) == (302, PAGE)
    assert (stop.lifted_by, stop.lift_reason, stop.lifted_at is not None) == (
        admin,
        "The list of November is in.",
        True,
    )
    assert (entry.actor, entry.act, entry.subject) == (admin, "price-lift", "TokenLab: seedance-2.0-fast")
    assert "by Alma Admin: The list of November is in." in page
    assert "It is quoted again. From now on its bills are compared afresh." in page


def test_lifting_needs_a_reason_and_loses_nothing(client_of: ClientOf, admin: User, project: Project) -> None:
    stop = make_stop()

    responses = [
        client_of(admin).post(reverse("price-lift", args=[stop.pk]), {"reason": reason})
        for reason in ("  ", "fine", "x" * 301)
    ]

    assert [response.status_code for response in responses] == [422, 422, 422]
    forms = [response.context["models"][0].form for response in responses]
    assert [form.errors["reason"] for form in forms] == [[REQUIRED], [LENGTH], [LENGTH]]
    assert "x" * 301 in responses[2].content.decode()
    assert PriceStop.objects.filter(lifted_at=None).count() == 1


def test_lifting_what_was_lifted_changes_nothing(client_of: ClientOf, admin: User, project: Project) -> None:
    stop, client = make_stop(), client_of(admin)
    client.post(reverse("price-lift", args=[stop.pk]), {"reason": "The first."})

    again = client.post(reverse("price-lift", args=[stop.pk]), {"reason": "The second."}, follow=True)

    assert "Somebody has let it be quoted again already." in again.content.decode()
    assert (PriceStop.objects.get().lift_reason, AuditEntry.objects.count()) == ("The first.", 1)


def test_stop_that_is_not_there_is_not_lifted(client_of: ClientOf, admin: User) -> None:
    assert client_of(admin).post(reverse("price-lift", args=[7]), {"reason": "Why not."}).status_code == 404


def test_admins_are_told_on_every_page_and_nobody_else(
    client_of: ClientOf, admin: User, manager: User, project: Project
) -> None:
    make_stop()
    told = "TokenLab’s bills for Seedance 2.0 Fast come to 40 % more than was estimated."

    pages = [client_of(user).get(reverse("home")).content.decode() for user in (admin, manager)]

    assert [told in page for page in pages] == [True, False]
    assert f'href="{PAGE}"' in pages[0]


def test_page_is_friendly_before_the_first_quote(client_of: ClientOf, admin: User) -> None:
    assert "Nothing quoted yet" in client_of(admin).get(PAGE).content.decode()


def test_models_that_are_in_no_catalogue_any_more_keep_their_rows(client_of: ClientOf, admin: User) -> None:
    values = {"unit": "take", "rate": Decimal(3), "currency": "credits", "source": "Its list", "dated": "2026-01-02"}
    PriceRow.objects.create(provider="gone", model="old-model", **values)

    page = client_of(admin).get(PAGE)

    assert [(shown.prices.gateway, shown.prices.name) for shown in page.context["models"]] == [("gone", "old-model")]
    assert "3 credits per take" in page.content.decode()


@pytest.mark.parametrize("count", [1, 4])
def test_page_asks_the_same_number_of_questions_for_any_number_of_takes(
    client_of: ClientOf,
    admin: User,
    project: Project,
    key: ProviderKey,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for resolution in ("480p", "720p")[:count]:
        quoted(project, key, resolution=resolution)
    billed(project, key, *["0.60"] * count)
    make_stop(model="seedance-2.0")
    client = client_of(admin)

    # Session, person, refused keys, stops for the notice, and the page's own rows, bills of one model and stops.
    with django_assert_num_queries(9):
        client.get(PAGE)
