"""How references reach the gateway: by signed link where it can reach us, else as data; never the original file."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from studio.choices import InputRole, Operation
from studio.jobs import deliveries
from studio.jobs.deliveries import deliver
from studio.lib.clock import now
from studio.media import storage
from studio.media.errors import Rejected
from studio.models import Project, ReferenceCopy
from studio.providers.requests import RenderRequest
from studio.services.requests import input_file
from tests.factories import make_asset, make_key, make_render, make_request, store
from tests.media_factories import make_image
from tests.providers.loopback import unused_port
from tests.storage_server import BUCKET, Storage

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


def test_deliver_through_the_bucket_is_the_cleaned_copy_under_a_name_of_its_own(
    project: Project, storage: Storage
) -> None:
    assets = [make_asset(project, content, prepared_at=now(), name="Tea Pot.PNG") for content in (b"one", b"two")]
    store(assets[1].outgoing, b"cleaned")
    render = make_render(project, make_key(base_url="http://127.0.0.1:8701"))

    urls = deliver(render, request_with(*assets))

    answers = [httpx.get(url, trust_env=False) for url in urls.values()]
    assert [(each.content, each.headers["content-type"]) for each in answers] == [
        (b"one", "image/png"),
        (b"cleaned", "image/png"),
    ]
    assert [url.split("?")[0].rpartition("/")[2] for url in urls.values()] == ["tea-pot.png"] * 2
    assert ["X-Amz-Expires=216000" in url for url in urls.values()] == [True] * 2
    copies = list(ReferenceCopy.objects.all())
    assert [(copy.render, copy.bucket, copy.stored_at is not None) for copy in copies] == [(render, BUCKET, True)] * 2
    assert sorted(copy.name for copy in copies) == storage.names()


def test_deliver_through_a_bucket_of_this_machine_is_nothing_for_a_gateway_elsewhere(
    project: Project, storage: Storage
) -> None:
    asset = make_asset(project, b"original", prepared_at=now())
    render = make_render(project, make_key(base_url="https://api.example.com"))

    urls = deliver(render, request_with(asset))

    assert (urls[0][:5], storage.names()) == ("data:", [])


def test_deliver_when_the_storage_is_away_may_be_tried_again_and_leaves_nothing_forgotten(
    project: Project, storage: Storage, settings: Settings
) -> None:
    settings.STUDIO_S3_ENDPOINT = f"http://127.0.0.1:{unused_port()}"
    asset = make_asset(project, b"original", prepared_at=now())
    render = make_render(project, make_key(base_url="http://127.0.0.1:8701"))

    with pytest.raises(OSError, match="could not be used to put") as trouble:
        deliver(render, request_with(asset))

    assert not isinstance(trouble.value, FileNotFoundError)
    copy = ReferenceCopy.objects.get()
    assert (copy.render, copy.stored_at) == (render, None)


def test_deliver_again_signs_the_copy_that_lies_there_but_no_old_one(project: Project, storage: Storage) -> None:
    asset = make_asset(project, b"original", prepared_at=now())
    render, other = (make_render(project, make_key(base_url="http://127.0.0.1:8701")) for _ in range(2))
    request = request_with(asset)

    first, second, foreign = (deliver(each, request)[0].split("?")[0] for each in (render, render, other))
    ReferenceCopy.objects.update(created_at=now() - timedelta(hours=12, minutes=1))
    late = deliver(render, request)[0].split("?")[0]

    assert first == second
    assert len({first, foreign, late}) == len(storage.names()) == 3


def test_deliver_that_takes_long_goes_on_in_the_next_try(
    project: Project, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = [make_asset(project, content, prepared_at=now()) for content in (b"one", b"two")]
    render = make_render(project, make_key(base_url="http://127.0.0.1:8701"))
    with monkeypatch.context() as patched, pytest.raises(OSError, match="takes long"):
        patched.setattr(deliveries, "PUTTING_SECONDS", 0)
        deliver(render, request_with(*assets))
    before = storage.names()

    urls = deliver(render, request_with(*assets))

    assert (len(before), len(urls), len(storage.names())) == (1, 2, 2)
    assert set(before) < set(storage.names())
