"""Signed addresses under which a gateway fetches a reference: no session, and only while the render lives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.test import Client
from django.utils import timezone

from studio.choices import ENDED, LIVE
from studio.jobs.posters import prepare_asset
from studio.media import storage
from studio.media.check_picture import CHECK_PICTURE
from studio.models import Asset, Project, Render, RenderInput
from studio.services.assets import add_asset
from studio.services.links import CHECK_LIFE, LIFE, check_link, reference_link
from tests.factories import make_asset, make_render
from tests.media_factories import make_image

pytestmark = pytest.mark.django_db


def use(asset: Asset, **over: Any) -> Render:
    render = make_render(asset.project, **over)
    RenderInput.objects.create(render=render, asset=asset, role="reference_image", position=0)
    return render


def path_of(link: str) -> str:
    assert link.startswith(settings.STUDIO_PUBLIC_URL)
    return urlsplit(link).path


@pytest.fixture
def asset(project: Project) -> Asset:
    return make_asset(project, b"the copy that goes out", name="Rue du Secret 7.PNG")


def test_gateway_gets_the_upright_copy_without_where_it_was_taken(client: Client, project: Project) -> None:
    path = settings.FILE_UPLOAD_TEMP_DIR / "camera.jpg"
    make_image(path, (640, 480), orientation=6, gps=True)
    original = path.read_bytes()
    asset, _ = add_asset(project=project, created_by=None, path=path, sha256="b" * 64, name="camera.jpg")
    prepare_asset(asset.pk)
    asset.refresh_from_db()

    response = client.get(path_of(reference_link(render=use(asset), asset=asset)))

    sent = response.getvalue()  # type: ignore[attr-defined]
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert sent == storage.absolute(asset.outgoing).read_bytes()
    assert (b"Rue du Secret" in original, b"Rue du Secret" in sent) == (True, False)


def test_gateway_needs_no_session_and_gets_no_cookie(client: Client, asset: Asset) -> None:
    response = client.get(path_of(reference_link(render=use(asset), asset=asset)))

    assert (response.status_code, dict(response.cookies)) == (200, {})
    assert response["X-Content-Type-Options"] == "nosniff"


def test_address_ends_as_the_file_does_and_tells_no_more_than_its_name(asset: Asset) -> None:
    link = reference_link(render=use(asset), asset=asset)

    assert link.rpartition("/")[2] == "rue-du-secret-7.png"


@pytest.mark.parametrize("method", ["get", "head"])
def test_gateway_may_fetch_in_parts(client: Client, asset: Asset, method: str) -> None:
    path = path_of(reference_link(render=use(asset), asset=asset))

    response = getattr(client, method)(path, headers={"Range": "bytes=0-3"})

    assert response.status_code == (206 if method == "get" else 200)


@pytest.mark.parametrize("state", LIVE)
def test_link_works_while_the_render_lives(client: Client, asset: Asset, state: str) -> None:
    assert client.get(path_of(reference_link(render=use(asset, state=state), asset=asset))).status_code == 200


@pytest.mark.parametrize("state", ENDED)
def test_link_ends_with_the_render(client: Client, asset: Asset, state: str) -> None:
    assert client.get(path_of(reference_link(render=use(asset, state=state), asset=asset))).status_code == 404


def test_reference_used_before_can_be_used_again(client: Client, asset: Asset) -> None:
    use(asset, state="ready")

    assert client.get(path_of(reference_link(render=use(asset), asset=asset))).status_code == 200


def test_reference_taken_out_of_the_library_still_goes_to_the_render_that_uses_it(client: Client, asset: Asset) -> None:
    link = reference_link(render=use(asset), asset=asset)
    Asset.objects.update(removed_at=timezone.now())

    assert client.get(path_of(link)).status_code == 200


def test_link_is_good_for_one_reference_only(client: Client, project: Project, asset: Asset) -> None:
    other = make_asset(project, b"another")

    assert client.get(path_of(reference_link(render=use(asset), asset=other))).status_code == 404


def test_link_is_too_old_at_last(client: Client, asset: Asset) -> None:
    path = path_of(reference_link(render=use(asset), asset=asset))

    with time_machine.travel(timezone.now() + LIFE + timedelta(minutes=1)):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: token.upper(),
        lambda token: token.replace("~", "."),
        lambda token: "x",
        lambda token: token + "~x",
        lambda token: signing.dumps([1, 1], salt="another").replace(":", "~"),
        lambda token: signing.dumps("text", salt="studio.reference").replace(":", "~"),
        lambda token: signing.dumps([1], salt="studio.reference").replace(":", "~"),
        lambda token: "\N{CLAPPER BOARD}",
    ],
)
def test_forged_link_leads_nowhere(client: Client, asset: Asset, forge: Any) -> None:
    path = path_of(reference_link(render=use(asset), asset=asset))
    token = path.split("/")[2]

    assert client.get(path.replace(token, forge(token))).status_code == 404


def test_reference_that_is_not_prepared_yet_is_not_there(client: Client, project: Project) -> None:
    asset = make_asset(project, b"raw", outgoing="")

    assert client.get(path_of(reference_link(render=use(asset), asset=asset))).status_code == 404


def test_test_picture_needs_no_take_and_is_good_for_minutes(client: Client) -> None:
    path = path_of(check_link())

    response = client.get(path)
    with time_machine.travel(timezone.now() + CHECK_LIFE + timedelta(seconds=5)):
        late = client.get(path)

    assert (response.status_code, response.content) == (200, CHECK_PICTURE)
    assert (response["Content-Type"], response["Cache-Control"]) == ("image/png", "no-store")
    assert late.status_code == 404
