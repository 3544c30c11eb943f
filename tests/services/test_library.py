"""References and prompts as a library: found, ordered and paged; what they are used in and where they are from."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.choices import AssetKind
from studio.lib.clock import now
from studio.models import Asset, Project, Prompt, PromptVersion, RenderInput, User
from studio.services import library, prompts, search_index, tags
from studio.services.library import ASSET_ORDERS, PROMPT_ORDERS, Asked
from tests.factories import make_asset, make_output, make_project, make_prompt, make_render


def named(project: Project, name: str, **over: Any) -> Asset:
    asset = make_asset(project, name=name, **over)
    search_index.index(noun="asset", numbers=[asset.pk])
    return asset


def put(project: Project, thing: Asset | Prompt, *names: str) -> None:
    noun = "asset" if isinstance(thing, Asset) else "prompt"
    tags.put(project=project, noun=noun, ids=[thing.pk], names=names, actor=None)


def use(asset: Asset, *roles: str, **over: Any) -> None:
    take = make_render(asset.project, **over)
    for position, role in enumerate(roles):
        RenderInput.objects.create(render=take, asset=asset, role=role, position=position)


def test_references_are_found_by_words_tags_and_kind_together(project: Project) -> None:
    beach = named(project, "beach at dawn.png")
    night = named(project, "beach at night.png")
    film = named(project, "beach.mp4", kind=AssetKind.VIDEO)
    named(project, "forest.png")
    named(make_project(), "beach.png")
    named(project, "beach gone.png", removed_at=timezone.now())
    put(project, beach, "Hero", "sea")
    put(project, film, "hero")

    def found(**asked: Any) -> set[Asset]:
        return set(library.references(project=project, asked=Asked(**asked)))

    assert found(words="bea") == {beach, night, film}
    assert found(words="beach", kind="video") == {film}
    assert found(words="beach", tags=["HERO"]) == {beach, film}
    assert found(tags=["hero", "sea"]) == {beach}
    assert found(words="mountain") == set()


def test_prompts_are_found_by_what_their_newest_version_says_and_by_tags(project: Project) -> None:
    opening = make_prompt(project, "A red car.", "A blue car.", title="Opening")
    ending = make_prompt(project, "It stops.", title="Ending")
    archived = make_prompt(project, "A car.", archived_at=timezone.now())
    search_index.index(noun="prompt", numbers=[opening.pk, ending.pk, archived.pk])
    put(project, ending, "Draft")

    def found(archived: bool = False, **asked: Any) -> list[tuple[Prompt, int]]:
        versions = library.prompts(project=project, asked=Asked(**asked), archived=archived)
        return [(version.prompt, version.number) for version in versions]

    assert found(words="blue") == [(opening, 2)]
    assert found(tags=["draft"]) == [(ending, 1)]
    assert found(words="car", archived=True) == [(archived, 1)]


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [("newest", "dcba"), ("oldest", "abcd"), ("name", "cabd"), ("largest", "dbca")],
)
def test_references_stand_in_each_order_page_after_page(project: Project, sort: str, wanted: str) -> None:
    facts = {"a": ("Moon", 20), "b": ("moon", 30), "c": ("Art", 20), "d": ("zoo", 30)}
    made = {make_asset(project, name=name, size=size).pk: letter for letter, (name, size) in facts.items()}
    order, before, seen = ASSET_ORDERS[sort], None, ""

    for _page in range(4):
        rows, before = library.page_of(
            library.references(project=project, asked=Asked()), order=order, before=before, size=1
        )
        seen += "".join(made[row.pk] for row in rows)

    assert (seen, before) == (wanted, None)


@pytest.mark.parametrize(
    ("sort", "wanted"), [("changed", "acb"), ("newest", "cba"), ("oldest", "abc"), ("title", "bac")]
)
def test_prompts_stand_in_each_order_page_after_page(project: Project, artist: User, sort: str, wanted: str) -> None:
    titles = {"a": "middle", "b": "Art", "c": "Zoo"}
    made = {make_prompt(project, "One.", title=title).pk: letter for letter, title in titles.items()}
    first = Prompt.objects.get(title="middle")
    prompts.save_version(prompt=first, text="Two.", by=artist)
    rows = library.prompts(project=project, asked=Asked(), archived=False)
    before, seen = None, ""

    for _page in range(2):
        found, before = library.page_of(rows, order=PROMPT_ORDERS[sort], before=before, size=2)
        seen += "".join(made[version.prompt_id] for version in found)

    assert (seen, before) == (wanted, None)


def test_page_behind_a_row_that_is_not_there_is_the_beginning(project: Project) -> None:
    asset = make_asset(project)
    rows = library.references(project=project, asked=Asked())

    found = library.page_of(rows, order=ASSET_ORDERS["name"], before=2**62, size=5)

    assert found == ([asset], None)


def test_uses_count_takes_and_not_places_in_them(project: Project) -> None:
    asset, unused = make_asset(project), make_asset(project)
    use(asset, "first_frame", "last_frame")
    use(asset, "reference")
    use(asset, "reference", deleted_at=now())

    assert library.uses_of_references([asset.pk, unused.pk]) == {asset.pk: 2}
    assert len(library.takes_with(asset=asset)) == 2


def test_uses_of_a_prompt_count_the_takes_of_all_its_versions(project: Project) -> None:
    prompt, other = make_prompt(project, "One.", "Two."), make_prompt(project, "Else.")
    for version in PromptVersion.objects.filter(prompt=prompt):
        make_render(project, prompt_version=version)
    make_render(project, prompt_version=prompt.latest, deleted_at=now())

    assert library.uses_of_prompts([prompt.pk, other.pk]) == {prompt.pk: 2}


def test_row_of_another_project_tells_nothing_of_its_place(project: Project) -> None:
    own = make_prompt(project, title="Acme").versions.get()
    strange = make_prompt(make_project(), title="Merger").versions.get()
    rows = library.prompts(project=project, asked=Asked(), archived=False)

    found, _before = library.page_of(rows, order=PROMPT_ORDERS["title"], before=strange.pk, size=5)

    assert found == [own]


def test_last_frame_of_a_take_is_known_by_its_file_and_not_by_its_name(project: Project) -> None:
    take = make_render(project, state="ready")
    make_output(take, last_frame="frames/ab.png")
    name = f"Take {take.pk}, last frame.png"
    frame = make_asset(project, name=name, file="frames/ab.png")
    lie = make_asset(project, name=name, file="references/cd.png")
    plain = make_asset(project, name="beach.png", file="")
    elsewhere = make_asset(make_project(), name=name, file="frames/ab.png")

    assert library.frames_of([frame, lie, plain, elsewhere]) == {frame.pk: take.pk}


def test_tags_are_listed_by_name(project: Project) -> None:
    asset, other = make_asset(project), make_asset(project)
    put(project, asset, "sea", "Hero")

    assert library.tags_on("asset", [asset.pk, other.pk]) == {asset.pk: ["Hero", "sea"]}


@pytest.mark.parametrize("number", [1, 30])
def test_facts_of_a_page_are_read_at_once(
    project: Project, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assets = [make_asset(project, name=f"Take {n}, last frame.png") for n in range(number)]
    ids = [asset.pk for asset in assets]

    with django_assert_num_queries(3):
        library.uses_of_references(ids)
        library.tags_on("asset", ids)
        library.frames_of(assets)


def test_newest_references_are_read_in_their_order(project: Project) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's plan depends on how much there is")
    rows = library.references(project=project, asked=Asked()).order_by("-pk")

    assert "TEMP B-TREE" not in rows.explain()
