"""The library of references: pages, taking one out, and serving its file and preview."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.models import Asset, Project, RenderInput, User
from tests.factories import make_asset, make_project, make_render
from tests.views.uploading import ClientOf, nothing_left_behind, said

__all__ = ["nothing_left_behind"]


def test_library_shows_newest_first_and_pages_on(client_of: ClientOf, project: Project, artist: User) -> None:
    assets = [make_asset(project) for _ in range(62)]
    make_asset(project, removed_at=timezone.now())
    make_asset(make_project())
    client, path = client_of(artist), reverse("asset-list", args=[project.slug])

    first = client.get(path)
    second = client.get(path, {"before": first.context["next_before"]})

    assert first.context["assets"] + second.context["assets"] == assets[::-1]
    assert second.context["next_before"] is None


def test_library_page_that_waits_for_previews_asks_for_itself_again(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    make_asset(project)
    oldest = Asset.objects.get()
    make_asset(project, prepared_at=timezone.now())
    path = reverse("asset-list", args=[project.slug])

    body = client_of(artist).get(path, {"before": oldest.pk + 1}).content.decode()

    found = re.search(r'id="asset-grid" hx-get="([^"]*)" hx-trigger="every 2s', body)
    assert found is not None
    assert found[1] == f"{path}?before={oldest.pk + 1}"


@pytest.mark.parametrize("before", ["x", "²", "9" * 400, "-1", ""])
def test_library_survives_nonsense(client_of: ClientOf, project: Project, artist: User, before: str) -> None:
    response = client_of(artist).get(reverse("asset-list", args=[project.slug]), {"before": before})

    assert response.status_code == 200


@pytest.mark.parametrize(("who", "may_change"), [("artist", 1), ("reviewer", 0)])
def test_library_offers_what_the_role_may_do(
    client_of: ClientOf, project: Project, request: pytest.FixtureRequest, who: str, may_change: int
) -> None:
    asset = make_asset(project)

    response = client_of(request.getfixturevalue(who)).get(reverse("asset-list", args=[project.slug]))

    body = response.content.decode()
    assert body.count(reverse("asset-delete", args=[asset.pk])) == may_change
    assert body.count('<form id="upload"') == may_change


@pytest.mark.parametrize("count", [1, 60])
def test_library_asks_the_same_number_of_questions_for_any_number_of_references(
    client_of: ClientOf, project: Project, artist: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_asset(project)
    client = client_of(artist)

    with django_assert_num_queries(8):
        response = client.get(reverse("asset-list", args=[project.slug]))

    assert len(response.context["assets"]) == count


def test_reference_is_taken_out_and_takes_keep_it(client_of: ClientOf, project: Project, artist: User) -> None:
    asset = make_asset(project, name="beach.png")
    RenderInput.objects.create(render=make_render(project), asset=asset, role="first_frame", position=0)

    response = client_of(artist).post(reverse("asset-delete", args=[asset.pk]))

    assert said(response) == [("success", "beach.png was taken out. Takes made with it keep it.")]
    assert (Asset.objects.in_library().count(), asset.uses.count()) == (0, 1)


@pytest.mark.parametrize(("name", "content_type"), [("asset-file", "image/png"), ("asset-thumbnail", "image/webp")])
def test_reference_is_served_in_ranges_to_members(
    client_of: ClientOf, project: Project, reviewer: User, name: str, content_type: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    asset = make_asset(project, b"the bytes")
    client = client_of(reviewer)

    with django_assert_num_queries(4):
        response = client.get(reverse(name, args=[asset.pk]), headers={"Range": "bytes=4-"})

    assert (response.status_code, response.getvalue()) == (206, b"bytes")  # type: ignore[attr-defined]
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == (content_type, "nosniff")
    assert response["Cache-Control"].startswith("private, ")


def test_reference_is_downloaded_under_its_name(client_of: ClientOf, project: Project, artist: User) -> None:
    asset = make_asset(project, b"the bytes", name='be"ach\r\n.png')

    response = client_of(artist).get(reverse("asset-file", args=[asset.pk]), {"download": ""})

    assert response["Content-Disposition"] == 'attachment; filename="be\'ach.png"'


def test_preview_that_is_not_made_yet(client_of: ClientOf, project: Project, artist: User) -> None:
    asset = make_asset(project, b"the bytes", thumbnail="")

    assert client_of(artist).get(reverse("asset-thumbnail", args=[asset.pk])).status_code == 404


def test_reference_that_is_gone_from_disk(client_of: ClientOf, project: Project, artist: User) -> None:
    asset = make_asset(project)

    assert client_of(artist).get(reverse("asset-file", args=[asset.pk])).status_code == 404


def test_preview_asks_again_until_the_picture_is_made(
    client_of: Callable[[User], Client], artist: User, project: Project
) -> None:
    asset = make_asset(project, thumbnail="")
    browser, address = client_of(artist), reverse("asset-preview", args=[asset.pk])

    before = browser.get(address).content.decode()
    Asset.objects.filter(pk=asset.pk).update(thumbnail="references/ab/cd/preview.webp")
    after = browser.get(address).content.decode()

    assert f'hx-get="{address}"' in before
    assert "hx-get" not in after
    assert f'src="{reverse("asset-thumbnail", args=[asset.pk])}"' in after
