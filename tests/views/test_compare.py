"""The page of two to four takes on one clock: who sees which, what is offered, what is said to differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import ReviewState, Role
from studio.models import Project, Render, User
from studio.views.compare import RATIOS
from tests.factories import make_output, make_project, make_render, make_request

ClientOf = Callable[[User], Client]


def ready(project: Project, prompt: str = "A swan.", output: dict[str, Any] | None = None, **over: Any) -> Render:
    take = make_render(project, request=make_request(prompt=prompt, seed=over.pop("seed", None)), **over)
    make_output(take, **(output or {}))
    return take


def address(takes: Sequence[Render]) -> str:
    return reverse("compare", query={"take": [take.pk for take in takes]})


def shown(client: Client, takes: Sequence[Render]) -> list[Render]:
    return [cell.take for cell in client.get(address(takes)).context["cells"]]


def test_compare_shows_the_takes_that_were_chosen(client_of: ClientOf, project: Project, reviewer: User) -> None:
    one, _, third = (ready(project) for _ in range(3))

    assert shown(client_of(reviewer), [third, one]) == [third, one]


def test_compare_fills_up_one_take_with_its_siblings(client_of: ClientOf, project: Project, artist: User) -> None:
    one, second, third = (ready(project) for _ in range(3))

    assert shown(client_of(artist), [one]) == [one, third, second]


def test_compare_uses_only_what_the_person_may_see(client_of: ClientOf, project: Project, artist: User) -> None:
    mine, also_mine = ready(project), ready(make_project({Role.REVIEWER: artist}))

    assert shown(client_of(artist), [ready(make_project()), mine, make_render(project), also_mine]) == [mine, also_mine]


@pytest.mark.parametrize(
    "query", ["", "?take=", "?take=0", "?take=x%00y", "?take=²", "?take=999999", f"?take={'9' * 40}"]
)
def test_compare_of_nothing_is_no_page(client_of: ClientOf, project: Project, artist: User, query: str) -> None:
    ready(project)

    assert client_of(artist).get(reverse("compare") + query).status_code == 404


def test_compare_says_that_only_four_of_many_are_shown(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [ready(project) for _ in range(5)]
    client = client_of(artist)

    pages = [client.get(address(asked)).content for asked in (takes, takes[:4], [*takes[:4], takes[0]])]

    assert [b'id="compare-cut"' in page for page in pages] == [True, False, False]


@pytest.mark.parametrize(("other", "says"), [("A swan.", True), ("A heron.", False)])
def test_compare_speaks_of_this_prompt_only_where_all_share_it(
    client_of: ClientOf, project: Project, artist: User, other: str, says: bool
) -> None:
    body = client_of(artist).get(address([ready(project), ready(project, other)])).content.decode()

    said = ("all ready takes of this prompt and shot" in body, "of the prompt or shot of A" in body)
    assert said == (says, not says)


def test_compare_is_no_page_for_strangers(client_of: ClientOf, project: Project, outsider: User) -> None:
    assert client_of(outsider).get(address([ready(project), ready(project)])).status_code == 404


def test_compare_of_a_take_without_siblings_says_what_to_do(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    take = ready(project)

    body = client_of(artist).get(address([take])).content.decode()

    assert (f"Nothing to compare take {take.pk} with yet" in body, "<video" in body) == (True, False)


def test_compare_offers_siblings_for_every_place_and_beside_the_others(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    one, other, third = (ready(project) for _ in range(3))

    offers = client_of(artist).get(address([one, other])).context["offers"]

    assert [(offer.take, offer.letter, offer.places, offer.added) for offer in offers] == [
        (one, "A", [], ""),
        (other, "B", [], ""),
        (third, "", [("A", address([third, other])), ("B", address([one, third]))], address([one, other, third])),
    ]


def test_compare_lets_a_take_go_only_while_two_are_left(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [ready(project) for _ in range(3)]
    client = client_of(artist)

    three = [cell.without for cell in client.get(address(takes)).context["cells"]]
    two = [cell.without for cell in client.get(address(takes[:2])).context["cells"]]

    assert three == [address(takes[1:]), address([takes[0], takes[2]]), address(takes[:2])]
    assert two == ["", ""]


def test_compare_says_what_differs_and_what_does_not(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [ready(project, seed=7), ready(project, output={"width": 720, "height": 1280})]

    context = client_of(artist).get(address(takes)).context

    assert {row.label: row.values for row in context["different"]} == {
        "Seed": ["7", "random"],
        "File": ["1280 × 720, 5 s, 24 fps", "720 × 1280, 5 s, 24 fps"],
    }
    assert [row.label for row in context["alike"]][:3] == ["Model", "Gateway", "Operation"]


def test_compare_marks_the_words_that_differ_from_the_first_take(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    takes = [ready(project, "A red swan."), ready(project, "A blue swan.")]

    body = client_of(artist).get(address(takes)).content.decode()

    assert "A <del>red</del><ins>blue</ins> swan." in body


@pytest.mark.parametrize(("length", "scrolls"), [(10, 0), (200, 2)])
def test_long_prompts_can_be_scrolled_by_key(
    client_of: ClientOf, project: Project, artist: User, length: int, scrolls: int
) -> None:
    takes = [ready(project, "a " * length), ready(project, "A swan.")]

    page = client_of(artist).get(address(takes)).content.decode()

    assert page.count('<p class="compare-words" tabindex="0">') == scrolls


def test_compare_of_endless_prompts_shows_them_without_looking_for_differences(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    takes = [ready(project, "swan " * 20_000), ready(project, "goose " * 20_000)]

    cells = client_of(artist).get(address(takes)).context["cells"]

    assert [[piece.change for piece in cell.prompt] for cell in cells] == [["same"], ["same"]]


def test_compare_shows_verdict_price_and_the_way_to_the_take(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    approved, waiting = ready(project, review_state=ReviewState.APPROVED), ready(project)

    body = client_of(artist).get(address([approved, waiting])).content.decode()

    captions = [part.partition("</figcaption>")[0] for part in body.split("<figcaption")[1:]]
    assert ["Approved" in caption for caption in captions] == [True, False]
    assert ["≈ $0.42" in caption for caption in captions] == [True, True]
    assert [reverse("render-detail", args=[take.pk]) in caption for take, caption in zip(
        [approved, waiting], captions, strict=True
    )] == [True, True]  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "widest", "tallest"),
    [
        (((1280, 720), (1280, 720)), "16:9", "16:9"),
        (((1280, 720), (720, 1280)), "16:9", "9:16"),
        (((496, 864), (960, 960)), "1:1", "9:16"),
        (((2352, 1000), (1248, 704)), "21:9", "16:9"),
    ],
)
def test_cells_are_shaped_for_the_widest_and_the_tallest_film(
    client_of: ClientOf, project: Project, artist: User, sizes: Sequence[tuple[int, int]], widest: str, tallest: str
) -> None:
    takes = [ready(project, output={"width": width, "height": height}) for width, height in sizes]

    context = client_of(artist).get(address(takes)).context

    assert (context["widest"], context["tallest"]) == (widest, tallest)
    assert {widest, tallest} <= set(RATIOS)


@pytest.mark.parametrize("count", [2, 4])
def test_compare_asks_the_same_number_of_questions_for_two_takes_and_four(
    client_of: ClientOf, project: Project, artist: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    takes = [ready(project, asked_by=artist) for _ in range(8)]
    client = client_of(artist)

    with django_assert_num_queries(4):
        client.get(address(takes[:count]))


def test_take_page_leads_to_the_comparison(client_of: ClientOf, project: Project, artist: User) -> None:
    take = ready(project)

    body = client_of(artist).get(reverse("render-detail", args=[take.pk])).content.decode()

    assert f'href="{reverse("compare")}?take={take.pk}"' in body
