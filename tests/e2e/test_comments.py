"""What a reviewer says of a frame, with a drawing on it, is seen by others at once and leads them to that frame."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.films import put_takes
from tests.e2e.stack import Stack
from tests.numbered_film import READ_NUMBER, make_numbered_film

FRAMES, AT = 60, 17
TEXT = "The lamp is too bright from here, @Ada Artist"
PATIENCE = 20_000


def test_comment_with_a_drawing_is_seen_live_and_leads_to_its_very_frame(
    page: Page,
    open_page: OpenPage,
    enter_as: Callable[[Page, str], None],
    room: str,
    studio_stack: Stack,
    tmp_path: Path,
) -> None:
    take = put_takes(studio_stack, room, make_numbered_film(tmp_path / "film.mp4", FRAMES, Fraction(24)))[0]
    artist = open_page(viewport={"width": 390, "height": 844})
    for person, role in ((page, "reviewer"), (artist, "artist")):
        enter_as(person, role)
        person.goto(f"/takes/{take}/")
        expect(person.locator(".player.is-ready")).to_be_visible(timeout=PATIENCE)
    artist.locator("#comment-text").fill("Half a thought")

    draw_in_a_span(page, AT)
    write_with_a_mention(page)

    said = artist.locator(f"#comment-list [data-comment][data-frame='{AT}'][data-end-frame='{AT + 2}'][data-drawing]")
    expect(said.locator(".comment-text")).to_have_text(TEXT, timeout=PATIENCE)
    expect(artist.locator("#comment-text")).to_have_value("Half a thought")
    artist.locator(".marker").click()
    expect(artist.locator("[data-player]")).to_have_attribute("data-frame", str(AT))
    assert artist.locator("video").evaluate(READ_NUMBER) == AT
    expect(artist.locator("[data-player-drawing] .shape")).to_have_count(1)
    expect(said).to_have_class("comment is-chosen")

    said.get_by_role("link", name="Reply").click()
    expect(artist.locator("#comment-text")).to_have_value("Half a thought")
    artist.locator("#comment-text").fill("I will dim it")
    artist.keyboard.press("Control+Enter")
    expect(page.locator("#comment-list .comment-reply .comment-text")).to_have_text("I will dim it", timeout=PATIENCE)


def draw_in_a_span(reviewer: Page, frame: int) -> None:
    """Step there by the keyboard, mark it and the two after it, and draw a box in the middle of its first picture."""
    player = reviewer.locator("[data-player]")
    for number in range(1, frame + 3):
        reviewer.keyboard.press(".")
        expect(player).to_have_attribute("data-frame", str(number))
        if number == frame:
            reviewer.keyboard.press("i")
    reviewer.keyboard.press("o")
    reviewer.locator("[data-draw=box]").click()
    expect(player).to_have_attribute("data-frame", str(frame))
    box = player.locator("video").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reviewer.mouse.move(x - 60, y - 40)
    reviewer.mouse.down()
    reviewer.mouse.move(x + 60, y + 40, steps=4)
    reviewer.mouse.up()
    expect(reviewer.locator("[data-comment-drawn]")).to_be_visible()


def write_with_a_mention(reviewer: Page) -> None:
    """By the keyboard alone: the name is completed, no key moves the film, and the film has the focus again."""
    words, player = reviewer.locator("#comment-text"), reviewer.locator("[data-player]")
    reviewer.keyboard.press("t")
    expect(words).to_be_focused()
    reviewer.keyboard.type("The lamp is too bright from here, @ada")
    expect(reviewer.get_by_role("option", name="Ada Artist")).to_have_attribute("aria-selected", "true")
    reviewer.keyboard.press("Enter")
    expect(words).to_have_value(f"{TEXT} ")
    expect(reviewer.locator("[data-comment-chip]")).to_have_text("00:00:17–00:00:19")
    assert player.get_attribute("data-frame") == str(AT)
    reviewer.keyboard.press("Control+Enter")
    expect(reviewer.locator(".comment.is-chosen .comment-mention")).to_have_text("@Ada Artist", timeout=PATIENCE)
    expect(words).to_have_value("")
    expect(reviewer.locator("[data-comment-drawn]")).to_be_hidden()
    expect(player).to_be_focused()
    # One's own drawing is seen until the film moves on.
    expect(reviewer.locator("[data-player-drawing] .shape")).to_have_count(1)
    reviewer.keyboard.press(".")
    expect(reviewer.locator("[data-player-drawing] .shape")).to_have_count(0)
