"""Each operation yields a film of exactly what was asked, in which its inputs can be recognised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from tests.sandbox.caller import Caller, Film, difference, look

ALIKE = 6.0
UNALIKE = 25.0


@pytest.fixture(scope="module")
def image_film(session_caller: Caller, references: str) -> Film:
    return session_caller.film(
        operation="image-to-video", image_url=f"{references}/red.png", aspect_ratio="adaptive", output_audio=False
    )


def test_text_to_video_is_exact_and_sounds(caller: Caller, finished: dict[str, Any]) -> None:
    film = look(caller.http.get(finished["video_url"]).content)

    assert (film.size, film.frames, film.seconds) == ((864, 496), 96, 4.0)
    assert film.codecs == ["h264", "aac"]


def test_sound_is_left_out_when_refused(image_film: Film) -> None:
    assert image_film.codecs == ["h264"]


def test_image_to_video_begins_with_the_image(image_film: Film, reference_folder: Path) -> None:
    with Image.open(reference_folder / "red.png") as image:
        wanted = ImageOps.fit(image, image_film.size)

    assert difference(image_film.first, wanted) < ALIKE
    assert difference(image_film.last, wanted) > difference(image_film.first, wanted)


def test_adaptive_follows_the_first_picture(caller: Caller, references: str, image_film: Film) -> None:
    film = caller.film(operation="image-to-video", image_url=f"{references}/tall.png", aspect_ratio="adaptive")

    assert image_film.size == (864, 496)
    assert film.size == (496, 864)


def test_start_and_end_are_met_exactly(caller: Caller, references: str, reference_folder: Path) -> None:
    film = caller.film(
        operation="start-end-to-video",
        start_image=f"{references}/red.png",
        end_image=f"{references}/blue.jpg",
        duration=5,
    )
    with Image.open(reference_folder / "red.png") as start, Image.open(reference_folder / "blue.jpg") as end:
        first, last = ImageOps.fit(start, film.size), ImageOps.fit(end, film.size)

    assert film.frames == 120
    assert difference(film.first, first) < ALIKE
    assert difference(film.last, last) < ALIKE
    assert difference(film.middle, first) > ALIKE
    assert difference(film.middle, last) > ALIKE


def test_references_appear_in_order(caller: Caller, references: str) -> None:
    film = caller.film(
        operation="reference-to-video",
        reference_images=[f"{references}/red.png", f"{references}/blue.jpg"],
        video_urls=[f"{references}/clip.mp4"],
        audio_urls=[f"{references}/clip.mp4"],
    )

    assert _strongest_in_the_middle(film.first) == "red"
    assert _strongest_in_the_middle(film.middle) == "blue"
    assert _strongest_in_the_middle(film.last) == "green"
    assert film.codecs == ["h264", "aac"]


def test_edited_video_is_visibly_that_video(caller: Caller, references: str, reference_folder: Path) -> None:
    film = caller.film(operation="video-to-video", video_url=f"{references}/clip.mp4", aspect_ratio="1:1")
    source = look((reference_folder / "clip.mp4").read_bytes())

    assert film.size == (640, 640)
    assert difference(film.first, source.first) < ALIKE
    assert _bright_square_stands_out(film.last)
    assert difference(film.last, source.last) > ALIKE


def test_extension_begins_where_its_parent_ended(caller: Caller, finished: dict[str, Any]) -> None:
    parent = look(caller.http.get(finished["video_url"]).content)

    film = caller.film(operation="video-extension", task_id=finished["id"], prompt="Snow falls on a mountain ridge")

    assert difference(film.first, parent.last) < ALIKE
    assert difference(film.last, parent.last) > UNALIKE


def test_the_seed_alone_changes_the_composition_and_repeats_it(caller: Caller, finished: dict[str, Any]) -> None:
    prompt = "A calm ocean at sunset, wide shot"
    parent = look(caller.http.get(finished["video_url"]).content)

    again = caller.film(prompt=prompt, seed=11)
    other = caller.film(prompt=prompt, seed=12)

    assert difference(parent.first, again.first) == 0
    assert difference(parent.first, other.first) > ALIKE


def test_last_frame_can_be_had_as_a_picture(caller: Caller, references: str) -> None:
    task = caller.completed(
        operation="image-to-video", image_url=f"{references}/red.png", return_last_frame=True, output_audio=False
    )

    answer = caller.http.get(task["last_frame_url"])

    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.png", "image_url: the URL was answered with HTTP 404"),
        ("broken.png", "image_url: the file is not an image that can be read"),
        ("clip.mp4", "image_url: the file is not an image that can be read"),
    ],
)
def test_unusable_reference_fails_with_the_reason(caller: Caller, references: str, name: str, reason: str) -> None:
    task = caller.ended(caller.accepted(operation="image-to-video", image_url=f"{references}/{name}"))

    assert (task["status"], task["error"]) == ("failed", reason)


def test_unreachable_reference_fails_with_the_reason(caller: Caller) -> None:
    task = caller.ended(caller.accepted(operation="video-to-video", video_url="http://127.0.0.1:9/clip.mp4"))

    assert task["error"].startswith("video_url: the URL could not be reached")


def _strongest_in_the_middle(picture: Image.Image) -> str:
    wide, high = picture.size
    colour = picture.resize((1, 1), Image.Resampling.BOX, (wide * 0.45, high * 0.5, wide * 0.55, high * 0.6))
    return max(zip(colour.getpixel((0, 0)), ("red", "green", "blue"), strict=True))[1]  # type: ignore[arg-type]


def _bright_square_stands_out(picture: Image.Image) -> bool:
    """The card's white square, where every card has it."""
    grey = picture.convert("L")
    wide, high = grey.size
    square = grey.getpixel((round(wide * 0.22), round(high * 0.22)))
    ground = grey.getpixel((round(wide * 0.6), round(high * 0.5)))
    return square > ground + 60  # type: ignore[operator]
