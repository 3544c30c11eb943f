"""What waits for a person, at the top of the project: whose it is, how much of it is shown, and that it keeps up."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState
from studio.models import Attempt, Project, Render, RenderEvent, User
from studio.services import confirming, unconfirmed
from tests.factories import make_followed, make_project, make_request, make_unconfirmed

ClientOf = Callable[[User], Client]


def studio(client: Client) -> str:
    return client.get(reverse("project-detail", args=["tea"])).content.decode()


def asked_about(html: str) -> list[int]:
    """The takes in the panel, from the top."""
    return [int(number) for number in re.findall(r'id="doubt-(\d+)"', html)]


def title(html: str) -> str:
    found = re.search(r'id="needs-a-person-title">([^<]*)<', html)
    return found[1] if found else ""


def shown_by(html: str) -> str:
    """What the page says that it shows, when it asks for news."""
    found = re.search(r'name="doubts" value="([0-9a-f]+)"', html)
    assert found is not None
    return found[1]


def changes(client: Client, since: int, shown: str) -> Any:
    RenderEvent.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    return client.get(f"{reverse('changes')}?since={since}&project=tea&doubts={shown}")


def newest() -> int:
    return RenderEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]


def doubtful(project: Project, **over: Any) -> Render:
    return make_followed(project, state=RenderState.EXPIRED, next_poll_at=None, **over)


def test_nothing_is_shown_where_nothing_waits(client_of: ClientOf, project: Project, manager: User) -> None:
    html = studio(client_of(manager))

    assert (html.count('<section class="doubts"'), html.count('<div id="needs-a-person" hidden>')) == (0, 1)


def test_line_says_what_is_known_and_what_can_be_done(
    client_of: ClientOf, project: Project, artist: User, manager: User
) -> None:
    request = make_request(provider="ark", model="dreamina-seedance-2-0-260128", prompt="A red car stops.")
    take = make_unconfirmed(project, request=request, asked_by=artist)
    Attempt.objects.update(looks=3, looked_at=timezone.now(), base_url="https://ark.example.com")

    html = studio(client_of(manager))

    known = ["A red car stops.", f"Take {take.pk} · Ada Artist · sent ", take.key.label, "3 times so far, next at "]
    choices = ["It exists: follow this task", "It was not created: release", "Send again · may be charged twice"]
    assert [word for word in (*known, *choices) if word not in html] == []
    assert (title(html), asked_about(html)) == ("1 take without an answer", [take.pk])


@pytest.mark.parametrize(("who", "sees"), [("artist", "mine"), ("manager", "all"), ("admin", "all"), ("reviewer", "")])
def test_panel_is_for_the_asker_for_managers_and_for_admins(
    client_of: ClientOf, project: Project, request: pytest.FixtureRequest, who: str, sees: str
) -> None:
    artist, manager = request.getfixturevalue("artist"), request.getfixturevalue("manager")
    mine, theirs = make_unconfirmed(project, asked_by=artist), make_unconfirmed(project, asked_by=manager)
    make_unconfirmed(make_project())

    html = studio(client_of(request.getfixturevalue(who)))

    assert asked_about(html) == {"mine": [mine.pk], "all": [theirs.pk, mine.pk], "": []}[sees]
    assert ("send-again" in html) == (sees == "all")


def test_first_five_stand_before_the_others_and_those_before_the_ended(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    ended = doubtful(project)
    takes = [make_unconfirmed(project) for _ in range(7)]

    html = studio(client_of(manager))

    head, _, further = html.partition('id="doubts-further"')
    newest_first = [take.pk for take in reversed(takes)]
    assert (asked_about(head), asked_about(further)) == (newest_first[:5], [*newest_first[5:], ended.pk])
    assert ("All 7</summary>" in further, "1 ended take may have been charged" in further) == (True, True)
    assert title(html) == "7 takes without an answer"


@pytest.mark.parametrize(("number", "opened"), [(1, 1), (2, 2), (3, 0)])
def test_few_stand_open(client_of: ClientOf, project: Project, manager: User, number: int, opened: int) -> None:
    for _ in range(number):
        make_unconfirmed(project)

    assert len(re.findall(r'<details class="doubt" id="doubt-\d+" open>', studio(client_of(manager)))) == opened


def test_more_than_all_is_said_to_be_more(
    client_of: ClientOf, project: Project, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.views.doubts.MOST", 6)
    for _ in range(7):
        make_unconfirmed(project)

    html = studio(client_of(manager))

    assert (title(html), len(asked_about(html)), "More of them</summary>" in html) == (
        "6+ takes without an answer",
        6,
        True,
    )


def test_ended_takes_lead_to_the_question(client_of: ClientOf, project: Project, manager: User) -> None:
    take = doubtful(project)

    html = studio(client_of(manager))

    assert (title(html), f'href="{reverse("render-detail", args=[take.pk])}#charged"' in html) == (
        "1 ended take may have been charged",
        True,
    )


def test_what_was_settled_leaves(client_of: ClientOf, project: Project, manager: User) -> None:
    take, ended = make_unconfirmed(project), doubtful(project)
    unconfirmed.release(render=take, actor=manager)
    confirming.say_free(render=ended, actor=manager, about=ended.standing)

    assert asked_about(studio(client_of(manager))) == []


@pytest.mark.parametrize("count", [1, 9])
def test_panel_asks_the_same_number_of_questions_for_any_number_of_takes(
    client_of: ClientOf, project: Project, manager: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_unconfirmed(project, asked_by=manager)
        doubtful(project)
    client = client_of(manager)
    studio(client)

    # One more than without a doubt: what was sent for them.
    with django_assert_num_queries(19):
        html = studio(client)

    assert len(asked_about(html)) == 2 * count


def test_page_that_is_open_hears_of_a_new_one_and_of_its_end(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    client, take = client_of(manager), make_unconfirmed(project)
    since = newest() - 1

    first = changes(client, since, "0").content.decode()
    shown = shown_by(first)
    same = changes(client, since, shown).content.decode()
    unconfirmed.release(render=take, actor=manager)
    gone = changes(client, since, shown).content.decode()

    assert (asked_about(first), 'id="needs-a-person" hx-swap-oob="true"' in first) == ([take.pk], True)
    assert 'id="needs-a-person"' not in same
    assert '<div id="needs-a-person" hx-swap-oob="true" hidden>' in gone


def test_page_of_a_reviewer_hears_nothing_of_it(client_of: ClientOf, project: Project, reviewer: User) -> None:
    make_unconfirmed(project)

    assert "needs-a-person" not in changes(client_of(reviewer), newest() - 1, "0").content.decode()


def test_news_that_concern_nobody_cost_no_question(
    client_of: ClientOf, project: Project, manager: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_followed(project, state=RenderState.RUNNING)
    client, since = client_of(manager), newest() - 1
    changes(client, since, "0")
    address = f"{reverse('changes')}?since={since}&project=tea&doubts=0"

    with django_assert_num_queries(6):
        response = client.get(address)

    assert "needs-a-person" not in response.content.decode()
