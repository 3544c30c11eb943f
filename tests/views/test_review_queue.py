"""The queue of takes that wait for a review, the numbers that point to it, and sending takes there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import ReviewState, Role, Verdict
from studio.lib.clock import now
from studio.models import Project, Render, User
from studio.services import reviews
from studio.views.review_queue import PAGE
from tests.factories import make_project, make_render
from tests.team_factories import make_review
from tests.views.reviewing import HTMX, ClientOf, ready, said, state, toast, waiting


def test_queue_shows_what_waits_oldest_first_with_note_and_verdicts(
    client_of: ClientOf, project: Project, artist: User, reviewer: User, manager: User
) -> None:
    Project.objects.update(approvals_needed=3)
    second, first = waiting(project, artist), waiting(project, artist)
    Render.objects.filter(pk=first.pk).update(review_asked_at=now() - timedelta(hours=2))
    reviews.decide(take=second, verdict=Verdict.APPROVED, reviewer=reviewer)
    reviews.decide(take=second, verdict=Verdict.APPROVED, reviewer=manager)

    response = client_of(reviewer).get(reverse("review"))

    rows = response.context["rows"]
    assert [(row.take, row.note, row.said, row.approvals, row.mine) for row in rows] == [
        (first, "New light.", 0, 0, None),
        (second, "New light.", 2, 2, Verdict.APPROVED),
    ]
    assert response.context["numbers"] == {"all": 2, "mine": 1}


def test_queue_can_be_only_what_waits_for_me(
    client_of: ClientOf, project: Project, artist: User, reviewer: User
) -> None:
    Project.objects.update(approvals_needed=2)
    mine, decided = waiting(project, artist), waiting(project, artist)
    reviews.decide(take=decided, verdict=Verdict.APPROVED, reviewer=reviewer)

    response = client_of(reviewer).get(reverse("project-review", args=["tea"]), {"whose": "me"})

    assert [row.take for row in response.context["rows"]] == [mine]
    assert response.context["start_url"] == f"{reverse('render-review', args=[mine.pk])}?queue=tea&whose=me"


def test_queue_of_a_project_has_only_its_own(
    client_of: ClientOf, project: Project, artist: User, manager: User
) -> None:
    other = make_project({Role.MANAGER: manager}, slug="other")
    here, there = waiting(project, artist), waiting(other, artist)
    client = client_of(manager)

    own = client.get(reverse("project-review", args=["tea"])).context["rows"]
    everywhere = client.get(reverse("review")).context["rows"]

    assert ([row.take for row in own], [row.take for row in everywhere]) == ([here], [here, there])


@pytest.mark.parametrize("moment", ["now", "same"])
def test_queue_goes_on_where_the_page_ended(
    client_of: ClientOf, project: Project, artist: User, reviewer: User, moment: str
) -> None:
    takes = [waiting(project, artist) for _ in range(PAGE + 2)]
    if moment == "same":
        Render.objects.update(review_asked_at=now())
    client = client_of(reviewer)

    first = client.get(reverse("review"))
    rest = client.get(reverse("review"), {"after": first.context["next_after"]})

    shown = [row.take for page in (first, rest) for row in page.context["rows"]]
    assert (shown, rest.context["next_after"]) == (takes, "")


@pytest.mark.parametrize("cursor", ["", "nonsense", "1-", "9" * 18 + "-1", "-5-5", "\x00"])
def test_queue_takes_any_cursor(
    client_of: ClientOf, project: Project, artist: User, reviewer: User, cursor: str
) -> None:
    take = waiting(project, artist)

    response = client_of(reviewer).get(reverse("review"), {"after": cursor})

    assert [row.take for row in response.context["rows"]] == [take]


def test_empty_queue_says_how_takes_come_there(client_of: ClientOf, project: Project, reviewer: User) -> None:
    body = client_of(reviewer).get(reverse("project-review", args=["tea"])).content.decode()

    assert body.count("<h2>Nothing waits for review</h2>") == 1


def test_end_of_the_queue_says_so(client_of: ClientOf, project: Project, reviewer: User) -> None:
    body = client_of(reviewer).get(reverse("review"), {"whose": "me", "reviewed": "1"}).content.decode()

    assert "All reviewed</h2>" in body
    assert "Nothing waits for review any more." in body


@pytest.mark.parametrize("count", [1, 24])
def test_queue_asks_the_same_number_of_questions_for_any_number_of_takes(
    client_of: ClientOf, project: Project, artist: User, reviewer: User, count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(count):
        make_review(waiting(project, artist, asked_by=artist), artist)
    client = client_of(reviewer)

    with django_assert_num_queries(5):
        everywhere = client.get(reverse("review"))
    with django_assert_num_queries(7):
        here = client.get(reverse("project-review", args=["tea"]))

    assert (len(everywhere.context["rows"]), len(here.context["rows"])) == (count, count)


def test_number_in_the_bar_is_what_waits_for_me(
    client_of: ClientOf, project: Project, artist: User, reviewer: User, manager: User, admin: User
) -> None:
    away = make_project({Role.REVIEWER: reviewer, Role.ARTIST: artist}, archived_at=None)
    waiting(project, artist, asked_by=reviewer)
    decided = waiting(project, artist)
    Project.objects.update(approvals_needed=2)
    decided.refresh_from_db()
    reviews.decide(take=decided, verdict=Verdict.APPROVED, reviewer=manager)
    waiting(away, artist)
    Project.objects.filter(pk=away.pk).update(archived_at=now())

    numbers = {
        user.username: client_of(user).get(reverse("gallery")).context["user"].to_review
        for user in (artist, reviewer, manager, admin)
    }

    assert numbers == {"artist": 0, "reviewer": 1, "manager": 1, "admin": 2}


def test_tab_of_a_project_counts_its_own(client_of: ClientOf, project: Project, artist: User, manager: User) -> None:
    other = make_project({Role.MANAGER: manager}, slug="other")
    waiting(project, artist)
    waiting(other, artist)

    response = client_of(manager).get(reverse("asset-list", args=["tea"]))

    assert (response.context["project"].to_review, response.context["user"].to_review) == (1, 2)


def test_sending_many_says_what_was_left_out_and_why(
    client_of: ClientOf, project: Project, artist: User, reviewer: User
) -> None:
    fresh, there, moving = ready(project), waiting(project, artist), make_render(project)
    looked_at = ready(make_project({Role.REVIEWER: artist}, name="Coffee"))
    unseen = ready(make_project())
    takes = [take.pk for take in (fresh, there, moving, looked_at, unseen)]

    response = client_of(artist).post(reverse("review-send"), {"take": takes, "note": "Look."})

    assert said(response) == [
        f"Sent take {fresh.pk} for review. Left out: Take {there.pk} waits for review already. Take {moving.pk} has no "
        f"film yet, so there is nothing to decide on. Take {looked_at.pk}: in Coffee you look and decide; artists and "
        "managers send takes."
    ]
    assert (state(fresh), state(looked_at), state(unseen)) == (ReviewState.WAITING, ReviewState.NONE, ReviewState.NONE)


def test_sending_from_a_card_answers_with_a_word(client_of: ClientOf, project: Project, artist: User) -> None:
    take = ready(project)

    response = client_of(artist).post(reverse("review-send"), {"take": take.pk}, headers=HTMX)

    assert (response.status_code, toast(response)) == (204, f"Sent take {take.pk} for review.")


def test_sending_leads_back_to_the_page_it_came_from_and_to_no_other(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    client = client_of(artist)

    places = {
        client.post(reverse("review-send"), {"take": ready(project).pk}, headers={"Referer": address})["Location"]
        for address in (
            "http://testserver/projects/tea/?before=9",
            "http://testserver//evil.example/x",
            "https://evil.example/x",
            "no-address",
            "",
        )
    }

    assert places == {"/projects/tea/?before=9", reverse("gallery")}


@pytest.mark.parametrize("takes", [[], ["x"], ["\x00"], ["9" * 30]])
def test_sending_nothing_says_to_choose(client_of: ClientOf, artist: User, takes: list[str]) -> None:
    response = client_of(artist).post(reverse("review-send"), {"take": takes})

    assert said(response) == ["Choose the takes to send first."]


def test_reviewers_send_nothing(client_of: ClientOf, project: Project, reviewer: User) -> None:
    take = ready(project)

    assert client_of(reviewer).post(reverse("review-send"), {"take": take.pk}).status_code == 403
    assert state(take) == ReviewState.NONE


def test_a_note_that_is_too_long_comes_back(client_of: ClientOf, project: Project, artist: User) -> None:
    take, note = ready(project), "b" * 100_000

    response = client_of(artist).post(reverse("review-send"), {"take": take.pk, "note": note, "back": "take"})

    assert (response.status_code, state(take)) == (422, ReviewState.NONE)
    assert response.context["review"]["sending"]["note"].value() == note
