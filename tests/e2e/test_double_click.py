"""However often and however fast Render is pressed, one press is paid for."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.composing import cards, choose, creates, enter_studio, write
from tests.e2e.stack import Stack


def double_click(page: Page) -> None:
    page.locator("#render-button").dblclick()


def slow_double_click(page: Page) -> None:
    """The second half meets the form that the first one brought back."""
    with page.expect_response(re.compile("/composer/$")):
        page.locator("#render-button").click()
    page.locator("#render-button").click()


def key_and_click(page: Page) -> None:
    page.locator("#id_prompt").press("Control+Enter")
    page.locator("#render-button").click()


def in_one_breath(page: Page) -> None:
    """Faster than any hand: both presses before the page can do anything in between."""
    page.evaluate("() => { const button = document.querySelector('#render-button'); button.click(); button.click(); }")


@pytest.mark.parametrize("press", [double_click, slow_double_click, key_and_click, in_one_breath])
def test_double_click_renders_once(
    page: Page,
    enter_as: Callable[[Page, str], None],
    room: str,
    studio_stack: Stack,
    press: Callable[[Page], None],
) -> None:
    # A task that fails: what counts is how many there are, and those need no film.
    prompt = f"A lighthouse at dusk, {room}, pressed by {press.__name__} [fault:error-string]"
    enter_as(page, "artist")
    enter_studio(page, room)
    choose(page, "takes", "2")
    write(page, prompt)

    press(page)
    expect(page.locator("#takes > article[data-state=failed]")).to_have_count(2, timeout=20_000)
    page.reload()

    expect(cards(page)).to_have_count(2)
    assert len(creates(studio_stack, prompt)) == 2
