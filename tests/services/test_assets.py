"""References: the same bytes are one file, what no model takes leaves nothing behind, and used ones stay."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django_q.models import OrmQ
from pytest_django import Settings

from studio.jobs.posters import prepare_asset
from studio.lib.clock import now
from studio.media import storage
from studio.media.errors import Rejected
from studio.models import Asset, Project
from studio.services import assets
from tests.factories import make_asset, make_output, make_project, make_render
from tests.media_factories import make_audio, make_image

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return make_image(tmp_path / "picture.jpg", size=(640, 360), gps=True)


def add(project: Project, path: Path, name: str = "picture.jpg") -> tuple[Asset, bool]:
    """As an upload does it: a copy of its own, which is taken in."""
    upload = path.with_suffix(".upload")
    shutil.copyfile(path, upload)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        return assets.add_asset(project=project, created_by=None, path=upload, sha256=digest, name=name)
    finally:
        assert not upload.exists()


def test_add_takes_in_what_the_file_is(project: Project, picture: Path) -> None:
    asset, is_new = add(project, picture, "holiday.png")

    assert (asset.kind, asset.mime, asset.extension, asset.width, asset.height) == (
        "image",
        "image/jpeg",
        "jpg",
        640,
        360,
    )
    assert (is_new, asset.size, storage.absolute(asset.file).is_file()) == (True, picture.stat().st_size, True)
    assert [row.func() for row in OrmQ.objects.all()] == ["studio.jobs.posters.prepare_asset"]


def test_add_twice_is_one_and_brings_back_what_was_taken_out(project: Project, picture: Path) -> None:
    first, _ = add(project, picture)
    assets.remove_asset(asset=first)

    second, is_new = add(project, picture)

    assert (second, is_new, Asset.objects.get().removed_at) == (first, False, None)


def test_add_in_another_project_is_another_row_of_the_same_file(project: Project, picture: Path) -> None:
    first, _ = add(project, picture)
    second, is_new = add(make_project(), picture)

    assert (is_new, first.pk != second.pk, first.file) == (True, True, second.file)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\shot.jpg", "shot.jpg"),
        ("a\x00b\n.jpg", "ab.jpg"),
        ("", "image.jpg"),
        ("x" * 400, "x" * 200),
    ],
)
def test_add_keeps_a_name_for_people_only(project: Project, picture: Path, name: str, kept: str) -> None:
    assert add(project, picture, name)[0].name == kept


def test_add_of_what_no_model_takes_leaves_nothing(project: Project, tmp_path: Path, media: Path) -> None:
    small = make_image(tmp_path / "small.jpg", size=(100, 100))
    long = make_audio(tmp_path / "long.wav", seconds=17)
    page = tmp_path / "page.png"
    page.write_bytes(b"<!doctype html><script>alert(1)</script>")

    for path in (small, long, page):
        with pytest.raises(Rejected) as refused:
            add(project, path)
        assert refused.value.message != ""

    assert (Asset.objects.count(), OrmQ.objects.count(), list(media.rglob("*.*"))) == (0, 0, [])


def test_preparation_makes_the_outgoing_copy_without_the_place(project: Project, picture: Path) -> None:
    asset, _ = add(project, picture)

    prepare_asset(asset.pk)
    prepare_asset(asset.pk)

    asset.refresh_from_db()
    assert (asset.prepared_at is not None, asset.preparation_tries) == (True, 1)
    assert b"Rue du Secret" in storage.absolute(asset.file).read_bytes()
    assert b"Rue du Secret" not in storage.absolute(asset.outgoing).read_bytes()
    assert storage.absolute(asset.thumbnail).is_file()


def test_preparation_that_cannot_be_done_says_why_and_ends(project: Project) -> None:
    asset = make_asset(project, prepared_at=None)

    for _ in range(5):
        prepare_asset(asset.pk)

    asset.refresh_from_db()
    assert (asset.prepared_at, asset.preparation_tries, asset.preparation_error != "") == (None, 3, True)


def test_last_frame_becomes_a_reference_once(project: Project, picture: Path) -> None:
    take = make_render(project)
    digest = hashlib.sha256(b"frame").hexdigest()
    make_output(take, b"frame", last_frame=storage.reference_name(digest, "png"))

    first = assets.add_last_frame(render=take, created_by=None)
    second = assets.add_last_frame(render=take, created_by=None)

    assert (first, first.name, first.sha256) == (second, f"Take {take.pk}, last frame.png", digest)


def test_last_frame_that_is_not_there_yet_says_so(project: Project) -> None:
    take = make_render(project)
    make_output(take, last_frame="")

    with pytest.raises(ValidationError, match="not there yet"):
        assets.add_last_frame(render=take, created_by=None)


def test_questions_of_references(project: Project) -> None:
    kept, gone = make_asset(project, prepared_at=now()), make_asset(project, removed_at=now())
    waiting = make_asset(project)

    assert set(Asset.objects.in_library()) == {kept, waiting}
    assert set(Asset.objects.unprepared()) == {waiting}
    assert gone.removed_at is not None


def test_archived_project_takes_no_file_and_keeps_none(project: Project, picture: Path) -> None:
    project.archived_at = now()

    with pytest.raises(Rejected) as refused:
        add(project, picture)

    assert refused.value.code == "archived"
    assert not picture.with_suffix(".upload").exists()
    assert project.assets.count() == 0
