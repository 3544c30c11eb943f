"""The pages of exports: what was made, asking for more, and the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import FileState, ReviewState
from studio.lib.clock import now
from studio.models import Export, Project, Render, User
from tests.factories import make_output, make_project, make_render
from tests.team_factories import make_export

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def listing(project: Project) -> str:
    return reverse("export-list", args=[project.slug])


@pytest.fixture
def form(project: Project) -> str:
    return reverse("export-create", args=[project.slug])


@pytest.fixture
def takes(project: Project) -> list[Render]:
    made = [make_render(project) for _ in range(3)]
    for take in made:
        make_output(take, b"a film")
    return made


def text_of(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_list_says_how_far_each_is(project: Project, client_of: ClientOf, reviewer: User, listing: str) -> None:
    ready = make_export(project, created_by=reviewer, takes=[1, 2], size=3 * 1024**2)
    make_export(project, state=FileState.RUNNING, progress=42)
    make_export(project, state=FileState.FAILED, problem="The studio's disk is full.", takes=[7, 9])
    make_export(project, file="")

    text = text_of(client_of(reviewer), listing)

    assert f'href="{reverse("export-file", args=[ready.pk])}"' in text
    assert "2 takes" in text and "3.0\xa0MB" in text and "Rey Reviewer" in text
    assert '<span class="number">42 %</span>' in text
    assert "The studio&#x27;s disk is full." in text and "?take=7&amp;take=9" in text
    assert "Expired" in text


def test_list_asks_again_only_while_something_is_made(
    project: Project, client_of: ClientOf, artist: User, listing: str
) -> None:
    export = make_export(project, state=FileState.WAITING)
    client = client_of(artist)

    whole, live = text_of(client, listing), text_of(client, listing, **HTMX)
    Export.objects.filter(pk=export.pk).update(state=FileState.FAILED, problem="It broke off.")
    done = text_of(client, listing, **HTMX)

    assert "hx-trigger" in whole and live.startswith('<div id="exports" hx-get') and "<html" not in live
    # A poll that fails is no news of its own: the bar that tells of the connection says it for all of them.
    assert ("data-poll" in whole, "data-poll" in live) == (True, True)
    assert done.startswith('<div id="exports">')


def test_list_asks_the_database_little(
    project: Project,
    client_of: ClientOf,
    artist: User,
    listing: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(20):
        make_export(project, state=FileState.WAITING, created_by=artist)
    client = client_of(artist)

    with django_assert_num_queries(5):
        client.get(listing, headers=HTMX)


def test_empty_list_says_what_exports_are(client_of: ClientOf, artist: User, listing: str, form: str) -> None:
    text = text_of(client_of(artist), listing)

    assert "Nothing exported yet" in text and f'href="{form}"' in text


def test_form_offers_all_approved_takes_with_their_size(
    client_of: ClientOf, artist: User, takes: list[Render], form: str
) -> None:
    Render.objects.filter(pk__in=[takes[0].pk, takes[2].pk]).update(review_state=ReviewState.APPROVED)

    text = text_of(client_of(artist), form)

    assert "All approved takes" in text and "2 takes, 12\xa0bytes of film" in text
    assert [f'value="{take.pk}"' in text for take in takes] == [True, False, True]


def test_form_offers_the_takes_that_were_chosen(
    project: Project, client_of: ClientOf, artist: User, takes: list[Render], form: str
) -> None:
    bare, strange = make_render(project), make_render(make_project())
    make_output(strange)
    asked = "&".join(f"take={number}" for number in (takes[1].pk, bare.pk, strange.pk, "x", "9" * 40, "0"))

    text = text_of(client_of(artist), f"{form}?{asked}")

    assert "Takes you chose" in text and "1 take, 6\xa0bytes of film" in text
    assert f"take {bare.pk}</a>" in text
    assert "Left out: 2 that are not in this project any more." in text


def test_form_without_a_take_says_what_to_do(project: Project, client_of: ClientOf, artist: User, form: str) -> None:
    client = client_of(artist)

    assert "No take is approved yet" in text_of(client, form)
    assert "None of these can go out" in text_of(client, f"{form}?take={make_render(project).pk}")


def test_press_asks_for_an_export_in_the_chosen_order(
    client_of: ClientOf, reviewer: User, takes: list[Render], form: str, listing: str
) -> None:
    numbers = [takes[2].pk, takes[0].pk]

    response = client_of(reviewer).post(form, {"take": numbers, "format": "edl", "order": "number"})

    export = Export.objects.get()
    assert (response.status_code, response["Location"]) == (302, listing)
    assert (export.takes, export.format, export.created_by) == ([takes[0].pk, takes[2].pk], "edl", reviewer)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"format": "zip", "order": "number"}, "There is no take to export. Choose some, or approve one first."),
        ({"format": "mp3", "take": "own"}, "Choose one of the formats."),
        ({"take": "own"}, "Choose a format."),
        ({"format": "zip", "take": "own"}, "Choose an order."),
        ({"format": "zip", "take": "own", "order": "x"}, "Choose one of the orders."),
        ({"format": "zip\x00", "take": "own"}, "Choose one of the formats."),
        ({"format": "zip", "order": "number", "take": "\x00"}, "There is no take to export."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(
    client_of: ClientOf, artist: User, takes: list[Render], form: str, sent: dict[str, str], said: str
) -> None:
    own = {"take": str(takes[1].pk)} if sent.get("take") == "own" else {}

    response = client_of(artist).post(form, sent | own)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert f'value="{takes[1].pk}" checked' in response.content.decode() or not own
    assert Export.objects.count() == 0


def test_file_comes_under_a_clear_name_and_in_ranges(project: Project, client_of: ClientOf, artist: User) -> None:
    export = make_export(project, b"0123456789")
    client, address = client_of(artist), reverse("export-file", args=[export.pk])

    whole, part = client.get(address), client.get(address, headers={"Range": "bytes=2-4"})

    assert whole["Content-Disposition"] == f'attachment; filename="tea-commercial-export-{export.pk}.otio"'
    assert (whole.getvalue(), whole["Content-Type"]) == (b"0123456789", "application/json")
    assert (part.status_code, part.getvalue()) == (206, b"234")
    assert "private" in whole["Cache-Control"]


def test_file_of_another_project_is_not_there(client_of: ClientOf, artist: User, outsider: User) -> None:
    export = make_export(make_project())

    for user in (artist, outsider):
        assert client_of(user).get(reverse("export-file", args=[export.pk])).status_code == 404


@pytest.mark.parametrize("over", [{"file": ""}, {"state": FileState.RUNNING}, {"file": "exports/9/gone.zip"}])
def test_file_that_is_not_there_leads_back_with_words(
    project: Project, client_of: ClientOf, artist: User, listing: str, over: dict[str, Any]
) -> None:
    export = make_export(project, expires_at=now() - timedelta(days=1), **over)

    response = client_of(artist).get(reverse("export-file", args=[export.pk]), follow=True)

    assert response.redirect_chain == [(listing, 302)]
    assert "This file is not there, or not any more." in response.content.decode()
