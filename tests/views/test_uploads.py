"""Uploading references: what a file is told by, what is refused, and where it lands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from studio.media import storage
from studio.models import Asset, ComposerDraft, Project, User
from tests.media_factories import make_audio, make_image, make_video
from tests.views.uploading import ClientOf, nothing_left_behind, said

__all__ = ["nothing_left_behind"]


Upload = Callable[..., Any]


@pytest.fixture
def upload(client_of: ClientOf, artist: User, project: Project) -> Upload:
    """The artist sends files: by the page's script, which reads JSON, or by a plain form."""
    client = client_of(artist)

    def send(*files: SimpleUploadedFile, script: bool = True, **fields: str) -> Any:
        headers = {"Accept": "application/json"} if script else {}
        path = reverse("asset-upload", args=[project.slug])
        return client.post(path, {"file": list(files), **fields}, headers=headers)

    return send


def image(folder: Path, name: str = "a.jpg", shade: int = 80) -> SimpleUploadedFile:
    path = make_image(folder / "image.jpg", (640, 360), (shade, 80, 40))
    return SimpleUploadedFile(name, path.read_bytes(), "image/jpeg")


def test_script_is_told_what_was_made(upload: Upload, project: Project, artist: User, tmp_path: Path) -> None:
    file = image(tmp_path)

    response = upload(file)

    asset = Asset.objects.get()
    assert (response.status_code, response.json()) == (201, {"id": asset.pk, "name": "a.jpg"})
    assert (asset.project, asset.created_by, asset.kind, asset.mime) == (project, artist, "image", "image/jpeg")
    assert storage.absolute(asset.file).read_bytes() == file.open().read()


def test_kind_is_told_by_content_and_not_by_name(upload: Upload, tmp_path: Path) -> None:
    video = make_video(tmp_path / "v.mp4", seconds=2.2, size=(640, 640)).read_bytes()
    audio = make_audio(tmp_path / "s.wav", seconds=2.5).read_bytes()

    upload(SimpleUploadedFile("one.png", video, "image/png"))
    upload(SimpleUploadedFile("two.txt", audio, "text/plain"))

    found = Asset.objects.order_by("pk").values_list("name", "kind", "mime", "extension")
    assert list(found) == [("one.png", "video", "video/mp4", "mp4"), ("two.txt", "audio", "audio/wav", "wav")]


def test_same_bytes_twice_are_one_reference(upload: Upload, tmp_path: Path) -> None:
    responses = [upload(image(tmp_path, name)) for name in ("a.jpg", "b.jpg")]

    assert [response.json() for response in responses] == [{"id": Asset.objects.get().pk, "name": "a.jpg"}] * 2


def test_reference_taken_out_comes_back_when_sent_again(upload: Upload, tmp_path: Path) -> None:
    upload(image(tmp_path))
    Asset.objects.update(removed_at=timezone.now())

    upload(image(tmp_path))

    assert Asset.objects.in_library().count() == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.jpg", 'x"><script>.jpg', "C:\\photos\\me.jpg", "x" * 400])
def test_name_is_kept_as_words_and_never_as_a_path(upload: Upload, tmp_path: Path, name: str) -> None:
    response = upload(image(tmp_path, name))

    asset = Asset.objects.get()
    assert response.status_code == 201
    assert ("/" in asset.name, "\\" in asset.name, "\x00" in asset.name, len(asset.name) <= 255) == (
        False, False, False, True,
    )  # fmt: skip
    assert asset.file == storage.reference_name(asset.sha256, "jpg")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just text",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"\xff\xd8\xff\xe0 half a picture",
        b"GIF89a" + b"\x00" * 40,
        b"%PDF-1.7",
        b"PK\x03\x04" + b"\x00" * 60,
    ],
)
def test_file_that_is_no_reference_gets_a_reason_and_leaves_nothing(upload: Upload, content: bytes) -> None:
    stored = set(Path(settings.MEDIA_ROOT).rglob("*"))

    response = upload(SimpleUploadedFile("a.jpg", content, "image/jpeg"))

    assert response.status_code == 422
    assert response.json()["error"].endswith(".")
    assert (Asset.objects.count(), set(Path(settings.MEDIA_ROOT).rglob("*"))) == (0, stored)


def test_file_that_is_too_large_gets_a_reason(upload: Upload, tmp_path: Path) -> None:
    with override_settings(STUDIO_MAX_UPLOAD_BYTES=1000):
        response = upload(image(tmp_path))

    assert (response.status_code, Asset.objects.count()) == (422, 0)
    assert "too large" in response.json()["error"]


def test_form_without_a_file_says_so(upload: Upload) -> None:
    response = upload()

    assert (response.status_code, response.json()) == (
        422, {"error": "No file arrived. Choose one and send it again."},
    )  # fmt: skip


def test_plain_form_takes_many_and_names_what_was_wrong(upload: Upload, project: Project, tmp_path: Path) -> None:
    bad = SimpleUploadedFile("bad.jpg", b"just text", "image/jpeg")

    response = upload(image(tmp_path, "a.jpg", 10), bad, image(tmp_path, "b.jpg", 200), script=False)

    words = said(response)
    assert response["Location"] == reverse("asset-list", args=[project.slug])
    assert (words[0][0], words[0][1].startswith("bad.jpg: "), words[1]) == (
        "error", True, ("success", "Added a.jpg, b.jpg."),
    )  # fmt: skip


@pytest.mark.parametrize("script", [True, False])
def test_upload_beside_the_composer_lands_in_the_tray(
    upload: Upload, project: Project, artist: User, tmp_path: Path, script: bool
) -> None:
    response = upload(image(tmp_path), script=script, tray="1")

    assert ComposerDraft.objects.get(user=artist).data["tray"] == [Asset.objects.get().pk]
    if not script:
        assert response["Location"] == reverse("project-detail", args=[project.slug])


def test_upload_asks_a_worker_for_the_preview(upload: Upload, tmp_path: Path) -> None:
    upload(image(tmp_path))

    asset = Asset.objects.get()
    assert (asset.prepared_at, asset.thumbnail, asset.outgoing) == (None, "", "")


def test_form_takes_twenty_files_at_once_and_names_the_others(upload: Upload, tmp_path: Path) -> None:
    files = [image(tmp_path, f"{number}.jpg", shade=number * 10) for number in range(22)]

    response = upload(*files, script=False)

    assert Asset.objects.count() == 20
    assert said(response)[0] == ("error", "A form takes 20 files at once. Send the others again: 20.jpg, 21.jpg.")
