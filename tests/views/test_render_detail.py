"""The page of one take: player or waiting, request, price, inputs and history."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState, Role, Standing
from studio.models import PriceRow, Project, RenderInput, User
from studio.services import ledger
from studio.services.transitions import move, note
from tests.factories import (
    make_asset,
    make_attempt,
    make_output,
    make_project,
    make_prompt,
    make_render,
    make_request,
)

ClientOf = Callable[[User], Client]


def test_ready_take_plays(client_of: ClientOf, project: Project, reviewer: User) -> None:
    take = make_render(project)
    make_output(take, width=640, height=360, audio_codec="aac")

    body = client_of(reviewer).get(reverse("render-detail", args=[take.pk])).content.decode()

    assert f'src="{reverse("output-video", args=[take.pk])}"' in body
    assert (body.count("<video"), body.count("data-player-mute"), body.count('id="changes"')) == (1, 1, 0)
    assert "640 × 360 · 5 s · H264 + AAC" in body
    # A phone is not sent the whole film before anybody plays it.
    assert re.findall(r'preload="(\w+)"', body) == ["metadata"]


def test_page_tells_what_was_asked_and_what_happened(client_of: ClientOf, project: Project, artist: User) -> None:
    version = make_prompt(project, "Waves.", title="Coast").versions.get()
    take = make_render(project, asked_by=artist, prompt_version=version, request=make_request(prompt="Waves.", seed=7))
    asset = make_asset(project, name="beach.png")
    RenderInput.objects.create(render=take, asset=asset, role="reference_image", position=0)
    ledger.reserve(render=take)
    move(render=take, to=RenderState.SUBMITTING, reason="On its way", actor=artist)
    note(render=take, reason="12 % done")

    response = client_of(artist).get(reverse("render-detail", args=[take.pk]))

    body = response.content.decode()
    assert [event.reason for event in response.context["events"]] == ["On its way", "Asked for"]
    assert [entry.kind for entry in response.context["ledger"]] == ["estimated", "reserved"]
    assert [word for word in ("Waves.", "Coast v1", "beach.png", "seed 7", "Ada Artist") if word not in body] == []


@pytest.mark.parametrize(("length", "folded"), [(700, 0), (701, 1)])
def test_long_prompt_is_folded_and_whole(
    client_of: ClientOf, project: Project, artist: User, length: int, folded: int
) -> None:
    prompt = "w" * length
    take = make_render(project, request=make_request(prompt=prompt))

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    assert (body.count("take-whole"), body.count(f'<p class="take-words">{prompt}</p>')) == (folded, 1)


def test_page_tells_every_step_of_the_money_and_the_price_list(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    row = PriceRow.objects.create(
        provider="tokenlab", model="seedance-2.0-fast", resolution="720p", condition="with a video",
        unit="million tokens", rate=Decimal("5.4412"), currency="USD", source="the list of models", dated="2026-10-01",
    )  # fmt: skip
    take = make_render(project, price_row=row)
    ledger.reserve(render=take)
    ledger.mark_possibly(render=take, note="No answer was read")
    ledger.hold_again(render=take, note="It was found at the gateway")
    ledger.settle(render=take, amount=Decimal("0.37"), note=ledger.CHARGED)

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    steps = re.findall(r"<dt>(\w[^<]*)</dt><dd class=\"number money-step\">([^<]+)<time", body)
    assert steps == [
        ("Estimated", "≈ $0.42"), ("Held", "≈ $0.42"), ("Possibly charged", "≈ $0.42"), ("Held again", "≈ $0.42"),
        ("Paid", "$0.37"),
    ]  # fmt: skip
    listed = "$5.4412 per million tokens, 720p, with a video, as of 1 Oct 2026, from the list of models."
    assert listed in body
    assert "$0.37, charged by the gateway" in body


@pytest.mark.parametrize("state", [state for state in RenderState.values if state != "ready"])
def test_take_without_a_file_says_how_it_stands(
    client_of: ClientOf, project: Project, artist: User, state: str
) -> None:
    take = make_render(project, state=state, error_said="No <b>way</b>.", error_meaning="Refused.", error_advice="Ask.")

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    live = state in {"queued", "submitting", "waiting", "running", "fetching"}
    assert ("<video" in body, "data-poll" in body) == (False, live)
    assert ("No &lt;b&gt;way&lt;/b&gt;." in body, "<b>way" in body) == (True, False)


def test_what_went_wrong_comes_before_the_money_the_advice_and_the_words_of_the_gateway(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    said: dict[str, Any] = {
        "error_said": "code 7",
        "error_meaning": "The filter refused it.",
        "error_advice": "Change the words.",
    }
    take = make_render(project, state=RenderState.FAILED, standing=Standing.RELEASED, **said)

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    alert = body[body.index('<div class="alert alert-bad"') : body.index('id="take-actions"')]
    assert re.findall(r"<p[^>]*>(.*?)</p>", alert) == [
        "<strong>The filter refused it.</strong>",
        "Nothing was charged.",
        "Change the words.",
        "The gateway said: “code 7”",
    ]


@pytest.mark.parametrize("has_film", [True, False])
def test_what_can_be_done_comes_before_the_stars_of_a_take_without_a_film(
    client_of: ClientOf, project: Project, artist: User, has_film: bool
) -> None:
    take = make_render(project, state=RenderState.FAILED)
    if has_film:
        make_output(take)

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    assert (body.index('class="marks-line"') < body.index('id="take-actions"')) is has_film


def test_reviewer_sees_no_button_that_spends(client_of: ClientOf, project: Project, reviewer: User) -> None:
    take = make_render(project)
    make_output(take)

    body = client_of(reviewer).get(reverse("render-detail", args=[take.pk])).content.decode()

    spending = ("reuse", "vary", "extend", "use-last-frame", "retry", "cancel")
    assert [name for name in spending if f"/{name}/" in body] == []


def test_neighbours_are_of_the_same_project(client_of: ClientOf, project: Project, artist: User) -> None:
    older = make_render(project)
    make_render(make_project({Role.ARTIST: artist}))
    take, newer = make_render(project), make_render(project)

    context = client_of(artist).get(reverse("render-detail", args=[take.pk])).context

    assert (context["older"], context["newer"]) == (older.pk, newer.pk)


def test_what_came_of_a_take_stands_below_it(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project)
    child = make_render(project, parent=take, shot=take, lineage="vary")

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()
    child_body = client_of(artist).get(reverse("render-detail", args=[child.pk])).content.decode()

    assert f'<a class="shot-step" href="{reverse("render-detail", args=[child.pk])}"' in body
    assert f'href="{reverse("render-detail", args=[take.pk])}">take {take.pk}</a>' in child_body


def test_card_alone_is_a_fragment(client_of: ClientOf, project: Project, reviewer: User) -> None:
    take = make_render(project)

    body = client_of(reviewer).get(reverse("render-card", args=[take.pk])).content.decode()

    assert (body.count("<article"), body.count("<html"), "vary/" in body) == (1, 0, False)


@pytest.mark.parametrize("pk", [0, 987654321, 99999999999999999999])
def test_take_that_is_not_there(client_of: ClientOf, artist: User, pk: int) -> None:
    assert client_of(artist).get(f"/takes/{pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_number_of_questions_for_any_history(
    client_of: ClientOf, project: Project, artist: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    take = make_render(project, asked_by=artist)
    make_output(take)
    for position in range(count):
        RenderInput.objects.create(render=take, asset=make_asset(project), role="reference_image", position=position)
        note(render=take, reason="Looked at", actor=artist)
        make_output(make_render(project, parent=take, shot=take, asked_by=artist))
    client = client_of(artist)

    with django_assert_num_queries(16):
        response = client.get(reverse("render-detail", args=[take.pk]))

    assert len(response.context["shot"].after) == count


@pytest.mark.parametrize(
    ("provider", "placeholder"), [("seedance", 'placeholder="req_…"'), ("tokenhub", 'autocomplete="off"')]
)
def test_unconfirmed_take_says_how_its_task_may_be_found(
    client_of: ClientOf, project: Project, artist: User, provider: str, placeholder: str
) -> None:
    request = make_request(provider=provider)
    take = make_render(project, request=request, state="unconfirmed", estimate=None, asked_by=artist)
    make_attempt(take, outcome="unknown")

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    assert f'name="task_id" required maxlength="255" value="" {placeholder}' in body
    assert "This gateway gives the studio no way to find out by itself." in body
    assert "Its price is not known; what it costs is open until this is settled." in body
    assert "≈ price" not in body


@pytest.mark.parametrize(("state", "shown"), [("running", True), ("failed", False), ("expired", False)])
def test_progress_is_of_a_take_that_runs(
    client_of: ClientOf, project: Project, artist: User, state: str, shown: bool
) -> None:
    take = make_render(project, state=state, progress=77)

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    assert ("77 %" in body) == shown


def test_sound_that_could_not_be_asked_for_is_left_to_the_gateway(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    request = make_request(provider="seedance", sound=False)
    take = make_render(project, request=request)

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    assert ("sound as the gateway decides" in body, "no sound" in body) == (True, False)
