"""The whole way with the keyboard alone: in, compose, render, open, play."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.composing import TAKE_MS, cards
from tests.e2e.stack import wait_for

MOST_PRESSES = 150
FRAME = "Number(document.querySelector('[data-player]').dataset.frame)"


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Walk on until the focus is on what `selector` names."""
    for _ in range(MOST_PRESSES):
        page.keyboard.press(key)
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{MOST_PRESSES} times {key} never reached {selector}")


def focus(page: Page) -> str:
    """The id of what has the focus; the name of its element when it has none."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def test_keyboard_alone_leads_from_sign_in_to_a_playing_take(page: Page, room: str) -> None:
    page.goto("/sign-in/")
    tab_to(page, "form[action='/demo/artist/'] button")
    page.keyboard.press("Enter")
    expect(page.locator(".project-grid")).to_be_visible()
    tab_to(page, f"a[href='/projects/{room}/']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/projects/{room}/")

    compose(page)
    page.keyboard.press("Control+Enter")
    expect(cards(page)).to_have_count(1)
    assert focus(page) == "id_prompt"
    expect(page.locator("#takes > article[data-state=ready]")).to_have_count(1, timeout=TAKE_MS)
    assert focus(page) == "id_prompt"

    tab_to(page, ".take-title")
    page.keyboard.press("Enter")
    page.wait_for_url("**/takes/*/")
    tab_to(page, "[data-player-play]")
    watch(page)


def compose(page: Page) -> None:
    """Choose by arrows, change a setting behind its chip, write."""
    tab_to(page, "#operation-text-to-video")
    with page.expect_response("**/composer/"):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#tray")).to_be_visible()
    assert focus(page) == "operation-image-to-video"
    with page.expect_response("**/composer/"):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#tray")).to_be_hidden()
    assert focus(page) == "operation-text-to-video"

    tab_to(page, "#id_sound")
    with page.expect_response("**/composer/"):
        page.keyboard.press("Space")
    expect(page.locator("#id_sound")).to_be_checked()
    assert focus(page) == "id_sound"
    tab_to(page, "#id_prompt", "Shift+Tab")
    page.keyboard.type("A paper boat in the rain")


def watch(page: Page) -> None:
    """Play and pause, single frames, loop and sound, each by its key."""
    wait_for(lambda: page.evaluate("document.querySelector('video').readyState >= 2"), "the first frame")
    page.keyboard.press("Space")
    wait_for(lambda: page.evaluate("document.querySelector('video').currentTime > 0.2"), "the video to move on")
    page.keyboard.press("Space")
    expect(page.locator("[data-player-play]")).to_have_attribute("aria-label", "Play")

    begun = page.evaluate(FRAME)
    for key, frame in [(".", begun + 1), (".", begun + 2), (",", begun + 1)]:
        page.keyboard.press(key)
        expect(page.locator("[data-player]")).to_have_attribute("data-frame", str(frame))

    page.keyboard.press("l")
    expect(page.locator("[data-player-loop]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("m")
    expect(page.locator("[data-player-mute]")).to_have_attribute("aria-pressed", "true")
