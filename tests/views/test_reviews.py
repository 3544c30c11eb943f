"""Deciding on a take: in its panel, by whom, and what comes back when it cannot be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import ReviewState, Verdict
from studio.lib.clock import now
from studio.models import Project, Render, Review, User
from studio.services import reviews
from tests.views.reviewing import HTMX, ClientOf, ready, said, state, toast, waiting


def decide(client: Client, take: Render, verdict: str, headers: dict[str, str] | None = None, **values: str) -> Any:
    address = reverse("review-decide", args=[take.pk])
    return client.post(address, {"verdict": verdict, **values}, headers=headers or {})


def test_deciding_on_the_page_of_a_take_stays_there(
    client_of: ClientOf, project: Project, artist: User, reviewer: User
) -> None:
    take = waiting(project, artist)

    response = decide(client_of(reviewer), take, "approved", back="take")

    assert (response["Location"], said(response)) == (
        reverse("render-detail", args=[take.pk]),
        [f"Approved take {take.pk}."],
    )
    assert state(take) == ReviewState.APPROVED


def test_deciding_by_htmx_brings_the_panel(client_of: ClientOf, project: Project, artist: User, reviewer: User) -> None:
    take = waiting(project, artist)

    response = decide(client_of(reviewer), take, "changes", HTMX, back="take", reason="Slower.")

    assert (response.status_code, toast(response)) == (200, f"Asked for changes on take {take.pk}.")
    assert [template.name for template in response.templates][0] == "reviews/_panel.html"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"verdict": "rejected"}, "Say why, so that the next take can be better."),
        ({"verdict": "changes", "reason": "x" * 100_000}, "Keep the reason under 5,000 characters."),
        ({"verdict": "changes", "reason": "\x00"}, "Null characters are not allowed."),
        ({"verdict": "perhaps", "reason": "Hm."}, "Choose Approve, Changes or Reject."),
        ({"reason": "Hm."}, "Choose Approve, Changes or Reject."),
    ],
)
@pytest.mark.parametrize("back", ["take", "room"])
def test_what_cannot_be_decided_comes_back_with_everything_typed(
    client_of: ClientOf, project: Project, artist: User, reviewer: User, values: dict[str, str], problem: str, back: str
) -> None:
    take = waiting(project, artist)

    response = client_of(reviewer).post(reverse("review-decide", args=[take.pk]), {**values, "back": back})

    form = response.context["review"]["decision"]
    assert (response.status_code, [*form.errors.values()]) == (422, [[problem]])
    assert (form["reason"].value(), Review.objects.count()) == (values.get("reason"), 0)


def test_artists_decide_on_their_own_only_where_the_project_lets_them(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    own, other = waiting(project, artist, asked_by=artist), waiting(project, artist)
    client = client_of(artist)

    before = decide(client, own, "approved").status_code
    Project.objects.update(artists_decide_on_own=True)
    after = decide(client, own, "approved").status_code, decide(client, other, "approved").status_code

    assert (before, after, state(own), state(other)) == (403, (302, 403), ReviewState.APPROVED, ReviewState.WAITING)


def test_deciding_in_an_archived_project_says_why_not(
    client_of: ClientOf, project: Project, artist: User, reviewer: User
) -> None:
    take = waiting(project, artist)
    Project.objects.update(archived_at=now())

    response = decide(client_of(reviewer), take, "approved", back="take")

    assert (response.status_code, "is archived" in response.content.decode(), state(take)) == (422, True, "waiting")


def test_withdrawing_and_taking_back(client_of: ClientOf, project: Project, artist: User, reviewer: User) -> None:
    take = waiting(project, artist)
    reviews.decide(take=take, verdict=Verdict.APPROVED, reviewer=reviewer)

    client_of(reviewer).post(reverse("review-withdraw", args=[take.pk]), {"back": "take"})
    withdrawn = state(take)
    client_of(artist).post(reverse("review-take-back", args=[take.pk]), {"back": "take"})
    again = client_of(artist).post(reverse("review-take-back", args=[take.pk]), {"back": "take"})

    assert (withdrawn, state(take)) == (ReviewState.WAITING, ReviewState.NONE)
    assert said(again) == [f"Take {take.pk} is not waiting for review any more."]


def panel_of(client: Client, take: Render) -> dict[str, Any]:
    context: dict[str, Any] = client.get(reverse("render-detail", args=[take.pk])).context["review"]
    return context


def test_panel_tells_everybody_what_was_said_and_offers_what_one_may(
    client_of: ClientOf, project: Project, artist: User, reviewer: User, manager: User
) -> None:
    Project.objects.update(approvals_needed=2)
    take = waiting(project, artist, asked_by=artist)
    reviews.decide(take=take, verdict=Verdict.CHANGES, reason="Slower.", reviewer=reviewer)
    reviews.decide(take=take, verdict=Verdict.APPROVED, reviewer=reviewer)

    panels = {user.username: panel_of(client_of(user), take) for user in (artist, reviewer, manager)}

    names = ("approvals", "needed", "note", "may_send", "may_take_back", "may_withdraw")
    assert {name: [panel[part] for part in names] for name, panel in panels.items()} == {
        "artist": [1, 2, "New light.", False, True, False],
        "reviewer": [1, 2, "New light.", False, False, True],
        "manager": [1, 2, "New light.", False, True, False],
    }
    assert [review.reason for review in panels["artist"]["earlier"]] == ["Slower."]
    assert [bool(panel["why_not"]) for panel in panels.values()] == [True, False, False]


def test_verdicts_read_as_sentences(client_of: ClientOf, project: Project, artist: User, reviewer: User) -> None:
    take = waiting(project, artist)
    reviews.decide(take=take, verdict=Verdict.CHANGES, reason="Slower.", reviewer=reviewer)
    address = reverse("render-detail", args=[take.pk])

    pages = [client_of(user).get(address).content.decode() for user in (reviewer, artist)]

    said = [re.findall(r'<strong>([^<]+)</strong> <span class="review-word">([^<]+)<', page) for page in pages]
    assert said == [[("You", "requested changes")], [(reviewer.label, "requested changes")]]


def test_settings_of_the_review_work_takes_out_anew(
    client_of: ClientOf, project: Project, artist: User, reviewer: User, manager: User
) -> None:
    take = waiting(project, artist)
    reviews.decide(take=take, verdict=Verdict.APPROVED, reviewer=reviewer)
    client, address = client_of(manager), reverse("project-settings", args=["tea"])
    settings = {"name": "Tea", "brief": "", "artists_decide_on_own": "on"}

    refused = [client.post(address, {**settings, "approvals_needed": n}).status_code for n in ("", "0", "10", "2.5")]
    client.post(address, {**settings, "approvals_needed": "2"})

    project.refresh_from_db()
    assert refused == [422] * 4
    assert (project.approvals_needed, project.artists_decide_on_own, state(take)) == (2, True, ReviewState.WAITING)


def test_card_says_where_its_take_stands(client_of: ClientOf, project: Project, artist: User, reviewer: User) -> None:
    plain, approved = ready(project), waiting(project, artist)
    reviews.decide(take=approved, verdict=Verdict.APPROVED, reviewer=reviewer)

    body = client_of(artist).get(reverse("gallery")).content.decode()
    cards = {
        take: body.partition(f'id="render-card-{take.pk}"')[2].partition("</article>")[0] for take in (plain, approved)
    }

    assert [card.count('data-verdict="approved"') for card in cards.values()] == [0, 1]
    assert [card.count(reverse("review-send")) for card in cards.values()] == [2, 0]
