"""Pages of galleries: every order and filter, one page after another, without a gap and without a repeat."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from studio.choices import Lineage, RenderState, ReviewState
from studio.models import Collection, CollectionTake, Favourite, Project, Render, RenderInput, Tag, TakeTag, User
from studio.services import galleries, search_index
from studio.services.galleries import SORTS, Asked, matching, page_of
from studio.services.gallery_filters import Filters
from tests.factories import make_asset, make_project, make_prompt, make_render, make_request


def all_pages(asked: Asked, size: int = 3) -> list[int]:
    """Every take in order, page by page."""
    numbers: list[int] = []
    before: str | None = ""
    while before is not None:
        page = page_of(asked=asked, before=before, size=size)
        numbers += page.numbers
        before = page.next_before
    return numbers


def shown(project: Project, **filters: Any) -> list[int]:
    """The takes that pass, newest first; both ways of asking agree on them."""
    asked = Asked((project.pk,), Filters(**filters))
    page = page_of(asked=asked, before="", size=50)
    assert sorted(page.numbers) == sorted(matching(asked=asked).values_list("pk", flat=True))
    return page.numbers


@pytest.fixture
def shelf(project: Project) -> list[Render]:
    """Ten takes of many ratings, prices and lengths, with ties and gaps, of two projects in turns."""
    other = make_project()
    takes = []
    for number in range(10):
        price = None if number % 4 == 3 else Decimal(number % 3) / 10
        seconds = None if number % 5 == 4 else Decimal(3 + number % 3)
        values: dict[str, Any] = {"rating": number % 3, "estimate": price, "seconds": seconds}
        takes.append(make_render(other if number % 2 else project, **values))
    search_index.index(noun="take", numbers=[take.pk for take in takes])
    return takes


def expected(takes: list[Render], sort: str) -> list[int]:
    column = {
        "rating": "rating",
        "price": "estimate",
        "cheapest": "estimate",
        "longest": "seconds",
        "shortest": "seconds",
    }
    descends = sort not in ("oldest", "cheapest", "shortest")
    if sort not in column:
        return sorted((take.pk for take in takes), reverse=descends)
    full = [take for take in takes if getattr(take, column[sort]) is not None]
    full.sort(key=lambda take: (getattr(take, column[sort]), take.pk), reverse=descends)
    empty = sorted((take for take in takes if take not in full), key=lambda take: take.pk, reverse=descends)
    return [take.pk for take in full + empty]


@pytest.mark.parametrize("scope", ["all", "both", "one"])
@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != "relevance"])
def test_pages_of_every_order_follow_without_gap_or_repeat(
    project: Project, shelf: list[Render], sort: str, scope: str
) -> None:
    ids = tuple(sorted({take.project_id for take in shelf}))
    within = {"all": None, "both": ids, "one": (project.pk,)}[scope]
    takes = [take for take in shelf if scope != "one" or take.project_id == project.pk]

    assert all_pages(Asked(within, sort=sort)) == expected(takes, sort)


@pytest.mark.parametrize("window", [1000, 5])
@pytest.mark.parametrize("words", ["", "red car"])
@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != "relevance"])
def test_filtered_pages_follow_each_other_whether_few_or_many_match(
    shelf: list[Render], sort: str, words: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(galleries, "WINDOW", window)
    ids = tuple(sorted({take.project_id for take in shelf}))

    found = all_pages(Asked(ids, Filters(words=words, state="queued"), sort))

    assert found == expected(shelf, sort)


@pytest.mark.parametrize("ranked", [300, 4])
def test_best_matches_come_first_and_older_ones_follow(
    project: Project, ranked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(galleries, "RANKED", ranked)
    prompts = ["A heron and a boat on a lake in the fog"] * 5 + ["heron heron heron"] + ["A boat"]
    takes = [make_render(project, request=make_request(prompt=prompt)).pk for prompt in prompts]
    search_index.index(noun="take", numbers=takes)

    found = all_pages(Asked((project.pk,), Filters(words="heron"), "relevance"))

    assert found == [takes[5], *takes[4::-1]]


@pytest.mark.parametrize(("mine", "others"), [(5, 2), (2, 5), (3, 3), (4, 0)])
@pytest.mark.parametrize("sort", ["relevance", "newest", "rating"])
def test_search_finds_and_counts_only_takes_of_its_projects_however_many_those_have(
    project: Project, mine: int, others: int, sort: str
) -> None:
    own = [make_render(project).pk for _ in range(mine)]
    elsewhere = make_project()
    search_index.index(noun="take", numbers=own + [make_render(elsewhere).pk for _ in range(others)])

    page = page_of(asked=Asked((project.pk,), Filters(words="car"), sort), before="", size=3)

    assert (page.numbers, page.count, page.is_more) == (own[::-1][:3], mine, False)


@pytest.mark.parametrize("others", [0, 9])
def test_best_match_is_the_same_however_many_takes_other_projects_have(project: Project, others: int) -> None:
    prompts = ["heron boat", "A heron, far behind it on the lake a boat", "heron heron boat boat"]
    takes = [make_render(project, request=make_request(prompt=prompt)).pk for prompt in prompts]
    elsewhere = make_project()
    search_index.index(noun="take", numbers=takes + [make_render(elsewhere).pk for _ in range(others)])

    page = page_of(asked=Asked((project.pk,), Filters(words="heron boat"), "relevance"), before="", size=3)

    assert page.numbers == [takes[2], takes[0], takes[1]]


def test_takes_that_land_meanwhile_move_no_page_of_best_matches(project: Project) -> None:
    takes = [make_render(project).pk for _ in range(5)]
    search_index.index(noun="take", numbers=takes)
    asked = Asked((project.pk,), Filters(words="car"), "relevance")
    first = page_of(asked=asked, before="", size=3)

    search_index.index(noun="take", numbers=[make_render(project).pk])
    second = page_of(asked=asked, before=first.next_before or "", size=3)

    assert first.numbers + second.numbers == takes[::-1]


def test_each_filter_lets_through_what_it_names(project: Project, artist: User) -> None:
    plain = make_render(project, asked_by=None)
    values: dict[str, Any] = {
        "state": RenderState.FAILED,
        "review_state": ReviewState.APPROVED,
        "operation": "video-extension",
        "provider": "ark",
        "model": "seedance-9",
        "aspect_ratio": "9:16",
        "resolution": "4k",
        "seconds": Decimal("12.5"),
        "asked_by": artist,
        "created_at": timezone.now() - timedelta(days=400),
        "estimate": Decimal("7.5"),
        "currency": "credits",
        "rating": 4,
        "lineage": Lineage.EXTEND,
        "shot": plain,
    }
    special = make_render(project, **values)
    longer_ago = timezone.now() - timedelta(days=399)
    alone: list[dict[str, Any]] = [
        {"state": "failed"}, {"verdict": "approved"}, {"operation": "video-extension"}, {"gateway": "ark"},
        {"model": "seedance-9"}, {"ratio": "9:16"}, {"resolution": "4k"}, {"min_seconds": Decimal("12.5")},
        {"person": artist.pk}, {"until": longer_ago}, {"min_price": Decimal("7.5")}, {"currency": "credits"},
        {"rating": 4}, {"lineage": "extend"},
    ]  # fmt: skip
    others: list[dict[str, Any]] = [
        {"verdict": "none"}, {"max_seconds": Decimal("12.4")}, {"since": longer_ago}, {"max_price": Decimal("7.4")},
    ]  # fmt: skip

    assert [shown(project, **filters) for filters in alone] == [[special.pk]] * len(alone)
    assert [shown(project, **filters) for filters in others] == [[plain.pk]] * len(others)
    assert shown(project, shot=plain.pk) == [special.pk, plain.pk]
    assert shown(project, state="failed", rating=5) == []


def test_model_is_found_under_the_ids_of_all_its_gateways(project: Project) -> None:
    take = make_render(project, request=make_request(model="seedance-2.0-fast"))
    make_render(project, request=make_request(model="seedance-2.0"))

    assert shown(project, model="seedance-2.0-fast") == [take.pk]


def test_takes_are_found_by_what_they_belong_to(project: Project, artist: User, reviewer: User) -> None:
    make_render(project)
    prompt = make_prompt(project)
    take = make_render(project, prompt_version=prompt.latest)
    asset, board = make_asset(project), Collection.objects.create(project=project, name="Board")
    RenderInput.objects.create(render=take, asset=asset, role="first_frame", position=0)
    CollectionTake.objects.create(collection=board, render=take, position=1)
    Favourite.objects.create(user=artist, render=take)

    found = [
        shown(project, prompt=prompt.pk),
        shown(project, reference=asset.pk),
        shown(project, collection=board.pk),
        shown(project, favourite_of=artist.pk),
    ]

    assert found == [[take.pk]] * 4
    assert shown(project, favourite_of=reviewer.pk) == []


def test_several_tags_are_all_wanted(project: Project) -> None:
    hero, night = (Tag.objects.create(project=project, name=name, key=name) for name in ("hero", "night"))
    both, one = make_render(project), make_render(project)
    TakeTag.objects.bulk_create(
        TakeTag(tag=tag, render=take) for tag, take in [(hero, both), (night, both), (hero, one)]
    )

    assert shown(project, tags=("hero",)) == [one.pk, both.pk]
    assert shown(project, tags=("hero", "night")) == [both.pk]


def test_number_of_takes_is_counted_as_far_as_it_is_cheap(
    project: Project, shelf: list[Render], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(None, Filters(state="queued"))
    exact = page_of(asked=asked, before="", size=3)
    monkeypatch.setattr(galleries, "WINDOW", 7)
    more = page_of(asked=asked, before="", size=3)

    assert ((exact.count, exact.is_more), (more.count, more.is_more)) == ((10, False), (7, True))
    assert page_of(asked=Asked(None), before="", size=3).count is None


@pytest.mark.parametrize("sort", list(SORTS))
@pytest.mark.parametrize("before", ["x", "-1", "²", "9" * 400, "1.5", "_", "1e9_3", "\x00", "3-x", "5_", "--"])
def test_nonsense_before_is_the_first_page(shelf: list[Render], sort: str, before: str) -> None:
    asked = Asked(None, Filters(words="car"), sort)

    assert page_of(asked=asked, before=before, size=3) == page_of(asked=asked, before="", size=3)


def test_deleted_takes_are_nowhere(project: Project, shelf: list[Render]) -> None:
    Render.objects.update(deleted_at=timezone.now())

    looks = [Asked(None), Asked(None, Filters(words="car"), "relevance"), Asked((project.pk,), Filters(state="queued"))]

    assert [page_of(asked=asked, before="", size=3).numbers for asked in looks] == [[], [], []]


@pytest.mark.parametrize("sort", list(SORTS))
def test_somebody_in_no_project_sees_nothing(shelf: list[Render], sort: str) -> None:
    looks = [Asked((), sort=sort), Asked((), Filters(words="car"), sort), Asked((), Filters(state="queued"), sort)]

    assert [page_of(asked=asked, before="", size=3).numbers for asked in looks] == [[], [], []]
    assert [page_of(asked=asked, before="", size=3).count or 0 for asked in looks] == [0, 0, 0]


def test_somebody_in_very_many_projects_sees_them_all(shelf: list[Render], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(galleries, "MOST_WALKS", 1)
    ids = tuple(sorted({take.project_id for take in shelf}))

    assert all_pages(Asked(ids, sort="rating")) == expected(shelf, "rating")
