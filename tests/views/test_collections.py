"""Collections: their list, the board, and what is done there by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.models import Collection, Project, Render, User
from studio.services import projects
from tests.factories import make_output, make_project, make_render
from tests.team_factories import make_collection

ClientOf = Callable[[User], Client]
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def takes(project: Project) -> list[Render]:
    key = make_render(make_project()).key
    found = [make_render(project, key, state="ready") for _ in range(5)]
    for take in found:
        make_output(take)
    return found


@pytest.fixture
def board(project: Project, takes: list[Render]) -> Collection:
    return make_collection(project, *takes, name="Hero shots")


def at(name: str, board: Collection) -> str:
    return reverse(name, args=[board.pk])


def order_of(board: Collection) -> list[int]:
    return list(board.places.shown().values_list("render_id", flat=True))


def said(response: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]


def test_list_shows_each_with_its_first_pictures(
    client_of: ClientOf, project: Project, board: Collection, takes: list[Render], reviewer: User
) -> None:
    empty = make_collection(project)
    make_collection(make_project())

    response = client_of(reviewer).get(reverse("collection-list", args=["tea"]))

    rows = response.context["rows"]
    assert [(row.collection, row.posters, row.collection.take_count) for row in rows] == [
        (empty, [], 0),
        (board, [take.pk for take in takes[:4]], 5),
    ]


def test_list_pages_on(client_of: ClientOf, project: Project, artist: User) -> None:
    made = [make_collection(project) for _ in range(26)]
    client, path = client_of(artist), reverse("collection-list", args=["tea"])

    first = client.get(path)
    second = client.get(path, {"before": first.context["next_before"]})

    shown = [row.collection for response in (first, second) for row in response.context["rows"]]
    assert (shown, second.context["next_before"]) == (made[::-1], None)


@pytest.mark.parametrize("number", [1, 24])
def test_list_asks_the_same_number_of_questions_for_any_number(
    client_of: ClientOf, project: Project, artist: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(number):
        make_collection(project)
    client = client_of(artist)

    with django_assert_num_queries(6):
        client.get(reverse("collection-list", args=["tea"]))


@pytest.mark.parametrize("who", ["artist", "reviewer", "manager", "admin"])
def test_everybody_in_the_project_makes_collections(
    client_of: ClientOf, project: Project, who: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)

    response = client_of(person).post(reverse("collection-create", args=["tea"]), {"name": "Night"})

    made = Collection.objects.get()
    assert response["Location"] == at("collection-detail", made)
    assert (made.name, made.project, made.created_by) == ("Night", project, person)


def test_second_press_says_that_the_name_is_taken_and_keeps_it(
    client_of: ClientOf, board: Collection, artist: User
) -> None:
    response = client_of(artist).post(reverse("collection-create", args=["tea"]), {"name": "Hero shots"})

    assert response.status_code == 422
    assert response.context["form"]["name"].value() == "Hero shots"
    assert list(response.context["form"].errors) == ["name"]


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "\x00", "x" * 100_000])
def test_name_that_is_none_is_said_to_be(client_of: ClientOf, project: Project, artist: User, name: str) -> None:
    response = client_of(artist).post(reverse("collection-create", args=["tea"]), {"name": name})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["name"])


def test_board_shows_its_takes_in_their_order(
    client_of: ClientOf, board: Collection, takes: list[Render], reviewer: User
) -> None:
    response = client_of(reviewer).get(at("collection-detail", board))

    assert response.context["board"].takes == takes
    assert response.content.decode().count("data-board-handle") == 5


def test_board_leads_to_what_can_be_done_with_it(
    client_of: ClientOf, board: Collection, takes: list[Render], manager: User
) -> None:
    body = client_of(manager).get(at("collection-detail", board)).content.decode()

    compared = "&amp;".join(f"take={take.pk}" for take in takes[:4])
    for address in (
        f"{reverse('compare')}?{compared}",
        f"{reverse('gallery')}?collection={board.pk}",
        f"{reverse('export-create', args=['tea'])}?collection={board.pk}",
        f"{reverse('guest-link-create', args=['tea'])}?collection={board.pk}",
    ):
        assert f'href="{address}"' in body


def test_export_offers_a_collection_in_its_order(
    client_of: ClientOf, board: Collection, takes: list[Render], artist: User
) -> None:
    client_of(artist).post(at("collection-arrange", board), {"act": f"first:{takes[3].pk}"})

    response = client_of(artist).get(reverse("export-create", args=["tea"]), {"collection": board.pk})

    assert [take.pk for take in response.context["takes"]] == order_of(board)
    assert response.context["form"]["order"].value() == "given"


def test_export_is_made_in_the_order_of_the_list(
    client_of: ClientOf, project: Project, takes: list[Render], artist: User
) -> None:
    wanted = [takes[2].pk, takes[0].pk, takes[1].pk]

    client_of(artist).post(reverse("export-create", args=["tea"]), {"take": wanted, "format": "otio", "order": "given"})

    assert project.exports.get().takes == wanted


def test_guest_link_offers_a_collection_in_its_order(
    client_of: ClientOf, board: Collection, takes: list[Render], manager: User
) -> None:
    client_of(manager).post(at("collection-arrange", board), {"act": f"first:{takes[3].pk}"})

    response = client_of(manager).get(reverse("guest-link-create", args=["tea"]), {"collection": board.pk})

    assert [take.pk for take in response.context["offered"]] == order_of(board)


@pytest.mark.parametrize("number", ["x", "0", "9" * 30, "\x00", ""])
@pytest.mark.parametrize("name", ["export-create", "guest-link-create"])
def test_collection_of_nobody_is_not_taken_out(
    client_of: ClientOf, project: Project, manager: User, name: str, number: str
) -> None:
    assert client_of(manager).get(reverse(name, args=["tea"]), {"collection": number}).status_code == 404


def test_collection_of_another_project_is_not_taken_out(client_of: ClientOf, project: Project, manager: User) -> None:
    other = make_collection(make_project())

    response = client_of(manager).get(reverse("export-create", args=["tea"]), {"collection": other.pk})

    assert response.status_code == 404


def test_fragment_has_the_cards_alone(client_of: ClientOf, board: Collection, artist: User) -> None:
    response = client_of(artist).get(at("collection-detail", board), headers={"HX-Request": "true"})

    assert [template.name for template in response.templates][0] == "collections/_cards.html"


def test_script_moves_a_take_and_reads_nothing(
    client_of: ClientOf, board: Collection, takes: list[Render], reviewer: User
) -> None:
    numbers = [take.pk for take in takes]
    act = f"after:{numbers[0]}:{numbers[3]}"

    responses = [client_of(reviewer).post(at("collection-arrange", board), {"act": act}, headers=SCRIPT) for _ in "12"]

    assert [response.status_code for response in responses] == [204, 204]
    assert order_of(board) == [*numbers[1:4], numbers[0], numbers[4]]


def test_plain_form_leads_back_to_the_card_on_its_page(
    client_of: ClientOf, board: Collection, takes: list[Render], artist: User
) -> None:
    response = client_of(artist).post(at("collection-arrange", board), {"act": f"later:{takes[0].pk}", "page": "17_4"})

    assert response["Location"] == f"{at('collection-detail', board)}?after=17_4#place-{takes[0].pk}"
    assert order_of(board)[:2] == [takes[1].pk, takes[0].pk]


def test_script_is_told_what_was_wrong(client_of: ClientOf, board: Collection, artist: User) -> None:
    stranger = make_render(board.project)

    response = client_of(artist).post(at("collection-arrange", board), {"act": f"last:{stranger.pk}"}, headers=SCRIPT)

    assert (response.status_code, response.json()) == (
        422,
        {"error": f"Take {stranger.pk} is not in this collection any more. Load the page again to see how it is now."},
    )


@pytest.mark.parametrize(
    "act", ["", "x", "first", "first:", "first:x", "sideways:1", "after:1", "after:1:", "first:²", "last:" + "9" * 19]
)
def test_move_that_is_none_changes_nothing(client_of: ClientOf, board: Collection, artist: User, act: str) -> None:
    before = order_of(board)

    response = client_of(artist).post(at("collection-arrange", board), {"act": act}, headers=SCRIPT)

    assert (response.status_code, order_of(board)) == (422, before)


def test_take_is_taken_out_and_stays_in_the_project(
    client_of: ClientOf, board: Collection, takes: list[Render], artist: User
) -> None:
    response = client_of(artist).post(at("collection-remove", board), {"take": takes[1].pk})

    assert said(response) == [("success", "1 take was taken out.")]
    assert order_of(board) == [take.pk for take in takes if take != takes[1]]
    assert Render.objects.present().filter(pk=takes[1].pk).exists()


def test_taking_out_without_leaving_the_page_answers_with_nothing(
    client_of: ClientOf, board: Collection, takes: list[Render], artist: User
) -> None:
    response = client_of(artist).post(
        at("collection-remove", board), {"take": takes[1].pk}, headers={"HX-Request": "true"}
    )

    assert (response.status_code, response.content) == (200, b"")


def test_rename_and_delete(client_of: ClientOf, board: Collection, takes: list[Render], artist: User) -> None:
    client = client_of(artist)

    client.post(at("collection-rename", board), {"name": "Night"})
    name = Collection.objects.get().name
    response = client.post(at("collection-delete", board))

    assert (name, response["Location"]) == ("Night", reverse("collection-list", args=["tea"]))
    assert (Collection.objects.count(), Render.objects.present().filter(project=board.project).count()) == (0, 5)


def test_archived_project_offers_nothing_and_takes_nothing(
    client_of: ClientOf, board: Collection, takes: list[Render], artist: User
) -> None:
    projects.archive(project=board.project)
    client, before = client_of(artist), order_of(board)

    body = client.get(at("collection-detail", board)).content.decode()
    answers = [
        client.post(at("collection-arrange", board), {"act": f"last:{takes[0].pk}"}, headers=SCRIPT).status_code,
        client.post(at("collection-remove", board), {"take": takes[0].pk}).status_code,
        client.post(at("collection-rename", board), {"name": "Night"}).status_code,
        client.post(at("collection-delete", board)).status_code,
        client.post(reverse("collection-create", args=["tea"]), {"name": "Night"}).status_code,
    ]

    assert ("data-board-handle" in body, "board-menu" in body) == (False, False)
    assert answers == [422, 302, 422, 302, 422]
    assert (order_of(board), Collection.objects.get().name) == (before, "Hero shots")


@pytest.mark.parametrize("number", [1, 48])
def test_board_asks_the_same_number_of_questions_for_any_number_of_takes(
    client_of: ClientOf, project: Project, artist: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = make_render(make_project()).key
    board = make_collection(project, *(make_render(project, key) for _ in range(number)))
    client = client_of(artist)

    with django_assert_num_queries(12):
        response = client.get(at("collection-detail", board))

    assert len(response.context["board"].takes) == number
