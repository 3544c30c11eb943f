"""What guests say and decide, who sees it, and what the log tells of it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.test import Client

from studio.choices import Verdict
from studio.models import Comment, Guest, GuestVisit, Project, Render, Review, User
from studio.services import guests
from studio.services.comments import add
from tests.team_factories import make_comment, make_review
from tests.views.guesting import (
    ALL_RIGHTS,
    LIVE,
    PASSWORD,
    address,
    enter,
    link,
    open_link,
    take,
)

__all__ = ["link", "take"]
pytestmark = pytest.mark.django_db


def test_forms_of_guests_are_checked_for_forgery(project: Project, take: Render) -> None:
    link = open_link(project, take, **ALL_RIGHTS)
    client = Client(enforce_csrf_checks=True)

    answers = [client.post(address(name, link, 1)).status_code for name in ("guest-comment", "guest-decide")]

    assert [*answers, client.post(address("guest-enter", link), {"name": "Cleo"}).status_code] == [403, 403, 403]


def test_guests_comment_and_read_their_own_link_only(project: Project, take: Render, artist: User) -> None:
    link, other = open_link(project, take, **ALL_RIGHTS), open_link(project, take, **ALL_RIGHTS)
    make_comment(take, "The price is too high for this", artist)
    enter(other, "Otto").post(address("guest-comment", other, 1), {"text": "Words of another client"})
    client = enter(link, "Cleo")

    said = client.post(address("guest-comment", link, 1), {"text": "Warmer light", "frame": "00:01:00"})
    mine = Comment.objects.get(text="Warmer light")
    add(take=take, text="We will do that", author=artist, parent=mine)

    assert (said.status_code, said["Location"]) == (302, f"{address('guest-take', link, 1)}#comment-{mine.pk}")
    assert (mine.guest.name, mine.author, mine.frame) == ("Cleo", None, 24)  # type: ignore[union-attr]
    page = client.get(address("guest-take", link, 1)).content.decode()
    assert re.findall(r'<p class="comment-text">(.*?)</p>', page) == ["Warmer light", "We will do that"]
    assert re.findall(r'<strong class="comment-name">(.*?)</strong>', page) == ["Cleo (guest)", "Ada Artist"]


def test_guests_answer_no_conversation_that_they_do_not_see(project: Project, take: Render, artist: User) -> None:
    link = open_link(project, take, **ALL_RIGHTS)
    inside = make_comment(take, "Between us", artist)

    response = enter(link).post(address("guest-comment", link, 1), {"text": "I heard that", "parent": str(inside.pk)})

    assert (response.status_code, inside.replies.count()) == (422, 0)


def test_a_comment_that_is_refused_loses_no_word(project: Project, take: Render) -> None:
    link = open_link(project, take, **ALL_RIGHTS)
    client = enter(link)

    plain = client.post(address("guest-comment", link, 1), {"text": "Warmer", "frame": "9999"})
    live = client.post(
        address("guest-comment", link, 1),
        urlencode({"text": "x" * 100_000}),
        content_type="application/x-www-form-urlencoded",
        headers=LIVE,
    )

    assert (plain.status_code, live.status_code, Comment.objects.count()) == (422, 422, 0)
    assert ">\nWarmer</textarea>" in plain.content.decode()
    assert "x" * 100_000 in live.content.decode()


def test_very_many_comments_are_asked_to_wait(project: Project, take: Render) -> None:
    link = open_link(project, take, **ALL_RIGHTS)
    client = enter(link)
    for number in range(guests.MOST_COMMENTS):
        make_comment(take, f"{number}", guest=Guest.objects.get())

    response = client.post(address("guest-comment", link, 1), {"text": "One more"})

    assert (response.status_code, Comment.objects.count()) == (429, guests.MOST_COMMENTS)
    assert "One more</textarea>" in response.content.decode()


def test_guests_decide_and_change_their_mind(project: Project, take: Render, reviewer: User) -> None:
    make_review(take, reviewer, Verdict.REJECTED, reason="Between us")
    link = open_link(project, take, **ALL_RIGHTS)
    client = enter(link)

    answers = [
        client.post(address("guest-decide", link, 1), form).status_code
        for form in (
            {"verdict": "approved"},
            {"verdict": "changes", "reason": "Warmer"},
            {"verdict": "changes"},
            {"verdict": "perhaps"},
            {},
        )
    ]

    assert answers == [302, 302, 422, 422, 422]
    current = Review.objects.current().exclude(guest=None).get()
    assert (current.verdict, current.reason, current.name) == ("changes", "Warmer", "Cleo (guest)")
    page = client.get(address("guest-take", link, 1)).content.decode()
    assert ("Warmer" in page, "Between us" in page) == (True, False)


def test_guests_of_one_link_see_its_one_verdict_and_whose_it_is(project: Project, take: Render) -> None:
    link = open_link(project, take, may_decide=True)
    enter(link).post(address("guest-decide", link, 1), {"verdict": "changes", "reason": "Warmer"})
    client = enter(link, name="Otto")

    page = client.get(address("guest-take", link, 1)).content.decode()
    assert ("Cleo said so for all" in page, "Changes requested" in page, "Warmer" in page) == (True, True, False)

    client.post(address("guest-decide", link, 1), {"verdict": "approved"})
    assert "said so for all" not in client.get(address("guest-take", link, 1)).content.decode()
    assert Review.objects.current().get().name == "Otto (guest)"


def test_talk_says_nothing_new_with_204(project: Project, take: Render) -> None:
    link = open_link(project, take, **ALL_RIGHTS)
    client = enter(link)
    client.post(address("guest-comment", link, 1), {"text": "Warmer"})
    take.refresh_from_db()

    path = address("guest-talk", link, 1)

    assert [client.get(path, {"seen": seen}).status_code for seen in (take.talk, take.talk - 1, "x")] == [204, 200, 200]


def test_what_guests_do_is_in_the_log(project: Project, take: Render) -> None:
    link = open_link(project, take, password=True, **ALL_RIGHTS)
    client = Client(headers={"user-agent": "Phone"})
    client.post(address("guest-enter", link), {"name": "Cleo", "password": "coffee"})
    enter(link, client=client, password=PASSWORD)
    client.get(address("guest-home", link))
    for _ in range(2):
        client.get(address("guest-video", link, 1))
    client.get(address("guest-download", link, 1))
    client.post(address("guest-comment", link, 1), {"text": "Warmer"})
    client.post(address("guest-decide", link, 1), {"verdict": "approved"})

    found = list(GuestVisit.objects.order_by("pk").values_list("kind", "guest__name", "render", "agent"))

    assert found == [
        ("refused", None, None, "Phone"),
        ("opened", "Cleo", None, "Phone"),
        ("played", "Cleo", take.pk, "Phone"),
        ("downloaded", "Cleo", take.pk, "Phone"),
        ("commented", "Cleo", take.pk, "Phone"),
        ("decided", "Cleo", take.pk, "Phone"),
    ]
