"""The page of one reference, its tags, and the library narrowed and ordered by its address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.models import Asset, Project, RenderInput, User
from studio.services import library, projects, search_index, tags
from tests.factories import make_asset, make_output, make_render

ClientOf = Callable[[User], Client]


@pytest.fixture
def asset(project: Project, artist: User) -> Asset:
    asset = make_asset(project, name="beach.png", created_by=artist)
    search_index.index(noun="asset", numbers=[asset.pk])
    return asset


def page_of(asset: Asset) -> str:
    return reverse("asset-detail", args=[asset.pk])


def tags_of(asset: Asset) -> list[str]:
    return library.tags_on("asset", [asset.pk]).get(asset.pk, [])


def test_page_tells_what_it_is_used_in_and_where_it_is_from(
    client_of: ClientOf, project: Project, asset: Asset, reviewer: User
) -> None:
    take, origin = make_render(project), make_render(project, state="ready")
    RenderInput.objects.create(render=take, asset=asset, role="first_frame", position=0)
    make_output(origin, last_frame="frames/ab.png")
    Asset.objects.filter(pk=asset.pk).update(name=f"Take {origin.pk}, last frame.png", file="frames/ab.png")

    response = client_of(reviewer).get(page_of(asset))

    assert (response.context["uses"], response.context["takes"]) == (1, [take])
    assert response.context["frame_of"] == origin.pk
    assert f"Last frame of take {origin.pk}" in response.content.decode()


@pytest.mark.parametrize(("who", "offered"), [("artist", 1), ("reviewer", 0)])
def test_page_offers_the_tray_to_those_who_render(
    client_of: ClientOf, asset: Asset, request: pytest.FixtureRequest, who: str, offered: int
) -> None:
    body = client_of(request.getfixturevalue(who)).get(page_of(asset)).content.decode()

    assert body.count(f'name="act" value="add:{asset.pk}"') == offered


def test_reference_that_was_taken_out_says_so_and_is_not_offered(
    client_of: ClientOf, asset: Asset, artist: User
) -> None:
    Asset.objects.update(removed_at=timezone.now())

    body = client_of(artist).get(page_of(asset)).content.decode()

    assert ("Taken out" in body, 'name="act" value="add:' in body) == (True, False)


def test_tags_are_put_on_and_taken_off(client_of: ClientOf, asset: Asset, reviewer: User) -> None:
    client, address = client_of(reviewer), reverse("asset-tags", args=[asset.pk])

    for _press in "12":
        response = client.post(address, {"put": "Hero, sea"})
    before = tags_of(asset)
    client.post(address, {"off": "Hero"})

    assert response["Location"] == f"{page_of(asset)}#tags"
    assert (before, tags_of(asset)) == (["Hero", "sea"], ["sea"])


@pytest.mark.parametrize("typed", ["", " , ", "x" * 41, "\x00", "x" * 100_000])
def test_tag_that_cannot_be_is_said_to_be_and_kept(client_of: ClientOf, asset: Asset, artist: User, typed: str) -> None:
    response = client_of(artist).post(reverse("asset-tags", args=[asset.pk]), {"put": typed})

    assert (response.status_code, tags_of(asset)) == (422, [])
    assert response.context["tag_problem"].endswith(".")
    assert response.context["tag_typed"] == typed


def test_archived_project_takes_no_tags(client_of: ClientOf, project: Project, asset: Asset, artist: User) -> None:
    projects.archive(project=project)

    response = client_of(artist).post(reverse("asset-tags", args=[asset.pk]), {"put": "late"})

    assert (response.status_code, tags_of(asset)) == (422, [])
    assert 'name="put"' not in response.content.decode()


def test_page_asks_the_same_for_any_number_of_uses(
    client_of: ClientOf, project: Project, asset: Asset, artist: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = make_render(project).key
    for _ in range(9):
        RenderInput.objects.create(render=make_render(project, key), asset=asset, role="reference", position=0)
    client = client_of(artist)

    with django_assert_num_queries(11):
        response = client.get(page_of(asset))

    assert (response.context["uses"], len(response.context["takes"])) == (9, 6)


def test_library_is_narrowed_and_ordered_by_its_address(
    client_of: ClientOf, project: Project, asset: Asset, artist: User
) -> None:
    other = make_asset(project, name="Beach house.png")
    forest = make_asset(project, name="forest.png")
    search_index.index(noun="asset", numbers=[other.pk, forest.pk])
    tags.put(project=project, noun="asset", ids=[asset.pk], names=["Hero"], actor=artist)
    client, address = client_of(artist), reverse("asset-list", args=["tea"])

    def found(**query: str) -> list[Asset]:
        assets: list[Asset] = client.get(address, query).context["assets"]
        return assets

    assert found(q="beach", sort="name") == [other, asset]
    assert found(q="beach", tag="hero") == [asset]
    assert found(kind="image", sort="oldest") == [asset, other, forest]
    assert found(kind="nonsense", sort="nonsense") == [forest, other, asset]


@pytest.mark.parametrize(
    "query", [{"q": "\x00"}, {"q": '"*('}, {"tag": "\x00"}, {"q": "x" * 5000}, {"tag": "x" * 5000}]
)
def test_library_that_nothing_fits_says_so(
    client_of: ClientOf, asset: Asset, artist: User, query: dict[str, str]
) -> None:
    response = client_of(artist).get(reverse("asset-list", args=["tea"]), query)

    assert response.status_code == 200


def test_further_page_keeps_what_was_asked_for(client_of: ClientOf, project: Project, artist: User) -> None:
    assets = [make_asset(project, name=f"{number:03}.png") for number in range(62)]
    client, address = client_of(artist), reverse("asset-list", args=["tea"])

    first = client.get(address, {"sort": "name", "kind": "image"})
    second = client.get(address, {"sort": "name", "kind": "image", "before": first.context["next_before"]})

    assert first.context["assets"] + second.context["assets"] == assets
    assert f'href="?sort=name&amp;kind=image&amp;before={assets[59].pk}"' in first.content.decode()
