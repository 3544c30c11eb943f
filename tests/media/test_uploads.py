"""Files of a form on their way to disk."""

from __future__ import annotations

import gc
import hashlib
import tracemalloc
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from studio.media import storage
from studio.media.uploads import HashedUpload, HashingUploadHandler, too_large

BOUNDARY = "frontier"


class Form(RawIOBase):
    """A multipart body made while it is read, so that the test itself holds no large file."""

    def __init__(self, files: list[tuple[str, int]], breaks_after: int | None = None) -> None:
        self.pieces = self.produce(files)
        self.rest = b""
        self.given = 0
        self.breaks_after = breaks_after

    @staticmethod
    def produce(files: list[tuple[str, int]]) -> Iterator[bytes]:
        for name, size in files:
            yield (
                f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
                f'name="files"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
            ).encode()
            for start in range(0, size, 65536):
                yield b"x" * min(65536, size - start)
            yield b"\r\n"
        yield f"--{BOUNDARY}--\r\n".encode()

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if self.breaks_after is not None and self.given > self.breaks_after:
            raise OSError("the browser went away")
        if not self.rest:
            self.rest = next(self.pieces, b"")
        block = self.rest[: size if size and size > 0 else None]
        self.rest = self.rest[len(block) :]
        self.given += len(block)
        return block


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.STUDIO_MAX_UPLOAD_BYTES = 1_000_000
    return tmp_path


def send(files: list[tuple[str, int]], *, announced: int | None = None, breaks_after: int | None = None) -> HttpRequest:
    form = Form(files, breaks_after)
    request = RequestFactory().post("/", content_type=f"multipart/form-data; boundary={BOUNDARY}")
    length = announced if announced is not None else sum(len(piece) for piece in Form.produce(files))
    request.META.update({"wsgi.input": form, "CONTENT_LENGTH": str(length)})
    request.__dict__.update(_stream=form, _read_started=False)
    request.upload_handlers = [HashingUploadHandler(request)]
    return request


def first(request: HttpRequest) -> HashedUpload:
    upload = request.FILES["files"]
    assert isinstance(upload, HashedUpload)
    return upload


def test_file_arrives_hashed_on_disk(folder: Path) -> None:
    upload = first(send([("a.png", 300_000)]))

    assert (upload.name, upload.size) == ("a.png", 300_000)
    assert upload.sha256 == hashlib.sha256(b"x" * 300_000).hexdigest()
    assert Path(upload.temporary_file_path()).read_bytes() == b"x" * 300_000
    upload.close()


def test_many_files_arrive_each_by_itself(folder: Path) -> None:
    uploads = send([("a.png", 10), ("b.png", 20), ("c.png", 0)]).FILES.getlist("files")

    assert [(each.name, each.size) for each in uploads] == [("a.png", 10), ("b.png", 20), ("c.png", 0)]
    for each in uploads:
        each.close()


def test_file_with_an_endless_ending_is_taken(folder: Path) -> None:
    upload = first(send([("a." + "b" * 400, 10)]))

    assert upload.size == 10
    upload.close()


def test_closing_leaves_nothing_behind(folder: Path) -> None:
    request = send([("a.png", 10)])
    assert len(request.FILES) == 1

    request.close()

    assert list(folder.iterdir()) == []


def test_adopted_upload_stays_after_closing(folder: Path) -> None:
    request = send([("a.png", 10)])
    upload = first(request)

    path = storage.adopt(Path(upload.temporary_file_path()), storage.reference_name(upload.sha256, "png"))
    request.close()

    assert path.read_bytes() == b"x" * 10


def test_file_over_the_limit_ends_the_form_and_leaves_nothing(folder: Path) -> None:
    request = send([("small.png", 10), ("large.png", 1_000_001), ("later.png", 10)])

    assert [each.name for each in request.FILES.getlist("files")] == ["small.png"]
    reason = too_large(request)
    assert reason is not None
    assert (reason.code, reason.message) == ("too_large", "This file is too large; at most 0 MB can be sent.")
    request.close()
    assert list(folder.iterdir()) == []


def test_file_at_the_limit_is_taken(folder: Path) -> None:
    request = send([("a.png", 1_000_000)])

    assert first(request).size == 1_000_000
    assert too_large(request) is None
    request.close()


def test_file_far_over_the_limit_is_not_read_to_its_end(folder: Path) -> None:
    request = send([("large.png", 5_000_000)])

    assert len(request.FILES) == 0
    assert request.__dict__["_stream"].given < 2_000_000


def test_browser_that_goes_away_leaves_nothing(folder: Path) -> None:
    request = send([("a.png", 900_000)], breaks_after=400_000)

    with pytest.raises(UnreadablePostError):
        request.FILES  # noqa: B018
    del request
    gc.collect()

    assert list(folder.iterdir()) == []


def test_memory_stays_flat_for_a_large_file(folder: Path, settings: Settings) -> None:
    settings.STUDIO_MAX_UPLOAD_BYTES = 100_000_000
    request = send([("film.mp4", 60_000_000)])

    tracemalloc.start()
    upload = first(request)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert upload.size == 60_000_000
    assert peak < 4_000_000
    request.close()
