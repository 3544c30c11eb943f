"""Pictures of references and takes: made by jobs, counted before the work, and given up in the end."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from studio.jobs.posters import card_old_takes, make_card_posters, make_pictures, picture_take, prepare_asset
from studio.media import storage
from studio.models import Project
from studio.services.outputs import PICTURES_TRIES, Pictures
from tests.factories import make_asset, make_output, make_render, store
from tests.media_factories import make_audio, make_image, make_video

pytestmark = pytest.mark.django_db


def test_pictures_of_a_take(project: Project, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", seconds=1, size=(320, 180)).read_bytes()
    render = make_render(project)
    store("renders/1/film.mp4", film)

    pictures = make_pictures(render.pk, "renders/1/film.mp4")

    assert pictures.filmstrip_frames == 10
    assert Image.open(storage.absolute(pictures.last_frame)).size == (320, 180)
    content = storage.absolute(pictures.last_frame).read_bytes()
    assert pictures.last_frame == storage.reference_name(hashlib.sha256(content).hexdigest(), "png")


def test_pictures_of_what_is_no_film_are_none(project: Project) -> None:
    store("renders/1/film.mp4", b"no film")

    assert make_pictures(1, "renders/1/film.mp4") == Pictures()


def test_pictures_that_never_succeed_are_given_up(project: Project) -> None:
    render = make_render(project)
    output = make_output(render, poster="")
    store(output.file, b"no film")

    for _ in range(PICTURES_TRIES + 2):
        picture_take(render.pk)

    output.refresh_from_db()
    assert (output.pictures_tries, output.poster) == (PICTURES_TRIES, "")


@pytest.mark.parametrize(("kind", "extension"), [("image", "jpg"), ("video", "mp4"), ("audio", "mp3")])
def test_preview_of_each_kind_is_a_picture(project: Project, tmp_path: Path, kind: str, extension: str) -> None:
    path = tmp_path / f"file.{extension}"
    if kind == "image":
        make_image(path, size=(640, 360))
    elif kind == "video":
        make_video(path, seconds=1)
    else:
        make_audio(path, seconds=2, format="mp3")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = storage.reference_name(digest, extension)
    asset = make_asset(project, sha256=digest, kind=kind, extension=extension, file=name)
    store(name, path.read_bytes())

    prepare_asset(asset.pk)

    asset.refresh_from_db()
    assert (asset.preparation_error, Image.open(storage.absolute(asset.thumbnail)).format) == ("", "WEBP")
    assert asset.outgoing == storage.derived_name(name, f"outgoing.{extension}")


def test_poster_comes_with_a_copy_for_screens_of_one_density(project: Project, tmp_path: Path) -> None:
    store("renders/1/film.mp4", make_video(tmp_path / "film.mp4", seconds=1, size=(320, 180)).read_bytes())

    pictures = make_pictures(1, "renders/1/film.mp4")

    assert pictures.card_posters == {"960": "renders/1/poster.webp", "480": "renders/1/poster-480.webp"}
    assert [Image.open(storage.absolute(name)).size for name in pictures.card_posters.values()] == [
        (960, 540),
        (480, 270),
    ]
    assert Image.open(storage.absolute(pictures.card_posters["480"])).format == "WEBP"


def test_poster_that_is_small_already_gets_no_copy(tmp_path: Path) -> None:
    store("renders/1/poster.webp", b"")
    make_image(storage.absolute("renders/1/poster.webp"), size=(300, 200))

    assert make_card_posters("renders/1/poster.webp") == {"300": "renders/1/poster.webp"}


def test_takes_of_earlier_versions_get_their_copies_once(project: Project) -> None:
    old = make_output(make_render(project), card_posters=None)
    lost = make_output(make_render(project), card_posters=None)
    unpictured = make_output(make_render(project), poster="", card_posters=None)
    store(old.poster, b"")
    make_image(storage.absolute(old.poster), size=(640, 360))

    assert (card_old_takes(), card_old_takes()) == (2, 0)

    for output in (old, lost, unpictured):
        output.refresh_from_db()
    smaller = f"renders/{old.render_id}/poster-480.webp"
    assert [output.card_posters for output in (old, lost, unpictured)] == [
        {"480": smaller, "640": old.poster},
        {},
        None,
    ]
