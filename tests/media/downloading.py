"""A file server, a client, and a download of half a megabyte between them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from studio.media.download_errors import DownloadError
from studio.media.downloads import download, make_client
from studio.media.partfiles import Downloaded
from tests.media.file_server import FileServer, serving

CONTENT = os.urandom(500_000)


WHOLE = Downloaded(hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(FileServer(CONTENT)) as plan:
        yield plan


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with make_client(allow_loopback=True) as client:
        yield client


class Fetch:
    """A download into one folder, with the usual limits."""

    def __init__(self, client: httpx.Client, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.destination = folder / "video.mp4"

    def __call__(
        self, url: str, *, size_limit: int = 10_000_000, seconds: float = 20, local: bool = True
    ) -> Downloaded:
        return download(
            url,
            self.destination,
            client=self.client,
            size_limit=size_limit,
            deadline_seconds=seconds,
            allow_loopback=local,
        )

    def error(self, url: str, **options: int | float | bool) -> DownloadError:
        with pytest.raises(DownloadError) as caught:
            self(url, **options)  # type: ignore[arg-type]
        return caught.value

    def left(self) -> list[str]:
        return sorted(each.name for each in self.folder.iterdir())


@pytest.fixture
def fetch(client: httpx.Client, tmp_path: Path) -> Fetch:
    return Fetch(client, tmp_path)
