"""At 390 pixels, by touch: the same way in short, nothing that needs sideways scrolling, targets a thumb can hit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.composing import cards, enter_studio, expect_ready, write
from tests.e2e.conftest import OpenPage
from tests.e2e.stack import wait_for

PRIMARY = ".button-primary, .button-large, .operation, .chip, .tab, .topbar-link, .player-button, .demo-role"
SMALLEST = 40


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A telephone held upright."""
    size = {"width": 390, "height": 844}
    return open_page(viewport=size, screen=size, has_touch=True, is_mobile=True, device_scale_factor=2)


def too_wide(page: Page) -> float:
    """By how many pixels the page is wider than its window."""
    return float(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def too_small(page: Page) -> list[str]:
    """Primary controls lower than a thumb needs."""
    found = []
    for control in page.locator(PRIMARY).locator("visible=true").all():
        box = control.bounding_box()
        if box and box["height"] < SMALLEST:
            found.append(f"{control.inner_text() or control.get_attribute('class')}: {box['height']:.0f}")
    return found


def test_phone_from_words_to_a_playing_take(phone: Page, enter_as: Callable[[Page, str], None], room: str) -> None:
    enter_as(phone, "artist")
    enter_studio(phone, room)
    phone.locator("#chip-takes > summary").tap()
    with phone.expect_response("**/composer/"):
        phone.locator("label").filter(has=phone.locator("#takes-2")).tap()
    write(phone, "A cat on a warm roof")
    phone.locator("#render-button").tap()
    expect_ready(phone, 2)

    cards(phone).first.locator(".take-title").tap()
    phone.locator("[data-player-play]").tap()

    wait_for(lambda: phone.evaluate("document.querySelector('video').currentTime > 0.2"), "the video to move on")
    assert too_wide(phone) == 0
    assert too_small(phone) == []


def test_phone_pages_fit_and_can_be_touched(phone: Page, enter_as: Callable[[Page, str], None]) -> None:
    phone.goto("/sign-in/")
    faults = {"/sign-in/": (too_wide(phone), too_small(phone))}
    enter_as(phone, "admin")
    pages = ["/", "/gallery/", "/people/", "/projects/new/"]
    tabs = ["", "references/", "prompts/", "members/", "settings/"]
    for address in [*pages, *(f"/projects/demo/{tab}" for tab in tabs)]:
        phone.goto(address)
        expect(phone.locator("h1").first).to_be_visible()
        faults[address] = (too_wide(phone), too_small(phone))

    assert {address: found for address, found in faults.items() if found != (0, [])} == {}
