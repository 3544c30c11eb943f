"""Where a project's notifications go: set by managers, never shown again, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from standardwebhooks import Webhook

from studio.choices import NoticeChannel
from studio.models import AuditEntry, Dispatch, Project, ProjectHook, User
from studio.services.notifications import CALLED
from tests.factories import make_project
from tests.team_factories import make_dispatch, make_notification

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
PAGE = "/projects/tea/notifications/"
URL = "https://chat.example.com/services/marked-token?sig=marked"
KINDS = [kind.value for kind in CALLED]


@pytest.fixture(autouse=True)
def _no_calls_to_this_machine(settings: Settings) -> None:
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = False


@pytest.fixture
def desk(client_of: ClientOf, manager: User, project: Project) -> Client:
    return client_of(manager)


def saved(desk: Client, **over: Any) -> Any:
    return desk.post(PAGE, {"url": URL, "format": "standard", "kinds": KINDS, **over})


def hook() -> ProjectHook:
    return ProjectHook.objects.get()


def secret_in(answer: Any) -> str:
    found = re.search(r'value="(whsec_[^"]+)"', answer.content.decode())
    return found[1] if found else ""


def test_page_begins_with_nothing_on(desk: Client) -> None:
    page = desk.get(PAGE)

    assert page.context["form"].initial == {"sends_mail": False, "format": "standard", "kinds": KINDS}
    assert (page.context["host"], ProjectHook.objects.count()) == ("", 0)
    assert "Nothing was sent yet." in page.content.decode()


def test_settings_of_the_project_lead_there(desk: Client) -> None:
    assert f'href="{PAGE}"' in desk.get("/projects/tea/settings/").content.decode()


def test_saving_keeps_all_and_shows_the_new_secret_once(desk: Client) -> None:
    answer = saved(desk, sends_mail="on", kinds=["ready", "budget"])

    stored = hook()
    assert answer.status_code == 200
    assert (stored.sends_mail, stored.url, stored.format, stored.kinds) == (True, URL, "standard", ["ready", "budget"])
    assert secret_in(answer) == stored.secret
    Webhook(stored.secret)


def test_neither_address_nor_secret_is_shown_again(desk: Client) -> None:
    first = saved(desk).content.decode()
    again = saved(desk, url="")
    page = desk.get(PAGE).content.decode()

    assert again["Location"] == PAGE
    assert [word in page for word in ("chat.example.com", "marked", "whsec_")] == [True, False, False]
    assert "marked" not in first
    assert hook().url == URL


def test_both_are_encrypted_and_in_no_audit_entry(desk: Client) -> None:
    saved(desk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT url, secret FROM studio_projecthook")
        raw = str(cursor.fetchall())
    entry = AuditEntry.objects.get()
    assert [word in raw for word in ("chat", "marked", "whsec")] == [False] * 3
    assert (entry.act, entry.subject, entry.detail) == (
        "hook-settle",
        "Project Tea commercial",
        "mail off, calls to chat.example.com",
    )


def test_address_can_be_replaced_and_removed(desk: Client) -> None:
    saved(desk)
    secret = hook().secret
    saved(desk, url="https://other.example.com/y")
    replaced = hook().url
    saved(desk, url="", removes_url="on")

    assert (replaced, hook().url, hook().secret) == ("https://other.example.com/y", "", secret)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"url": "http://chat.example.com/x"}, "The address must begin with https://."),
        ({"url": "https://127.0.0.1/marked"}, "Addresses on this machine are switched off here"),
        ({"url": "https://10.1.2.3/marked"}, "The address must name a public host on the internet."),
        ({"url": "https://intern.local/marked"}, "The address must name a public host on the internet."),
        ({"url": "marked"}, "The address is not complete: it needs https:// and a host."),
        ({"url": "https://me:marked@chat.example.com/"}, "The address must not hold a user name or a fragment (#)."),
        ({"url": f"https://chat.example.com/{'a' * 2000}"}, "The address is longer than any address."),
        ({"url": "https://chat.example.com/\0"}, "Null characters are not allowed."),
        ({"format": "fax"}, "Choose a format from the list."),
        ({"kinds": ["key"]}, "Choose from the list what is called for."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(desk: Client, over: dict[str, Any], said: str) -> None:
    answer = saved(desk, **over)

    assert (answer.status_code, ProjectHook.objects.count()) == (422, 0)
    assert said in answer.content.decode()


def test_new_secret_is_shown_once_and_holds(desk: Client) -> None:
    before = secret_in(saved(desk))

    answer = desk.post(f"{PAGE}rotate/")

    assert secret_in(answer) == hook().secret != before
    assert secret_in(desk.get(PAGE)) == ""


def test_without_an_address_there_is_no_secret(desk: Client) -> None:
    desk.post(f"{PAGE}rotate/")

    assert "There is no address yet" in desk.get(PAGE).content.decode()
    assert ProjectHook.objects.count() == 0


# Tests


def test_test_goes_wherever_something_goes(desk: Client, manager: User, settings: Settings) -> None:
    settings.STUDIO_SENDS_MAIL = True
    User.objects.filter(pk=manager.pk).update(email="mia@example.com")
    saved(desk, sends_mail="on")

    desk.post(f"{PAGE}test/")
    page = desk.get(PAGE).content.decode()

    assert sorted(Dispatch.objects.values_list("channel", flat=True)) == ["mail", "webhook"]
    assert ("A test, by mail" in page, 'hx-trigger="load delay:2s"' in page) == (True, True)


def test_test_of_nothing_says_what_to_do(desk: Client) -> None:
    desk.post(f"{PAGE}test/")

    assert "There is nowhere to send a test" in desk.get(PAGE).content.decode()
    assert Dispatch.objects.count() == 0


# What became of it


def test_last_ones_are_shown_with_what_went_wrong(desk: Client, project: Project, artist: User) -> None:
    make_dispatch(project, state="unknown", tries=1, problem="It was sent, but no answer came.")
    notice = make_notification(artist, project=project)
    mail = {"channel": NoticeChannel.MAIL, "hook": None, "notification": notice, "tries": 1, "state": "sent"}
    make_dispatch(project, **mail)
    make_dispatch(make_project())

    page = desk.get(PAGE)

    told = [(each.channel, each.state) for each in page.context["dispatches"]]
    text = page.content.decode()
    assert told == [("mail", "sent"), ("webhook", "unknown")]
    assert [word in text for word in ("Ada Artist, by mail", "It was sent, but no answer came.", "hx-trigger")] == [
        True,
        True,
        False,
    ]
    assert text.count("Send again</button>") == 1


def test_only_the_last_twenty_are_shown_at_the_same_cost(
    desk: Client, project: Project, artist: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(15):
        make_dispatch(project, tries=1)
        notice = make_notification(artist, project=project)
        make_dispatch(project, channel=NoticeChannel.MAIL, hook=None, notification=notice, tries=1)

    with django_assert_num_queries(8):
        page = desk.get(PAGE)

    newest = list(Dispatch.objects.values_list("pk", flat=True)[:20])
    assert [each.pk for each in page.context["dispatches"]] == newest


def test_send_again_is_offered_for_what_may_have_arrived(desk: Client, project: Project) -> None:
    call = make_dispatch(project, state="unknown", tries=1)

    answer = desk.post(f"{PAGE}{call.pk}/again/")
    twice = desk.post(f"{PAGE}{call.pk}/again/", follow=True)

    assert answer["Location"] == PAGE
    assert Dispatch.objects.get().state == "waiting"
    assert "This is on its way, or has arrived already." in twice.content.decode()


def test_calls_of_another_project_are_not_there(desk: Client) -> None:
    call = make_dispatch(make_project(), state="failed")

    assert desk.post(f"{PAGE}{call.pk}/again/").status_code == 404
    assert Dispatch.objects.get().state == "failed"


def test_address_that_cannot_be_read_any_more_is_no_broken_page(desk: Client, settings: Settings) -> None:
    saved(desk)
    ProjectHook.objects.update(url="")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE studio_projecthook SET url = 'gAAAAA-of-another-key'")

    page = desk.get(PAGE)

    assert page.context["host"] == "an address that cannot be read any more"
