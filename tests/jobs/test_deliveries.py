"""How references reach the gateway: by signed link where it can reach us, else as data; never the original file."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from studio.choices import InputRole, Operation
from studio.jobs.deliveries import deliver
from studio.lib.clock import now
from studio.media import storage
from studio.media.errors import Rejected
from studio.models import Project
from studio.providers.requests import RenderRequest
from studio.services.requests import input_file
from tests.factories import make_asset, make_key, make_render, make_request, store
from tests.media_factories import make_image

pytestmark = pytest.mark.django_db


def request_with(*assets: object) -> RenderRequest:
    files = tuple(input_file(InputRole.REFERENCE_IMAGE, asset) for asset in assets)  # type: ignore[arg-type]
    return make_request(operation=Operation.REFERENCE_TO_VIDEO, inputs=files)


def test_deliver_by_link_where_the_gateway_can_reach_us(project: Project) -> None:
    assets = [make_asset(project, content, prepared_at=now()) for content in (b"one", b"two")]
    render = make_render(project, make_key(base_url="http://127.0.0.1:8701"))

    urls = deliver(render, request_with(*assets))

    assert sorted(urls) == [0, 1]
    assert [url.startswith("http://127.0.0.1:8700/r/") for url in urls.values()] == [True, True]
    assert urls[0] != urls[1]


def test_deliver_as_data_is_the_cleaned_copy(project: Project) -> None:
    asset = make_asset(project, b"original", prepared_at=now())
    store(asset.outgoing, b"cleaned")
    render = make_render(project, make_key(base_url="https://api.example.com"))

    urls = deliver(render, request_with(asset))

    assert urls == {0: f"data:image/png;base64,{base64.b64encode(b'cleaned').decode()}"}


def test_deliver_prepares_what_nobody_has_prepared_yet(project: Project, tmp_path: Path) -> None:
    content = make_image(tmp_path / "a.png", size=(640, 360), format="PNG").read_bytes()
    asset = make_asset(project, sha256=hashlib.sha256(content).hexdigest())
    store(asset.file, content)

    deliver(make_render(project), request_with(asset))

    asset.refresh_from_db()
    assert (asset.prepared_at is not None, asset.preparation_tries) == (True, 1)
    assert storage.absolute(asset.outgoing).is_file()


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8701", "https://api.example.com"])
def test_deliver_of_a_copy_that_outgrew_the_limit_is_refused(project: Project, base_url: str) -> None:
    asset = make_asset(project, b"original", prepared_at=now())
    with storage.absolute(asset.outgoing).open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    render = make_render(project, make_key(base_url=base_url))

    with pytest.raises(Rejected, match="^As prepared for the gateway: .* the limit is"):
        deliver(render, request_with(asset))


def test_deliver_of_what_cannot_be_prepared_is_refused(project: Project) -> None:
    asset = make_asset(project, b"this is no image")

    with pytest.raises(Rejected):
        deliver(make_render(project), request_with(asset))
