"""The player shows exactly the frame that it names, loops within a span, and never goes black between takes."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Page, Route, expect

from tests.e2e.films import put_takes
from tests.e2e.stack import Stack
from tests.numbered_film import READ_NUMBER, make_numbered_film

FRAMES = 100
# The films' ground is at 88 of 255.
DARK = 40
GO = """(detail) => document.querySelector("[data-player]")
  .dispatchEvent(new CustomEvent("player:go", { bubbles: true, detail }))"""
# Every picture that is put on the screen while a span is played, until it was turned round three times.
LOOP = """(detail) => new Promise((done) => {
  const [video, seen] = [document.querySelector("video"), []];
  const look = () => {
    const number = (READ)(video);
    if (number !== null) seen.push(number);
    if (seen.filter((each, index) => each < seen[index - 1]).length >= 3) done(seen);
    else video.requestVideoFrameCallback(look);
  };
  document.addEventListener("player:frame", () => video.requestVideoFrameCallback(look), { once: true });
  (GO)(detail);
})""".replace("GO", GO).replace("READ", READ_NUMBER)

# Marks pressed at once after a step of a second: the frame that was asked for is not on the screen yet.
SPAN_OF_KEYS = """() => {
  let span = null;
  document.addEventListener("player:span", (event) => { span = event.detail; });
  for (const key of ["ArrowRight", "i", "ArrowRight", "o"]) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
  return span;
}"""


@pytest.fixture(scope="module")
def takes(studio_stack: Stack, rooms: Any, tmp_path_factory: pytest.TempPathFactory) -> list[int]:
    """Two ready takes of one project, at 24 and at 30000/1001 frames a second; each frame carries its number."""
    folder: Path = tmp_path_factory.mktemp("films")
    rates = [Fraction(24), Fraction(30000, 1001)]
    films = [make_numbered_film(folder / f"{index}.mp4", FRAMES, rate) for index, rate in enumerate(rates)]
    return put_takes(studio_stack, next(rooms), *films)


def open_take(page: Page, take: int) -> None:
    """Its page, with the first frame on the screen."""
    page.goto(f"/takes/{take}/")
    expect(page.locator(".player.is-ready")).to_be_visible()


def shown(page: Page, expected: int) -> tuple[int, int, str]:
    """The frame in the picture, the frame that the player names and its timecode, once the player is at `expected`."""
    root = page.locator("[data-player]")
    expect(root).to_have_attribute("data-frame", str(expected))
    number, named = page.locator("video").evaluate(READ_NUMBER), int(root.get_attribute("data-frame") or -1)
    return number, named, page.locator("[data-player-time]").inner_text()


@pytest.mark.parametrize(("index", "rate"), [(0, 24), (1, 30)])
def test_player_names_exactly_the_frame_that_is_on_the_screen(
    page: Page, enter_as: Callable[[Page, str], None], takes: list[int], index: int, rate: int
) -> None:
    enter_as(page, "admin")
    open_take(page, takes[index])

    assert shown(page, 0) == (0, 0, "00:00:00")
    at = 0
    for key, step in [*[(".", 1)] * 9, *[(",", -1)] * 4, ("ArrowRight", rate), ("ArrowLeft", -rate), (".", 1)]:
        page.keyboard.press(key)
        at += step
        assert shown(page, at) == (at, at, f"00:{at // rate:02}:{at % rate:02}")

    last = FRAMES - 1
    for frame in (last, last - 1, 50, 1, 0, 73):
        page.evaluate(GO, {"frame": frame})
        assert shown(page, frame)[:2] == (frame, frame)
    page.evaluate(GO, {"frame": 10_000})
    page.keyboard.press(".")
    assert shown(page, last)[:2] == (last, last)

    page.evaluate(GO, {"frame": 0})
    assert shown(page, 0)[:2] == (0, 0)
    assert page.evaluate(SPAN_OF_KEYS) == {"start": rate, "end": 2 * rate}

    page.locator("[data-player-speed]").select_option("0.5")
    seen = page.evaluate(LOOP, {"frame": 40, "endFrame": 45, "play": True})
    assert (min(seen) >= 40, max(seen) <= 45, {41, 44} <= set(seen)) == (True, True, True)


def test_stage_never_goes_black_between_two_takes(
    page: Page, enter_as: Callable[[Page, str], None], takes: list[int]
) -> None:
    older, newer = takes
    enter_as(page, "admin")
    open_take(page, newer)
    held = {name: hold(page, f"**/takes/{older}/{name}/") for name in ("poster", "video")}
    drawn = screencast(page)
    lights = [light(page.screenshot(), page)]

    page.locator("#take-older").click()
    page.wait_for_url(f"**/takes/{older}/")
    expect(page.locator(".player-still.is-held")).to_be_visible()
    lights.append(light(page.screenshot(), page))
    held["poster"]()
    expect(page.locator(".player-still.is-poster")).to_be_visible()
    lights.append(light(page.screenshot(), page))
    held["video"]()
    expect(page.locator(".player.is-ready")).to_be_visible()
    expect(page.locator(".player-still")).to_have_count(0)

    assert shown(page, 0)[:2] == (0, 0)
    lights += [light(page.screenshot(), page), *(light(picture, page) for picture in drawn)]
    assert (min(lights) > DARK, len(drawn) > 1) == (True, True)


def hold(page: Page, address: str) -> Callable[[], None]:
    """Keep every request for `address` waiting until what this gives is called."""
    waiting: list[Route] = []
    is_open = False

    def take(route: Route) -> None:
        if is_open:
            route.continue_()
        else:
            waiting.append(route)

    def release() -> None:
        nonlocal is_open
        is_open = True
        while waiting:
            waiting.pop().continue_()

    page.route(address, take)
    return release


def screencast(page: Page) -> list[bytes]:
    """Each picture that the browser draws from now on; the list grows by itself."""
    pictures: list[bytes] = []
    session = page.context.new_cdp_session(page)

    def note(event: dict[str, Any]) -> None:
        pictures.append(base64.b64decode(event["data"]))
        session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    session.on("Page.screencastFrame", note)
    session.send("Page.startScreencast", {"format": "png"})
    return pictures


def light(picture: bytes, page: Page) -> float:
    """How light the lower half of the stage is in a picture of the whole window, from 0 for black to 255."""
    box = page.locator(".player-stage").bounding_box()
    assert box
    left, top, right, bottom = box["x"], box["y"] + box["height"] / 2, box["x"] + box["width"], box["y"] + box["height"]
    stage = Image.open(io.BytesIO(picture)).convert("L").crop((round(left), round(top), round(right), round(bottom)))
    return ImageStat.Stat(stage).mean[0]
