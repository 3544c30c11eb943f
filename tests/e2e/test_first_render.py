"""The main job: images in, four takes out, on a page that never reloads and never jumps."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import av
from playwright.sync_api import FloatRect, Page, expect

from tests.e2e.composing import (
    cards,
    choose,
    choose_operation,
    enter_studio,
    expect_ready,
    pick_files,
    render,
    tray,
    write,
)
from tests.e2e.stack import wait_for

PROMPT = "@Image1 walks to @Image2 under @Image3, slow dolly in"
DROP = """([bytes, name]) => {
    const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], name, { type: "image/jpeg" }));
    const area = document.querySelector("#composer .dropzone");
    for (const type of ["dragenter", "dragover", "drop"]) {
        area.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }
}"""


def test_first_render_from_dropped_images_to_a_playing_take(
    page: Page, enter_as: Callable[[Page, str], None], room: str, media: dict[str, Path]
) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)
    page.evaluate("window.neverReloaded = true")

    choose_operation(page, "reference-to-video")
    pick_files(page, media["one"], media["two"])
    drop(page, media["three"])
    # Their rows go by themselves, and only then does everything below lie where it stays.
    expect(page.locator("#uploads .upload")).to_have_count(0)
    choose(page, "takes", "4")
    write(page, PROMPT)
    expect(page.locator("#render-button")).to_contain_text("Render 4 takes · ≈ $")
    render(page)
    expect(cards(page)).to_have_count(4)
    begun = boxes(page)
    expect_ready(page, 4)

    assert boxes(page) == begun
    assert page.evaluate("window.neverReloaded") is True
    assert [name.inner_text() for name in page.locator("[data-tray-name]").all()] == ["Image1", "Image2", "Image3"]

    cards(page).first.locator(".take-title").click()
    expect(page.locator("[data-player-bar]")).to_be_visible()
    play_and_seek(page)
    size = size_of(page)
    expect(page.locator("dt:text-is('File') + dd")).to_contain_text(f"{size[0]} × {size[1]} · 4 s")


def drop(page: Page, path: Path) -> None:
    """As when a file is dragged in from the desktop."""
    before = tray(page).count()
    page.evaluate(DROP, [base64.b64encode(path.read_bytes()).decode(), path.name])
    expect(tray(page)).to_have_count(before + 1)


def boxes(page: Page) -> dict[str, FloatRect | None]:
    """Where each card lies, and how large it is."""
    return {card.get_attribute("id") or "": card.bounding_box() for card in cards(page).all()}


def play_and_seek(page: Page) -> None:
    """The picture moves on by itself, and follows the position slider, which counts frames."""
    page.locator("[data-player-play]").click()
    wait_for(lambda: page.evaluate("document.querySelector('video').currentTime > 0.3"), "the video to move on")
    page.locator("[data-player-play]").click()

    expect(page.locator("[data-player-play]")).to_have_attribute("aria-label", "Play")

    page.locator("[data-player-range]").fill("72")

    wait_for(lambda: abs(page.evaluate("document.querySelector('video').currentTime") - 3) < 0.1, "the seek to end")


def size_of(page: Page) -> tuple[int, int]:
    """Width and height of the file itself."""
    video = page.request.get(page.url + "video/").body()
    with av.open(io.BytesIO(video)) as container:
        picture = container.streams.video[0]
        return picture.width, picture.height
