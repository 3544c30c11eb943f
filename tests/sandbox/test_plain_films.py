"""Plain films, for load: real ones of the shape that was asked for, made once, and yet no two files the same."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from studio.sandbox.server import Sandbox
from tests.sandbox.caller import Caller, difference, look

MANY = 150


@pytest.fixture(scope="module")
def plain_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(data_dir=tmp_path_factory.mktemp("plain"), pace=0.05, plain_films=True) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def plain(plain_sandbox: Sandbox) -> Iterator[Caller]:
    with Caller(plain_sandbox.base_url) as caller:
        yield caller


@pytest.mark.parametrize(
    ("asked", "size", "codecs"),
    [
        ({"duration": 4, "output_audio": False}, (864, 496), ["h264"]),
        ({"duration": 5, "aspect_ratio": "9:16", "output_audio": True}, (496, 864), ["h264", "aac"]),
        ({"duration": 4, "resolution": "720p", "aspect_ratio": "1:1"}, (960, 960), ["h264", "aac"]),
    ],
)
def test_plain_film_has_the_shape_length_and_sound_that_were_asked_for(
    plain: Caller, asked: dict[str, object], size: tuple[int, int], codecs: list[str]
) -> None:
    film = plain.film(**asked)

    assert (film.size, film.codecs, film.frames) == (size, codecs, 24 * int(str(asked["duration"])))
    assert abs(film.seconds - float(str(asked["duration"]))) < 0.1
    assert difference(film.first, film.last) > 2


def test_plain_films_of_one_shape_are_different_files(plain: Caller, plain_sandbox: Sandbox) -> None:
    tasks = [plain.completed(output_audio=False) for _ in range(2)]
    files = [plain.http.get(task["video_url"]).content for task in tasks]

    kept = {create["task_id"]: create["film"] for create in plain_sandbox.creates}
    assert files[0] != files[1]
    assert [kept[task["id"]] for task in tasks] == [
        {"size": len(file), "sha256": hashlib.sha256(file).hexdigest(), "seconds": 4} for file in files
    ]


def test_plain_film_hands_out_its_last_frame(plain: Caller) -> None:
    task = plain.completed(return_last_frame=True, output_audio=False)

    shown = Image.open(io.BytesIO(plain.http.get(task["last_frame_url"]).content))
    film = look(plain.http.get(task["video_url"]).content)
    assert shown.size == film.size
    assert difference(shown, film.last) < 3


def test_plain_film_fetches_its_references_all_the_same(plain: Caller, references: str) -> None:
    tall = plain.film(
        operation="image-to-video", image_url=f"{references}/tall.png", aspect_ratio="adaptive", output_audio=False
    )
    gone = plain.ended(plain.accepted(operation="image-to-video", image_url=f"{references}/nowhere.png"))

    assert tall.size == (496, 864)
    assert (gone["status"], gone["error"]) == ("failed", "image_url: the URL was answered with HTTP 404")


def test_many_plain_films_cost_next_to_nothing(plain: Caller) -> None:
    plain.completed(output_audio=False)
    before = time.process_time()

    tasks = [plain.accepted(output_audio=False) for _ in range(MANY)]
    ended = [plain.ended(task) for task in tasks]

    assert {task["status"] for task in ended} == {"completed"}
    # Drawing a single film of this shape takes about a second.
    assert time.process_time() - before < 10


def test_shelf_survives_no_restart_but_its_films_do(tmp_path: Path) -> None:
    with Sandbox(data_dir=tmp_path, pace=0.05, plain_films=True) as first, Caller(first.base_url) as caller:
        task = caller.completed(output_audio=False)
        content = caller.http.get(task["video_url"]).content

    with Sandbox(data_dir=tmp_path, pace=0.05, plain_films=True) as second, Caller(second.base_url) as caller:
        again = caller.read(task["id"]).json()
        assert caller.http.get(again["video_url"]).content == content
