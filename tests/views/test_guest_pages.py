"""The pages for people without an account: the door, the takes of a link, and that nothing else gets out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from studio.choices import FileState, Role, Verdict, VisitKind
from studio.jobs import previews as job
from studio.lib.clock import now
from studio.models import Comment, Guest, GuestLink, GuestTake, GuestVisit, Project, Render, Review, User
from studio.services import guests
from studio.services.comments import add
from studio.views import guest_doors
from tests.factories import make_asset, make_comment, make_project, make_review, make_user
from tests.media_factories import make_video
from tests.views.guesting import PASSWORD, PROMPT, SEED, address, enter, everything_of, make_take, open_link

pytestmark = pytest.mark.django_db
PAGES = ("guest-take", "guest-comment", "guest-decide", "guest-talk")
FILES = ("guest-video", "guest-poster", "guest-filmstrip", "guest-download")
LIVE = {"HX-Request": "true"}
ALL_RIGHTS = {"may_comment": True, "may_decide": True, "may_download": True}


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    return make_take(project, artist)


@pytest.fixture
def link(project: Project, take: Render) -> GuestLink:
    return open_link(project, take)


def statuses(client: Client, link: GuestLink, names: tuple[str, ...] = (*PAGES, *FILES), number: int = 1) -> list[int]:
    return [client.get(address(name, link, number)).status_code for name in names]


def test_door_asks_for_a_name_and_shows_no_take(client: Client, link: GuestLink) -> None:
    response = client.get(address("guest-home", link))

    assert (response.status_code, [*response.context["form"].fields]) == (200, ["name"])
    assert "Take 1" not in response.content.decode()


def test_whoever_has_not_come_in_is_led_to_the_door(client: Client, link: GuestLink) -> None:
    responses = [client.get(address(name, link, 1)) for name in PAGES]

    assert {(response.status_code, response["Location"]) for response in responses} == {
        (302, address("guest-home", link))
    }
    assert statuses(client, link, FILES) == [404] * 4
    assert client.get(address("guest-enter", link))["Location"] == address("guest-home", link)


def test_enter_shows_the_takes_of_the_link_by_their_places(project: Project, take: Render) -> None:
    make_take(project)
    link = open_link(project, make_take(project), take, label="Acme, first look")

    page = enter(link).get(address("guest-home", link)).content.decode()

    assert re.findall(r'<a class="guest-name" href="([^"]+)">(.*?)</a>', page) == [
        (address("guest-take", link, 1), "Take 1"),
        (address("guest-take", link, 2), "Take 2"),
    ]
    assert re.findall(r"<title>(.*?)</title>", page) == ["Acme, first look"]


def test_open_list_asks_whether_the_link_is_still_open(project: Project, take: Render) -> None:
    link = open_link(project, take)
    browser = enter(link)
    page, still = browser.get(address("guest-home", link)).content.decode(), f"{address('guest-home', link)}?still"

    asked = browser.get(still, headers=LIVE)
    GuestLink.objects.update(revoked_at=now())
    closed = browser.get(still, headers=LIVE)

    assert page.count(f'hx-get="{still}"') == 1
    assert (asked.status_code, closed.status_code, closed["HX-Refresh"]) == (204, 410, "true")
    assert GuestVisit.objects.filter(kind=VisitKind.OPENED).count() == 1


def test_enter_keeps_what_was_typed_when_something_is_missing(client: Client, project: Project, take: Render) -> None:
    link = open_link(project, take, password=True)

    wrong = client.post(address("guest-enter", link), {"name": "Cleo", "password": "coffee"})
    nameless = client.post(address("guest-enter", link), {"name": "\x00", "password": PASSWORD})

    assert (wrong.status_code, wrong.context["form"]["name"].value(), list(wrong.context["form"].errors)) == (
        422,
        "Cleo",
        ["password"],
    )
    assert (nameless.status_code, list(nameless.context["form"].errors)) == (422, ["name"])
    assert (Guest.objects.count(), client.get(address("guest-take", link, 1)).status_code) == (0, 302)


def test_enter_with_the_password(project: Project, take: Render) -> None:
    link = open_link(project, take, password=True)

    assert enter(link, password=PASSWORD).get(address("guest-take", link, 1)).status_code == 200


def test_wrong_passwords_are_turned_away_in_the_end_whatever_is_typed(client: Client, project: Project) -> None:
    link = open_link(project, make_take(project), password=True)

    answers = [
        client.post(address("guest-enter", link), {"name": "Eve", "password": password}).status_code
        for password in [*["guess"] * guests.MOST_TRIES, "guess", PASSWORD]
    ]

    assert answers == [*[422] * guests.MOST_TRIES, 429, 429]


def test_one_link_opens_no_other(project: Project, take: Render) -> None:
    mine, other = open_link(project, take, **ALL_RIGHTS), open_link(project, make_take(project), **ALL_RIGHTS)
    client = enter(mine)

    assert statuses(client, mine, ("guest-take", "guest-video", "guest-download")) == [200, 200, 200]
    assert statuses(client, other, ("guest-take", "guest-video", "guest-download")) == [302, 404, 404]
    assert statuses(client, mine, ("guest-take", "guest-video"), number=2) == [404, 404]


def test_a_member_signed_in_has_no_more_rights_here(
    client_of: Callable[[User], Client], manager: User, link: GuestLink
) -> None:
    client = client_of(manager)

    assert statuses(client, link, ("guest-take", "guest-video")) == [302, 404]
    enter(link, client=client)
    assert statuses(client, link) == [200, 404, 404, 404, 200, 200, 200, 404]


def test_a_guest_has_no_session_in_the_studio(link: GuestLink, take: Render) -> None:
    client = enter(link)

    found = [client.get(f"/takes/{take.pk}/{part}").status_code for part in ("", "video/", "download/", "poster/")]

    assert found == [302] * 4


@pytest.mark.parametrize("token", ["1", "x", "1-abc.def", "a" * 5000, "%00", "٣-x.y", "1-" + "A" * 43 + ":sig"])
def test_a_made_up_address_is_as_if_there_had_never_been_one(client: Client, link: GuestLink, token: str) -> None:
    never = client.get("/g/never-was/")
    found = client.get(f"/g/{token}/")

    assert (found.status_code, found.content) == (404, never.content)


def test_a_changed_signature_is_as_if_there_had_never_been_one(client: Client, link: GuestLink) -> None:
    number, _, rest = link.token.partition("-")
    never = client.get("/g/never-was/").content

    for token in (link.token[:-2], f"{int(number) + 1}-{rest}", f"{link.token}=", link.token.swapcase()):
        response = client.get(f"/g/{token}/")
        assert (response.status_code, response.content) == (404, never)


@pytest.mark.parametrize(
    "end", [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}], ids=["revoked", "expired"]
)
def test_a_closed_link_shows_nothing_also_to_whoever_has_it_open(
    project: Project, take: Render, end: dict[str, Any]
) -> None:
    link = open_link(project, take, label="Acme, first look", **ALL_RIGHTS)
    client = enter(link)
    GuestLink.objects.filter(pk=link.pk).update(**end)

    responses = [client.get(address("guest-home", link))]
    responses += [client.get(address(name, link, 1)) for name in (*PAGES, *FILES)]

    assert {response.status_code for response in responses} == {410}
    assert [word for word in ("Acme", "Tea", "Take 1") if word in responses[0].content.decode()] == []
    assert client.post(address("guest-comment", link, 1), {"text": "Too late"}).status_code == 410


@pytest.mark.parametrize("change", [{"deleted_at": now()}, {"state": "failed"}])
def test_a_take_that_is_gone_vanishes_at_once(project: Project, take: Render, change: dict[str, Any]) -> None:
    link = open_link(project, make_take(project), take, make_take(project), **ALL_RIGHTS)
    client = enter(link)
    Render.objects.filter(pk=take.pk).update(**change)

    page = client.get(address("guest-home", link)).content.decode()

    assert re.findall(r'class="guest-name"[^>]*>(.*?)<', page) == ["Take 1", "Take 3"]
    assert statuses(client, link, number=2) == [404] * 8
    assert client.get(address("guest-take", link, 3)).context["previous"] == 1


def test_takes_of_another_project_never_show(project: Project, take: Render, link: GuestLink) -> None:
    Render.objects.filter(pk=take.pk).update(project=make_project())

    assert statuses(enter(link), link) == [404] * 8


@pytest.mark.parametrize("number", [0, 2, 99999, 10**30])
def test_a_place_that_the_link_has_not_is_none(link: GuestLink, number: int) -> None:
    assert statuses(enter(link), link, number=number) == [404] * 8


@pytest.mark.parametrize(
    ("right", "open_names"),
    [
        ("", {"guest-take", "guest-video", "guest-poster", "guest-filmstrip"}),
        ("may_download", {"guest-take", "guest-video", "guest-poster", "guest-filmstrip", "guest-download"}),
    ],
)
def test_files_are_granted_by_the_link(project: Project, take: Render, right: str, open_names: set[str]) -> None:
    link = open_link(project, take, **({right: True} if right else {}))
    client = enter(link)

    found = dict(zip((*PAGES, *FILES), statuses(client, link), strict=True))

    assert {name for name, status in found.items() if status == 200} == open_names
    assert {status for name, status in found.items() if name not in open_names} == {404}


def test_a_marked_take_waits_and_is_never_served_without_its_mark(project: Project, take: Render) -> None:
    link = open_link(project, take, watermark="Acme only", **ALL_RIGHTS)
    link.shown.update(preview_state=FileState.WAITING)
    client = enter(link)

    page = client.get(address("guest-take", link, 1))

    assert "This take is being prepared" in page.content.decode()
    assert statuses(client, link, FILES) == [404] * 4
    assert client.post(address("guest-decide", link, 1), {"verdict": "approved"}).status_code == 404
    assert client.get(address("guest-take", link, 1), headers=LIVE).status_code == 204

    link.shown.update(preview_state=FileState.FAILED)
    assert "cannot be shown yet" in client.get(address("guest-take", link, 1)).content.decode()
    assert client.get(address("guest-take", link, 1), headers=LIVE)["HX-Refresh"] == "true"


def test_downloading_a_marked_take_gives_the_marked_file(project: Project, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", 0.5, (320, 180), sound=True).read_bytes()
    link = open_link(project, make_take(project, content=film), watermark="Acme", **ALL_RIGHTS)
    link.shown.update(preview_state=FileState.WAITING)
    job.prepare(link.shown.get().pk)
    client = enter(link)

    watched, kept = (b"".join(client.get(address(name, link, 1)).streaming_content) for name in FILES[::3])  # type: ignore[attr-defined]

    assert watched == kept != film
    download = client.get(address("guest-download", link, 1))
    assert download["Content-Disposition"] == 'attachment; filename="take-1.mp4"'


def test_video_is_served_in_ranges_and_asked_for_anew(project: Project) -> None:
    link = open_link(project, make_take(project, content=b"0123456789"))
    client = enter(link)

    part = client.get(address("guest-video", link, 1), HTTP_RANGE="bytes=2-4")

    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"234")  # type: ignore[attr-defined]
    assert (part["Content-Range"], part["Cache-Control"]) == ("bytes 2-4/10", "private, no-cache")
    assert client.get(address("guest-video", link, 1), HTTP_IF_NONE_MATCH=part["ETag"]).status_code == 304


def test_pages_are_kept_nowhere_and_found_by_nobody(link: GuestLink, client: Client) -> None:
    door, guest = client.get(address("guest-home", link)), enter(link)
    responses = [door, guest.get(address("guest-home", link)), guest.get(address("guest-take", link, 1))]

    assert {(answer["X-Robots-Tag"], answer["Referrer-Policy"]) for answer in responses} == {
        ("noindex, nofollow, noarchive", "same-origin")
    }
    assert {"no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"] for answer in responses} == {
        True
    }


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
