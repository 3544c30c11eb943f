"""However often and however fast Render is pressed, one press is paid for."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

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


def test_answer_that_was_lost_is_not_paid_for_again(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack, problems: list[str]
) -> None:
    prompt = f"A lighthouse at dawn, {room} [fault:error-string]"
    enter_as(page, "artist")
    enter_studio(page, room)
    write(page, prompt)
    page.route("**/composer/", lose_renders)

    page.locator("#render-button").click()
    expect(page.locator("#toasts")).to_contain_text("pressing again does not pay twice")
    page.unroute("**/composer/")
    choose(page, "takes", "2")
    choose(page, "takes", "1")
    page.locator("#render-button").click()

    expect(page.locator("#toasts")).to_contain_text("Nothing new is paid for.")
    expect(cards(page)).to_have_count(1)
    assert len(creates(studio_stack, prompt)) <= 1
    # The browser and htmx complain of the answer that this test took away, and of nothing else.
    assert [each for each in problems if "htmx:" not in each and "/composer/" not in each] == []
    problems.clear()


def lose_renders(route: Route) -> None:
    """A render reaches the studio, and its answer never comes back; everything else passes."""
    if 'name="act"' in (route.request.post_data or "") or "act=render" in (route.request.post_data or ""):
        route.fetch()
        route.abort("connectionreset")
    else:
        route.continue_()


def test_press_right_after_a_choice_shows_the_new_price_before_it_is_paid(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack
) -> None:
    prompt = f"A lighthouse at noon, {room} [fault:error-string]"
    enter_as(page, "artist")
    enter_studio(page, room)
    write(page, prompt)

    page.evaluate(
        "() => { document.querySelector('#takes-2').click(); document.querySelector('#render-button').click(); }"
    )
    expect(page.locator(".composer-errors")).to_contain_text("look once more and press again")
    expect(page.locator("#render-button")).to_contain_text("Render 2 takes")
    expect(cards(page)).to_have_count(0)
    page.locator("#id_prompt").press("Control+Enter")

    expect(cards(page)).to_have_count(2)
    expect(page.locator("#takes > article[data-state=failed]")).to_have_count(2, timeout=20_000)
    assert len(creates(studio_stack, prompt)) == 2
