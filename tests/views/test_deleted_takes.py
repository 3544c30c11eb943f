"""Deleted takes: gone from every page, and brought back by those who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import RenderState, ReviewState, Role, Standing
from studio.lib.clock import now
from studio.models import Project, Render, RenderEvent, User
from studio.services import ledger, take_bin
from tests.factories import make_output, make_project, make_render

ClientOf = Callable[[User], Client]


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, **over)
    make_output(take, b"film")
    ledger.settle(render=take, amount=Decimal("0.40"), note="By the price list")
    return take


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    return ready(project, asked_by=artist)


@pytest.fixture
def deleted(take: Render, artist: User) -> Render:
    take_bin.delete(take=take, actor=artist)
    return take


def delete(client: Client, *takes: Render, **values: str) -> Any:
    return client.post(reverse("take-delete"), {"take": [take.pk for take in takes], **values})


def said(response: Any) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


def present() -> set[Render]:
    return set(Render.objects.present())


def test_artists_delete_their_own_and_managers_all(
    client_of: ClientOf, project: Project, artist: User, manager: User, take: Render
) -> None:
    other = ready(project, asked_by=manager)

    first = delete(client_of(artist), take, other)
    left = present()
    delete(client_of(manager), other)

    assert (left, present()) == ({other}, set())
    assert said(first) == [
        f"Take {take.pk} is deleted. Nothing is lost: bring it back under “Deleted takes” of the project. "
        f"Still here: Take {other.pk} is somebody else’s: only a manager of the project deletes it."
    ]


def test_what_may_not_go_stays_and_says_why(client_of: ClientOf, project: Project, manager: User) -> None:
    approved = ready(project, review_state=ReviewState.APPROVED)
    moving = make_render(project, state=RenderState.RUNNING)
    doubted = make_render(project, state=RenderState.UNCONFIRMED)

    response = delete(client_of(manager), approved, moving, doubted)

    assert present() == {approved, moving, doubted}
    assert said(response) == [
        f"Nothing was deleted. Take {approved.pk} is approved, so it stays. It can go once that decision is changed. "
        f"Take {moving.pk} is still being made: wait for it, or cancel it first. "
        f"Take {doubted.pk} may have been charged: say first on its page what became of it."
    ]


def test_reviewers_and_strangers_delete_nothing(
    client_of: ClientOf, reviewer: User, outsider: User, take: Render
) -> None:
    statuses = [delete(client_of(user), take).status_code for user in (reviewer, outsider)]

    assert (statuses, present()) == ([403, 404], {take})


def test_deleting_from_its_own_page_leads_to_the_project(client_of: ClientOf, artist: User, take: Render) -> None:
    response = delete(client_of(artist), take, from_page="1")

    assert response["Location"] == reverse("project-detail", args=["tea"])


@pytest.mark.parametrize(
    "name", ["output-video", "output-download", "output-filmstrip", "render-card", "render-review"]
)
def test_nothing_of_a_deleted_take_is_served(client_of: ClientOf, manager: User, deleted: Render, name: str) -> None:
    assert client_of(manager).get(reverse(name, args=[deleted.pk])).status_code == 404


def test_a_deleted_take_is_in_no_list(client_of: ClientOf, project: Project, manager: User, deleted: Render) -> None:
    client = client_of(manager)

    pages = [client.get(reverse("gallery")), client.get(reverse("project-detail", args=["tea"]))]
    home = client.get(reverse("home")).context["cards"][0]

    assert [page.context["takes"] for page in pages] == [[], []]
    assert (home.project.take_count, home.posters) == (0, [])


def test_neighbours_of_a_deleted_take_lead_past_it(client_of: ClientOf, project: Project, artist: User) -> None:
    first, gone, last = (ready(project, asked_by=artist) for _ in range(3))
    take_bin.delete(take=gone, actor=artist)

    context = client_of(artist).get(reverse("render-detail", args=[first.pk])).context

    assert context["newer"] == last.pk


def test_page_of_a_deleted_take_leads_to_where_it_can_be_brought_back(
    client_of: ClientOf, artist: User, reviewer: User, manager: User, outsider: User, deleted: Render
) -> None:
    address = reverse("render-detail", args=[deleted.pk])

    answers = [client_of(user).get(address) for user in (artist, manager, reviewer, outsider)]

    there = f"{reverse('deleted-takes', args=['tea'])}#deleted-{deleted.pk}"
    assert [answer.status_code for answer in answers] == [302, 302, 404, 404]
    assert [answer["Location"] for answer in answers[:2]] == [there, there]


def test_list_of_deleted_takes_is_the_managers_and_each_artists_own(
    client_of: ClientOf, project: Project, artist: User, manager: User, deleted: Render
) -> None:
    other = ready(project, asked_by=manager)
    take_bin.delete(take=other, actor=manager)
    address = reverse("deleted-takes", args=["tea"])

    lists = [client_of(user).get(address).context["takes"] for user in (artist, manager)]
    stills = [client_of(artist).get(reverse("output-poster", args=[each.pk])).status_code for each in (deleted, other)]

    assert lists == [[deleted], [other, deleted]]
    assert stills == [200, 404]


def test_empty_list_of_deleted_takes_says_so(client_of: ClientOf, project: Project, artist: User) -> None:
    body = client_of(artist).get(reverse("deleted-takes", args=["tea"])).content.decode()

    assert "<h2>Nothing is deleted</h2>" in body


def test_bringing_back(client_of: ClientOf, project: Project, artist: User, manager: User, deleted: Render) -> None:
    second = make_project({Role.ARTIST: manager}, slug="second")
    others = ready(second)
    take_bin.delete(take=others, actor=artist)

    back = client_of(artist).post(reverse("take-bring-back", args=[deleted.pk]))
    refused = client_of(manager).post(reverse("take-bring-back", args=[others.pk])).status_code

    assert (back["Location"], refused) == (reverse("deleted-takes", args=["tea"]), 403)
    assert present() == {deleted}


def test_the_word_of_a_deletion_comes_with_a_form_that_undoes_it(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    takes, client = [ready(project) for _ in range(2)], client_of(manager)
    delete(client, *takes)
    body = client.get(reverse("project-detail", args=["tea"])).content.decode()
    numbers = ",".join(str(take.pk) for take in takes)

    back = client.post(reverse("bulk-ask", query={"act": "bring-back"}), {"undo": numbers})

    assert 'action="/bulk/?act=bring-back"' in body
    assert f'name="undo" value="{numbers}"' in body
    assert (said(back), present()) == (["2 takes are back."], {*takes})


def test_many_are_brought_back_at_once_ticked_or_all(client_of: ClientOf, project: Project, manager: User) -> None:
    takes, client = [ready(project) for _ in range(4)], client_of(manager)
    cleared = ready(project, deleted_at=now(), cleared_at=now())
    take_bin.delete_all(takes=takes, actor=manager)
    body = client.get(reverse("deleted-takes", args=["tea"])).content.decode()
    address = reverse("bulk-ask", query={"act": "bring-back"})

    client.post(address, {"take": [takes[0].pk, takes[1].pk]})
    ticked = present()
    client.post(address, {"takes": ",".join(str(take.pk) for take in [*takes[2:], cleared])})

    assert body.count('type="checkbox" name="take"') == 4
    assert f'name="takes" value="{",".join(str(take.pk) for take in reversed(takes))}"' in body
    assert (ticked, present()) == ({takes[0], takes[1]}, {*takes})


def test_deleted_takes_of_all_projects_are_one_page(
    client_of: ClientOf, project: Project, artist: User, outsider: User, deleted: Render
) -> None:
    second = make_project({Role.MANAGER: artist}, slug="second")
    own, other = ready(second, deleted_at=now()), ready(project, deleted_at=now())
    address, client = reverse("deleted-everywhere"), client_of(artist)

    gallery = client.get(reverse("gallery")).content.decode()
    shown = client.get(address).context["takes"]
    back = client.post(reverse("take-bring-back", args=[own.pk]), {"from": "gallery"})

    assert (f'href="{address}"' in gallery, shown, back["Location"]) == (True, [own, deleted], address)
    assert (client_of(outsider).get(address).context["takes"], other.pk) == ([], other.pk)


def test_other_pages_hear_that_a_card_has_gone_and_come_back(
    client_of: ClientOf, project: Project, reviewer: User, artist: User, take: Render
) -> None:
    before = RenderEvent.objects.order_by("-id").first()
    assert before is not None
    take_bin.delete(take=take, actor=artist)
    client = client_of(reviewer)
    query = {"since": str(before.pk), "project": "tea"}

    gone = client.get(reverse("changes"), query).content.decode()
    take_bin.bring_back(take=take, actor=artist)
    back = client.get(reverse("changes"), query).content.decode()

    assert (f'data-gone="{take.pk}"' in gone, f"render-card-{take.pk}" in gone) == (True, False)
    assert ("data-gone" in back, back.count(f'id="render-card-{take.pk}"'), "afterbegin:#takes" in back) == (
        False,
        1,
        True,
    )


def test_strangers_do_not_hear_of_it(client_of: ClientOf, outsider: User, deleted: Render) -> None:
    assert client_of(outsider).get(reverse("changes"), {"since": "0"}).status_code == 204


def test_spend_still_counts_it(client_of: ClientOf, admin: User, deleted: Render) -> None:
    response = client_of(admin).get(reverse("spend"))

    assert "$0.40" in response.content.decode()
    assert Render.objects.get(pk=deleted.pk).standing == Standing.SETTLED


def test_deleting_by_htmx_says_so_in_place(client_of: ClientOf, artist: User, take: Render) -> None:
    response = client_of(artist).post(reverse("take-delete"), {"take": take.pk}, headers={"HX-Request": "true"})

    assert (response.status_code, "is deleted" in json.loads(response["HX-Trigger"])["toast"]["text"]) == (204, True)


def test_page_of_a_project_stands_under_its_studio_and_leads_back_there(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    html = client_of(manager).get(reverse("deleted-takes", args=[project.slug])).content.decode()

    studio = reverse("project-detail", args=[project.slug])
    assert f'<a class="tab" href="{studio}" aria-current="page">' in html
    assert f'<a class="note way-back" href="{studio}">' in html
