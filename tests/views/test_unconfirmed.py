"""What a person does about a take without an answer: follow a task, release the money, or send it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from studio.models import Project, ProviderKey, Render, User
from studio.services import unconfirmed
from tests.factories import make_unconfirmed, make_user

ClientOf = Callable[[User], Client]
AGAIN = "Send again, may be charged twice"


def resolve(client: Client, take: Render, **data: str) -> Any:
    return client.post(reverse("render-resolve", args=[take.pk]), data)


def again(take: Render) -> str:
    return reverse("render-send-again", args=[take.pk])


def page(take: Render) -> str:
    return reverse("render-detail", args=[take.pk])


def said(response: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize("back", ["", "project"])
def test_release_leads_back_to_where_it_was_pressed(
    client_of: ClientOf, project: Project, artist: User, back: str
) -> None:
    take = make_unconfirmed(project, asked_by=artist)

    response = resolve(client_of(artist), take, choice="release", back=back)

    take.refresh_from_db()
    place = reverse("project-detail", args=["tea"]) if back else page(take)
    assert (take.state, take.standing, response["Location"]) == ("failed", "released", place)
    assert said(response) == [("success", f"Take {take.pk} has ended, and its money is free again.")]


def test_release_pressed_twice_says_that_it_is_over(client_of: ClientOf, project: Project, artist: User) -> None:
    take, client = make_unconfirmed(project, asked_by=artist), client_of(artist)
    resolve(client, take, choice="release")

    response = resolve(client, take, choice="release")

    assert (response.status_code, response["Location"]) == (302, page(take))
    assert said(response)[-1] == ("error", unconfirmed.TOO_LATE)
    assert take.ledger.filter(kind="released").count() == 1


def test_task_is_followed(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_unconfirmed(project, asked_by=artist)

    response = resolve(client_of(artist), take, choice="adopt", task_id=" ldtask_found ", back="project")

    take.refresh_from_db()
    assert (take.state, take.standing, take.attempts.get().remote_id) == ("waiting", "reserved", "ldtask_found")
    assert response["Location"] == reverse("project-detail", args=["tea"])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("no id", "That does not look like a task id."),
        ("sk-0123456789abcdef0123456789", "That looks like a key"),
    ],
)
@pytest.mark.parametrize("back", ["", "project"])
def test_task_that_cannot_be_one_is_explained_beside_the_field(
    client_of: ClientOf, project: Project, artist: User, typed: str, words: str, back: str
) -> None:
    take = make_unconfirmed(project, asked_by=artist)

    response = resolve(client_of(artist), take, choice="adopt", task_id=typed, back=back)

    body = response.content.decode()
    take.refresh_from_db()
    assert (response.status_code, take.state) == (422, "unconfirmed")
    assert (body.count('id="task-problem"'), body.count(words)) == (1, 1)
    assert f'value="{typed}"' in body


@pytest.mark.parametrize("choice", ["release", "adopt"])
@pytest.mark.parametrize(("who", "status"), [("artist", 403), ("reviewer", 403), ("outsider", 404)])
def test_others_may_not_settle_it(
    client_of: ClientOf, project: Project, request: pytest.FixtureRequest, who: str, status: int, choice: str
) -> None:
    take = make_unconfirmed(project, asked_by=make_user("another-artist"))
    client = client_of(request.getfixturevalue(who))

    assert resolve(client, take, choice=choice, task_id="ldtask_found").status_code == status

    take.refresh_from_db()
    assert take.state == "unconfirmed"


def test_page_offers_another_artist_nothing_to_settle(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_unconfirmed(project, asked_by=make_user("another-artist"))

    response = client_of(artist).get(page(take))

    assert (response.status_code, response.content.decode().count(f"{page(take)}resolve/")) == (200, 0)


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_send_again_is_asked_once_more_and_then_done(
    client_of: ClientOf, project: Project, request: pytest.FixtureRequest, who: str
) -> None:
    take = make_unconfirmed(project)
    client = client_of(request.getfixturevalue(who))

    question = client.get(again(take)).content.decode()
    untouched = Render.objects.count()
    response = client.post(again(take))

    new = Render.objects.get(parent=take)
    take.refresh_from_db()
    assert (AGAIN in question, untouched) == (True, 1)
    assert (take.state, take.standing, response["Location"]) == ("failed", "possibly", page(new))
    assert said(response) == [("success", f"Sent again as take {new.pk}; take {take.pk} stays possibly charged.")]


@pytest.mark.parametrize(("who", "status"), [("artist", 403), ("reviewer", 403), ("outsider", 404)])
@pytest.mark.parametrize("method", ["get", "post"])
def test_send_again_is_for_managers_alone(
    client_of: ClientOf, project: Project, request: pytest.FixtureRequest, who: str, status: int, method: str
) -> None:
    take = make_unconfirmed(project, asked_by=request.getfixturevalue("artist"))
    client = client_of(request.getfixturevalue(who))

    assert getattr(client, method)(again(take)).status_code == status

    assert Render.objects.count() == 1


def test_send_again_pressed_twice_is_one_new_take(client_of: ClientOf, project: Project, manager: User) -> None:
    take, client = make_unconfirmed(project), client_of(manager)

    places = [client.post(again(take))["Location"] for _ in range(2)]

    assert (len(set(places)), Render.objects.count()) == (1, 2)


def test_send_again_that_nothing_may_pay_for_says_so_and_changes_nothing(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    take = make_unconfirmed(project)
    ProviderKey.objects.update(monthly_cap="0.50")

    response = client_of(manager).post(again(take))

    take.refresh_from_db()
    body = response.content.decode()
    assert (response.status_code, take.state, Render.objects.count()) == (422, "unconfirmed", 1)
    assert ("This key is limited to" in body, f"take {take.pk} is as it was" in body, AGAIN in body) == (True,) * 3


@pytest.mark.parametrize("method", ["get", "post"])
def test_send_again_of_what_is_settled_leads_to_the_take(
    client_of: ClientOf, project: Project, manager: User, method: str
) -> None:
    take = make_unconfirmed(project)
    unconfirmed.adopt(render=take, actor=manager, remote_id="ldtask_found")

    response = getattr(client_of(manager), method)(again(take))

    assert (response["Location"], said(response)) == (page(take), [("warning", unconfirmed.TOO_LATE)])


@pytest.mark.parametrize(("who", "offered"), [("artist", 0), ("manager", 1), ("admin", 1)])
def test_page_of_the_take_offers_to_send_again_to_managers(
    client_of: ClientOf, project: Project, request: pytest.FixtureRequest, who: str, offered: int
) -> None:
    take = make_unconfirmed(project, asked_by=request.getfixturevalue("artist"))

    body = client_of(request.getfixturevalue(who)).get(page(take)).content.decode()

    assert (body.count('id="unconfirmed"'), body.count(again(take))) == (1, offered)
