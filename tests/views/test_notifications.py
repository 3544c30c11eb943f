"""The bell, the list behind it, the way to what a line is about, and what a person chooses to be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from studio.choices import NoticeKind
from studio.lib.clock import now
from studio.models import Notification, Project, User
from tests.factories import make_project
from tests.team_factories import make_notification

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
LIST = "/notifications/"
CHOICES = "/notifications/settings/"
LONG_AGO = now() - timedelta(days=400)


@pytest.fixture
def desk(client_of: ClientOf, artist: User) -> Client:
    return client_of(artist)


def groups(desk: Client, query: str = "") -> list[tuple[str, list[int]]]:
    """The headings of the list with their lines."""
    context = desk.get(f"{LIST}{query}").context
    return [(group.title, [line.pk for line in group.lines]) for group in context["groups"]]


# The bell


@pytest.mark.parametrize(("count", "words", "shown"), [(0, "Notifications", "0"), (3, "Notifications, 3 unread", "3")])
def test_bell_says_how_much_is_unread(desk: Client, artist: User, count: int, words: str, shown: str) -> None:
    for _ in range(count):
        make_notification(artist)
    make_notification(artist, read_at=now())
    make_notification(artist, in_app=False)

    page = desk.get(reverse("gallery")).content.decode()

    assert f'href="/notifications/" aria-label="{words}"' in page
    hidden = "" if count else " hidden"
    assert f'<span class="bell-count" aria-hidden="true"{hidden}>{shown}</span>' in page


def test_bell_counts_no_further_than_people_read(desk: Client, artist: User) -> None:
    for _ in range(100):
        make_notification(artist)

    assert ">99+</span>" in desk.get(reverse("gallery")).content.decode()


def test_what_pages_ask_for_anyway_says_it_too(desk: Client, artist: User, outsider: User) -> None:
    make_notification(artist)
    make_notification(outsider)

    answer = desk.get(reverse("changes"), {"since": "999999"})

    assert (answer.status_code, answer["HX-Trigger"]) == (204, '{"unread": {"count": 1}}')


# The list


def test_list_shows_what_is_unread_first_and_the_rest_by_day(desk: Client, artist: User) -> None:
    old = make_notification(artist, read_at=now(), created_at=LONG_AGO)
    yesterday = make_notification(artist, read_at=now(), created_at=now() - timedelta(days=1))
    unread_of_old = make_notification(artist, created_at=LONG_AGO)
    today = make_notification(artist, read_at=now())
    new = make_notification(artist)

    found = groups(desk)

    assert found == [
        ("New", [new.pk, unread_of_old.pk]),
        ("Today", [today.pk]),
        ("Yesterday", [yesterday.pk]),
        (f"{LONG_AGO.day} {LONG_AGO:%B %Y}", [old.pk]),
    ]


def test_list_is_mine_alone_and_only_what_i_want_to_see(desk: Client, artist: User, reviewer: User) -> None:
    make_notification(reviewer)
    make_notification(artist, in_app=False)

    page = desk.get(LIST)

    assert page.context["groups"] == []
    assert "Nothing yet" in page.content.decode()


def test_lines_lead_to_what_they_are_about_and_hold_no_markup(desk: Client, artist: User, project: Project) -> None:
    line = make_notification(artist, project=project, text="<b>Rey</b> & co")

    page = desk.get(LIST).content.decode()

    assert f'href="/notifications/{line.pk}/open/"' in page
    assert "&lt;b&gt;Rey&lt;/b&gt; &amp; co" in page
    assert "Tea commercial" in page


def test_pages_go_on_without_a_gap_from_unread_to_read(desk: Client, artist: User) -> None:
    lines = [make_notification(artist, read_at=now() if number < 60 else None) for number in range(120)]

    shown, query, pages = [], "", 0
    while True:
        context = desk.get(f"{LIST}{query}").context
        shown += [line.pk for group in context["groups"] for line in group.lines]
        pages += 1
        if not context["next_after"]:
            break
        query = f"?after={context['next_after']}"

    wanted = [line.pk for line in reversed(lines[60:])] + [line.pk for line in reversed(lines[:60])]
    assert (shown, pages) == (wanted, 3)


@pytest.mark.parametrize("after", ["x", "u", "r-1", "u9999999999999999999", "%00", "r²"])
def test_cursor_that_is_none_begins_at_the_beginning(desk: Client, artist: User, after: str) -> None:
    line = make_notification(artist)

    assert groups(desk, f"?after={after}") == [("New", [line.pk])]


@pytest.mark.parametrize("count", [1, 40])
def test_list_costs_the_same_however_long(
    desk: Client, artist: User, project: Project, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_notification(artist, project=project, actor=artist)
        make_notification(artist, project=make_project(), read_at=now())

    with django_assert_num_queries(4):
        desk.get(LIST)


# Reading


def test_mark_all_leaves_what_came_after_the_page_was_shown(desk: Client, artist: User, reviewer: User) -> None:
    make_notification(artist)
    newest = desk.get(LIST).context["newest"]
    late, other = make_notification(artist), make_notification(reviewer)

    answer = desk.post("/notifications/read/", {"newest": newest})

    assert answer["Location"] == LIST
    assert list(Notification.objects.unread().order_by("pk")) == [late, other]


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 400, "²", "\0"])
def test_mark_all_of_nothing_marks_nothing(desk: Client, artist: User, newest: str) -> None:
    make_notification(artist)

    assert desk.post("/notifications/read/", {"newest": newest}).status_code == 302
    assert Notification.objects.unread().count() == 1


def test_opening_a_line_marks_it_and_goes_there(desk: Client, artist: User) -> None:
    line, other = make_notification(artist, path="/takes/7/?queue=all#comment-3"), make_notification(artist)

    answers = [desk.get(f"/notifications/{line.pk}/open/") for _ in range(2)]

    assert [answer["Location"] for answer in answers] == ["/takes/7/?queue=all#comment-3"] * 2
    assert list(Notification.objects.unread()) == [other]


@pytest.mark.parametrize(
    "path", ["", "https://evil.example.com/", "//evil.example.com/", "/\\evil.example.com", "javascript:alert(1)"]
)
def test_opening_never_leads_out_of_the_studio(desk: Client, artist: User, path: str) -> None:
    line = make_notification(artist, path=path)

    assert desk.get(f"/notifications/{line.pk}/open/")["Location"] == LIST


def test_lines_of_others_are_not_there(desk: Client, reviewer: User) -> None:
    line = make_notification(reviewer)

    assert desk.get(f"/notifications/{line.pk}/open/").status_code == 404
    assert Notification.objects.unread().count() == 1


# Choices


def test_form_shows_what_holds_now(desk: Client, artist: User) -> None:
    User.objects.filter(pk=artist.pk).update(notice_choices={"ready": ["mail"]}, email="ada@example.com")

    form = desk.get(CHOICES).context["form"]

    held = {name for name, is_on in form.initial.items() if is_on is True}
    assert "app-ready" not in held
    assert {"mail-ready", "app-comment", "app-mention", "mail-mention"} <= held
    assert form.initial["email"] == "ada@example.com"


def test_choices_are_saved(desk: Client, artist: User) -> None:
    answer = desk.post(CHOICES, {"email": "ada@example.com", "app-ready": "on", "mail-review": "on"})

    artist.refresh_from_db()
    assert answer["Location"] == CHOICES
    assert artist.email == "ada@example.com"
    # What only admins are offered stays as it was.
    assert artist.notice_choices == dict.fromkeys(NoticeKind.values, []) | {
        "ready": ["app"],
        "review": ["mail"],
        "key": ["app", "mail"],
    }


def test_admins_choose_of_keys_as_well(client_of: ClientOf, admin: User, desk: Client) -> None:
    offered = [len([*each.get(CHOICES).context["form"].lines()]) for each in (client_of(admin), desk)]

    assert offered == [len(NoticeKind), len(NoticeKind) - 1]


@pytest.mark.parametrize("email", ["nonsense", "a@b\nBcc: c@d.example", f"{'a' * 400}@example.com", "a\0@example.com"])
def test_address_that_is_none_is_refused_and_nothing_typed_is_lost(desk: Client, artist: User, email: str) -> None:
    answer = desk.post(CHOICES, {"email": email, "mail-ready": "on"})

    artist.refresh_from_db()
    assert (answer.status_code, artist.notice_choices, artist.email) == (422, {}, "")
    assert answer.context["form"]["mail-ready"].value() is True


@pytest.mark.parametrize(("sends", "words"), [(True, "one mail"), (False, "This studio has no mail server yet")])
def test_page_says_whether_mails_go_out_at_all(desk: Client, settings: Settings, sends: bool, words: str) -> None:
    settings.STUDIO_SENDS_MAIL = sends

    assert words in desk.get(CHOICES).content.decode()
