"""The bucket for references, against S3-compatible storage on a real socket."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pytest_django.fixtures import Settings

from studio.media import bucket
from studio.media.bucket import BucketTrouble
from tests.providers.loopback import Play, loopback, unused_port
from tests.storage_server import BUCKET, KEY_ID, SECRET, Storage


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(b"the copy that goes out")
    return path


def test_signed_link_gives_the_file_with_its_type(storage: Storage, picture: Path) -> None:
    name = bucket.new_name("a.png")
    bucket.put(name, picture, content_type="image/png")

    answer = httpx.get(bucket.signed_link(name, seconds=60), trust_env=False)

    assert (answer.status_code, answer.content) == (200, b"the copy that goes out")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/png", "no-store")


def test_signed_link_is_for_one_object_and_for_so_long(storage: Storage) -> None:
    link = urlsplit(bucket.signed_link("references/x/a.png", seconds=216_000))

    query = parse_qs(link.query)
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{storage.url}/{BUCKET}/references/x/a.png"
    assert query["X-Amz-Expires"] == ["216000"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-SignedHeaders"] == ["host"]
    assert query["X-Amz-Credential"][0].split("/")[0] == KEY_ID
    assert SECRET not in link.query


def test_name_cannot_be_guessed_and_ends_in_the_files_own() -> None:
    names = [bucket.new_name("tea-pot.png") for _ in range(2)]

    parts = [name.split("/") for name in names]
    assert [(folder, len(token) >= 32, file) for folder, token, file in parts] == [
        ("references", True, "tea-pot.png")
    ] * 2
    assert parts[0][1] != parts[1][1]


def test_delete_takes_the_object_away_and_may_be_repeated(storage: Storage, picture: Path) -> None:
    bucket.put("references/x/a.png", picture, content_type="image/png")
    before = storage.names()

    bucket.delete("references/x/a.png")
    bucket.delete("references/x/a.png")

    assert (before, storage.names()) == (["references/x/a.png"], [])


def test_link_to_amazon_names_the_bucket_and_its_region(storage: Storage, settings: Settings) -> None:
    settings.STUDIO_S3_ENDPOINT = ""

    link = bucket.signed_link("references/x/a.png", seconds=60)

    assert link.split("?")[0] == f"https://{BUCKET}.s3.eu-north-1.amazonaws.com/references/x/a.png"


def test_trouble_names_what_the_storage_said_and_nothing_secret(
    storage: Storage, settings: Settings, picture: Path
) -> None:
    settings.STUDIO_S3_BUCKET = "another-bucket"

    with pytest.raises(BucketTrouble) as trouble:
        bucket.put("references/x/a.png", picture, content_type="image/png")

    assert str(trouble.value) == "The storage answered NoSuchBucket to put."


def test_storage_that_is_away_is_trouble_that_may_pass(storage: Storage, settings: Settings, picture: Path) -> None:
    settings.STUDIO_S3_ENDPOINT = f"http://127.0.0.1:{unused_port()}"

    with pytest.raises(OSError, match="could not be used to put") as trouble:
        bucket.put("references/x/a.png", picture, content_type="image/png")

    assert type(trouble.value) is BucketTrouble


def test_storage_in_trouble_is_asked_three_times_and_no_more(
    storage: Storage, settings: Settings, picture: Path
) -> None:
    with loopback(Play.ANSWER, b"HTTP/1.1 503 Slow\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") as server:
        settings.STUDIO_S3_ENDPOINT = server.base_url

        with pytest.raises(BucketTrouble):
            bucket.put("references/x/a.png", picture, content_type="image/png")

    assert len(server.requests) == 3


def test_surroundings_do_not_lead_elsewhere(storage: Storage, monkeypatch: pytest.MonkeyPatch, picture: Path) -> None:
    bucket._made.cache_clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    bucket.put("references/x/a.png", picture, content_type="image/png")

    assert storage.names() == ["references/x/a.png"]
