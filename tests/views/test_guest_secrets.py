"""Not a byte of what guests get tells of the studio; floods and many takes do not wear it down."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from studio.choices import FileState, Role, Verdict
from studio.jobs import previews as job
from studio.lib.clock import now
from studio.models import Comment, GuestLink, GuestTake, Project, Render, User
from studio.services.comments import add
from studio.views import guest_doors
from tests.factories import make_asset, make_user
from tests.media_factories import make_video
from tests.team_factories import make_comment, make_review
from tests.views.guesting import (
    ALL_RIGHTS,
    FILES,
    LIVE,
    PAGES,
    PASSWORD,
    PROMPT,
    SEED,
    address,
    enter,
    everything_of,
    link,
    make_take,
    open_link,
    take,
)

__all__ = ["link", "take"]
pytestmark = pytest.mark.django_db


def test_a_flood_of_requests_is_asked_to_wait(link: GuestLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guest_doors, "MOST_REQUESTS", 3)
    client = Client(REMOTE_ADDR="10.7.7.7")

    assert [client.get(address("guest-home", link)).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_pages_ask_the_database_as_often_for_many_takes(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    link = open_link(project, *(make_take(project) for _ in range(30)), **ALL_RIGHTS)
    client = enter(link)

    with django_assert_num_queries(6):
        client.get(address("guest-home", link))


def test_not_a_byte_of_what_guests_are_served_tells_of_the_studio(
    project: Project, artist: User, reviewer: User, manager: User, tmp_path: Path
) -> None:
    secrets = _fill_with_secrets(project, artist, reviewer)
    film = make_video(tmp_path / "film.mp4", 1, (320, 180), sound=True, metadata={"comment": PROMPT}).read_bytes()
    take, other = make_take(project, artist, content=film), make_take(project, artist, content=film)
    make_comment(take, "internal words, the budget is gone", artist)
    make_review(take, reviewer, Verdict.CHANGES, reason="internal reason")
    secrets |= {str(take.output.sha256), take.key.label, str(take.key.base_url)}
    for watermark in ("", "Acme only"):
        link = open_link(project, take, other, password=True, watermark=watermark, **ALL_RIGHTS)
        GuestTake.objects.filter(link=link).update(preview_state=FileState.WAITING)
        served = [everything_of(answer) for answer in _walk(link, artist)]
        GuestLink.objects.filter(pk=link.pk).update(revoked_at=now())
        served.append(everything_of(Client().get(address("guest-home", link))))

        found = {secret for secret in secrets for answer in served if secret.lower().encode() in answer.lower()}
        assert found == set()
        assert len(served) > 25


def _fill_with_secrets(project: Project, artist: User, reviewer: User) -> set[str]:
    """Give the project what nobody outside may read; gives all of it."""
    for number, user in enumerate((artist, reviewer)):
        user.username, user.email = f"login-{number}", f"person{number}@studio.example"
        user.save()
    project.name, project.slug, project.brief = "Project Nightingale", "night", "The brief is a secret"
    project.save()
    asset = make_asset(project, b"a reference", name="reference-of-the-kettle.png")
    return {
        *("login-0", "login-1", "person0@studio.example", "person1@studio.example"),
        *(project.name, "/projects/night", project.brief, asset.name, asset.sha256),
        *(PROMPT, PROMPT[:14], str(SEED), "0.42", "USD", "seedance", "tokenlab", "sk-test"),
        *("the gateway's words", "cheapest door", "internal words", "internal reason"),
        *(f"/takes/{number}/" for number in range(3, 60)),
    }


def _walk(link: GuestLink, artist: User) -> list[Any]:
    """Every answer that a guest gets who tries everything."""
    client = Client()
    home, door = address("guest-home", link), address("guest-enter", link)
    answers = [client.get(home), client.post(door, {"name": "Cleo", "password": "x"})]
    answers += [client.post(door, {"name": "Cleo", "password": PASSWORD}), client.get(home)]
    answers += [client.get(address("guest-take", link, 1))]
    for shown in link.shown.all():
        job.prepare(shown.pk)
    comment, decide = address("guest-comment", link, 1), address("guest-decide", link, 1)
    answers += [client.post(comment, {"text": "Warmer"}), client.post(comment, {"text": ""})]
    answers += [
        client.post(comment, {"text": "Softer"}, headers=LIVE),
        client.post(comment, {"text": ""}, headers=LIVE),
    ]
    mine = Comment.objects.filter(guest__link=link).order_by("pk")[0]
    add(take=mine.render, text="We will, and thank you", author=artist, parent=mine)
    answers += [client.post(decide, {"verdict": verdict, "reason": "So"}) for verdict in Verdict.values]
    answers += [client.post(decide, {"verdict": "changes"}), client.get(home)]
    for number in (1, 2, 3):
        for name in (*PAGES, *FILES):
            answers += [client.get(address(name, link, number)), client.head(address(name, link, number))]
        answers.append(client.get(address("guest-video", link, number), HTTP_RANGE="bytes=0-99"))
    return answers


def test_a_member_without_a_name_of_their_own_is_the_team_to_guests(
    project: Project, take: Render, artist: User
) -> None:
    link = open_link(project, take, **ALL_RIGHTS)
    client = enter(link)
    client.post(address("guest-comment", link, 1), {"text": "Warmer"})
    nameless = make_user("mia.nobody@studio.example")
    project.memberships.create(user=nameless, role=Role.ARTIST)
    mine = Comment.objects.get()
    add(take=take, text="We will", author=nameless, parent=mine)
    add(take=take, text="@Mia.Nobody@studio.example and @Ada Artist will", author=artist, parent=mine)

    page = client.get(address("guest-take", link, 1)).content.decode()

    assert re.findall(r'<strong class="comment-name">(.*?)</strong>', page) == [
        "Cleo (guest)",
        "The team",
        "Ada Artist",
    ]
    assert re.findall(r'<b class="comment-mention">(.*?)</b>', page) == ["@The team", "@Ada Artist"]
    assert "mia.nobody" not in page.lower()
