"""Ways and states that every page has: going anywhere by keys, the sheet of keys, no connection, a press that fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.composing import enter_studio, write
from tests.e2e.conftest import OpenPage
from tests.e2e.films import put_takes
from tests.e2e.rooms import make_link
from tests.e2e.stack import Stack

Enter = Callable[[Page, str], None]


@pytest.fixture
def composing(page: Page, enter_as: Enter, room: str) -> Page:
    """The studio page of a project, with something written."""
    enter_as(page, "artist")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-words")).to_be_focused()
    page.keyboard.type("what i am")
    page.keyboard.press("Enter")
    page.wait_for_url("**/notifications/settings/")
    enter_studio(page, room)
    write(page, "A paper boat")
    return page


def test_keys_connection_and_failures_are_told_and_lose_nothing(composing: Page, problems: list[str]) -> None:
    page = composing
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.locator("#key-sheet h3", has_text="Everywhere")).to_be_visible()
    expect(page.locator("#key-sheet h3", has_text="The composer")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#key-sheet")).to_be_hidden()

    bar = page.locator("#connection > p")
    expect(bar).to_be_hidden()
    page.context.set_offline(True)
    expect(bar).to_be_visible()
    press_something(page)
    expect(page.locator("[data-toast]")).to_contain_text("Nothing was sent twice")
    page.context.set_offline(False)
    expect(bar).to_be_hidden(timeout=15_000)
    expect(page.locator("#toasts")).to_contain_text("Connected again.")
    expect(page.locator("#id_prompt")).to_have_value("A paper boat")

    page.route("**/composer/", lambda route: route.fulfill(status=500, body="broken"))
    press_something(page)
    expect(page.locator("#toasts")).to_contain_text("The server could not do that. Nothing was sent twice")
    page.unroute("**/composer/")
    expect(page.locator("#id_prompt")).to_have_value("A paper boat")
    assert page.evaluate("document.activeElement !== document.body")
    assert [problem for problem in problems if not problem.startswith(EXPECTED)] == []
    problems.clear()


def test_guest_is_told_that_the_connection_is_lost_and_back(
    open_page: OpenPage, enter_as: Enter, room: str, studio_stack: Stack, media: dict[str, Path], problems: list[str]
) -> None:
    manager = open_page()
    enter_as(manager, "admin")
    link = make_link(manager, room, *put_takes(studio_stack, room, media["video"]))
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(link)
    page.get_by_label("Your name").fill("Cleo")
    page.get_by_role("button", name="Look at the takes").click()
    expect(page.locator(".guest-card")).to_have_count(1)
    bar = page.locator("#connection > p")
    expect(bar).to_be_hidden()

    page.context.set_offline(True)

    expect(bar).to_have_text("No connection to the studio. What you typed stays here.")
    expect(page.locator("[data-toast]")).to_have_count(0)
    page.context.set_offline(False)
    expect(bar).to_be_hidden(timeout=15_000)
    expect(page.locator("#toasts")).to_contain_text("Connected again.")
    assert [problem for problem in problems if not problem.startswith(EXPECTED)] == []
    problems.clear()


# What the browser and htmx themselves write of the two failures that this test makes.
EXPECTED = (
    "console: Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
    "console: Failed to load resource: the server responded with a status of 500",
    "console: Response Status Error Code 500",
    "console: htmx:",
)


def press_something(page: Page) -> None:
    """A change of a setting, which asks the server for the composer anew."""
    page.locator("#id_sound").focus()
    page.keyboard.press("Space")
