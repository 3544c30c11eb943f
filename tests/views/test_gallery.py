"""The gallery: takes of all projects that one may open."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState, Role
from studio.models import Project, Render, User
from studio.services import ledger
from tests.factories import make_attempt, make_key, make_output, make_project, make_render
from tests.team_factories import make_stop

ClientOf = Callable[[User], Client]


def card_of(body: str, pk: int) -> str:
    return body.partition(f'id="render-card-{pk}"')[2].partition("</article>")[0]


def test_gallery_shows_takes_of_all_my_projects_newest_first(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    first = make_render(project)
    make_render(make_project())
    second = make_render(make_project({Role.REVIEWER: artist}))

    response = client_of(artist).get(reverse("gallery"))

    assert response.context["takes"] == [second, first]


def test_gallery_of_a_studio_admin_has_everything(client_of: ClientOf, admin: User) -> None:
    takes = [make_render(make_project()) for _ in range(2)]

    assert client_of(admin).get(reverse("gallery")).context["takes"] == takes[::-1]


def test_gallery_of_an_outsider_is_empty(client_of: ClientOf, project: Project, outsider: User) -> None:
    make_render(project)

    response = client_of(outsider).get(reverse("gallery"))

    assert (response.context["takes"], response.content.decode().count("<h2>Nothing has landed yet</h2>")) == ([], 1)


def test_gallery_offers_spending_only_where_one_may(client_of: ClientOf, project: Project, artist: User) -> None:
    mine = make_render(project)
    looked_at = make_render(make_project({Role.REVIEWER: artist}))

    body = client_of(artist).get(reverse("gallery")).content.decode()

    assert ("vary/" in card_of(body, mine.pk), "vary/" in card_of(body, looked_at.pk)) == (True, False)


@pytest.mark.parametrize("state", RenderState.values)
def test_card_of_every_state_is_drawn(client_of: ClientOf, project: Project, artist: User, state: str) -> None:
    take = make_render(project, state=state, error_said="No.", error_meaning="It was refused.", progress=40)
    if state == RenderState.READY:
        make_output(take)

    body = card_of(client_of(artist).get(reverse("gallery")).content.decode(), take.pk)

    assert f'data-state="{state}"' in body
    assert (reverse("output-poster", args=[take.pk]) in body) == (state == RenderState.READY)
    assert (reverse("render-retry", args=[take.pk]) in body) == (state in {"refused", "failed", "cancelled", "expired"})
    assert (reverse("render-cancel", args=[take.pk]) in body) == (
        state in {"queued", "submitting", "waiting", "running"}
    )


def test_card_of_a_ready_take_leads_to_everything_of_it(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project)
    make_output(take)

    body = card_of(client_of(artist).get(reverse("gallery")).content.decode(), take.pk)

    names = (
        "render-detail", "output-filmstrip", "output-download",
        "render-reuse", "render-use-last-frame", "render-extend", "render-vary",
    )  # fmt: skip
    assert [name for name in names if f'"{reverse(name, args=[take.pk])}"' not in body] == []
    small, large = (reverse("output-card-poster", args=[take.pk, width]) for width in (480, 960))
    assert (f'src="{small}"' in body, f'srcset="{small} 480w, {large} 960w"' in body) == (True, True)


def test_ready_take_without_pictures_yet_says_so(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project)
    make_output(take, poster="", filmstrip="", last_frame="")

    body = card_of(client_of(artist).get(reverse("gallery")).content.decode(), take.pk)

    assert ("The poster is being made" in body, "<img" in body) == (True, False)


def test_card_shows_what_the_file_says(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project)
    make_output(take, width=496, height=864, seconds="4.200")

    body = card_of(client_of(artist).get(reverse("gallery")).content.decode(), take.pk)

    assert ('width="496" height="864"' in body, ">4.2 s<" in body, ">496×864<" in body) == (True, True, True)


@pytest.mark.parametrize("count", [1, 24])
def test_gallery_asks_the_same_number_of_questions_for_any_number_of_takes(
    client_of: ClientOf, project: Project, artist: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_output(make_render(project, asked_by=artist))
    client = client_of(artist)

    with django_assert_num_queries(10):
        response = client.get(reverse("gallery"))

    assert len(response.context["takes"]) == count


def test_gallery_of_an_admin_with_notices_asks_twelve_questions(
    client_of: ClientOf, project: Project, admin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = make_key(label="Refused", paused_by_studio=True)
    for _ in range(2):
        make_render(project, key=key)
    stop = make_stop()
    client = client_of(admin)

    with django_assert_num_queries(12):
        body = client.get(reverse("gallery")).content.decode()

    assert [body.count(f'id="{name}"') for name in (f"key-notice-{key.pk}", f"price-notice-{stop.pk}")] == [1, 1]
    assert body.count("It is paused and 2 takes wait.") == 1


@pytest.mark.parametrize(
    ("state", "released", "words"),
    [
        ("queued", False, "≈ $0.42"),
        ("refused", True, "not charged"),
        ("cancelled", False, "≈ $0.42"),
        ("failed", True, "not charged"),
        ("expired", False, "≈ $0.42"),
    ],
)
def test_card_says_not_charged_only_where_the_ledger_does(
    client_of: ClientOf, project: Project, artist: User, state: str, released: bool, words: str
) -> None:
    take = make_render(project, state=state)
    if released:
        ledger.release(render=take, note="Nothing was sent")

    body = card_of(client_of(artist).get(reverse("gallery")).content.decode(), take.pk)

    assert f'<span class="number">{words}</span>' in body
    assert ("May still be charged." in body) == (state in {"cancelled", "expired"})


def test_price_that_was_worked_out_here_is_never_shown_as_the_gateways(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    take = make_render(project)
    make_output(take)
    ledger.settle(render=take, amount=Decimal("0.37"), note="By the price list")

    body = card_of(client_of(artist).get(reverse("gallery")).content.decode(), take.pk)

    assert '<span class="number">≈ $0.37</span>' in body


def test_card_of_a_failed_take_says_that_it_was_charged(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project, state=RenderState.RUNNING, estimate=None, currency="credits")
    ledger.settle(render=take, amount=Decimal(16), note=ledger.CHARGED)
    Render.objects.update(state=RenderState.FAILED)

    body = card_of(client_of(artist).get(reverse("gallery")).content.decode(), take.pk)

    assert "<strong>Failed · 16 credits were charged</strong>" in body
    assert '<span class="number">16 credits</span>' in body


def test_card_of_a_ready_take_is_exact_once_the_gateway_named_its_price(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    take = make_render(project)
    make_output(take)
    make_attempt(take, charged=Decimal(16), charged_currency="credits")
    ledger.settle(render=take, amount=Decimal(16), note=ledger.CHARGED, currency="credits")

    body = card_of(client_of(artist).get(reverse("gallery")).content.decode(), take.pk)

    assert '<span class="number">16 credits</span>' in body
