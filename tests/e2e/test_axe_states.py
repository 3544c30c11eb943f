"""What stands behind presses: axe finds nothing in menus, dialogs and refused forms, and Escape leads out of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.composing import enter_studio
from tests.e2e.conftest import OpenPage
from tests.e2e.films import put_takes
from tests.e2e.seeing import WHOLE, problems_in_themes
from tests.e2e.stack import Stack

Enter = Callable[[Page, str], None]
_COLLECT = """
from studio.models import Project
from tests.team_factories import make_collection
project = Project.objects.get(slug="{room}")
print(make_collection(project, *project.renders.order_by("pk"), name="Hero shots").pk)
"""
IS_LOST = "() => document.activeElement === document.body"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Without motion, so that colours are what they are as soon as the theme changes."""
    return open_page(viewport=WHOLE, reduced_motion="reduce")


@pytest.fixture
def takes(room: str, studio_stack: Stack, media: dict[str, Path]) -> list[int]:
    """Two ready takes in the room."""
    return put_takes(studio_stack, room, media["video"], media["video"])


def opened(page: Page, summary: str, part: str) -> list[str]:
    """Open by key, look, and close by Escape; the focus is then where it came from."""
    page.locator(summary).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(part).first).to_be_visible()
    found = problems_in_themes(page, summary, part)
    page.keyboard.press("Escape")
    expect(page.locator(part).first).to_be_hidden()
    if page.evaluate(IS_LOST):
        found.append(f"{summary}: the focus is lost")
    return found


def dialog(page: Page, keys: str, part: str) -> list[str]:
    """The same for what a key opens."""
    page.keyboard.press(keys)
    expect(page.locator(part)).to_be_visible()
    page.wait_for_load_state("networkidle")
    found = problems_in_themes(page, keys, part)
    page.keyboard.press("Escape")
    expect(page.locator(part)).to_be_hidden()
    return found + ([f"{part}: the focus is lost"] if page.evaluate(IS_LOST) else [])


def test_gallery_and_what_floats_above_it(page: Page, enter_as: Enter, room: str, takes: list[int]) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)
    found = opened(page, ".gallery-filters > summary", ".gallery-panel")
    found += opened(page, ".take details > summary", ".take details[open] .menu-panel")
    found += opened(page, ".topbar details > summary", ".topbar details[open] .menu-panel")
    page.locator(f"#take-{takes[0]}").focus()
    found += dialog(page, "Control+k", "#palette") + dialog(page, "?", "#key-sheet") + dialog(page, "Space", "#look")
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("[data-selection-count]")).to_have_text("2 selected")
    found += problems_in_themes(page, "selected")
    found += opened(page, "[data-selection-box] > summary", "[data-selection-box][open]")

    assert found == []


def test_composer(page: Page, enter_as: Enter, room: str) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)
    found = []
    for name in ("model", "resolution", "takes", "seed"):
        found += opened(page, f"#chip-{name} > summary", f"#chip-{name} .chip-panel")
    page.locator("#render-button").click()
    expect(page.locator(".composer-errors")).to_be_focused()
    found += problems_in_themes(page, "refused", "#composer")

    assert found == []


def test_take_and_its_talk(page: Page, enter_as: Enter, takes: list[int]) -> None:
    enter_as(page, "reviewer")
    page.goto(f"/takes/{takes[0]}/")
    expect(page.locator(".player.is-ready")).to_be_visible()
    send(page, "#comment-box [type=submit]")
    expect(page.locator("#comment-text")).to_be_focused()
    page.locator("[data-draw=box]").click()
    found = problems_in_themes(page, "drawing, with nothing said", "#comments")
    page.locator("#comment-text").fill("Warmer light")
    send(page, "#comment-box [type=submit]")
    # Said once, and the keys go on in the film.
    expect(page.locator("#said")).to_have_text("Ravi Reviewer: Warmer light")
    expect(page.locator("[data-player]")).to_be_focused()

    edit = page.locator("[data-comment-edit]")
    send(page, "[data-comment-edit]")
    found += problems_in_themes(page, "changing words", "#comments")
    send(page, "[data-comment-edit-cancel]")
    expect(edit).to_be_focused()
    send(page, "[data-comment-edit]")
    page.locator("#comment-edit-text").fill("Colder light")
    send(page, "[data-comment-keep]")
    expect(page.locator("#comment-edit")).to_be_hidden()
    expect(edit).to_be_focused()

    send(page, ".comment [id$=-turn]")
    expect(page.locator("#comment-resolved")).to_be_visible()
    assert (found, page.evaluate(IS_LOST)) == ([], False)


def test_comparison_and_board(page: Page, enter_as: Enter, room: str, takes: list[int], studio_stack: Stack) -> None:
    enter_as(page, "artist")
    page.goto(f"/compare/?take={takes[0]}&take={takes[1]}")
    found = problems_in_themes(page, "side by side")
    page.locator("[data-compare-view=wipe]").click()
    found += problems_in_themes(page, "wipe")
    made = studio_stack.manage("shell", "--no-imports", "-c", _COLLECT.format(room=room))
    page.goto(f"/collections/{made.stdout.strip().splitlines()[-1]}/")
    found += opened(page, ".board-tools details > summary", ".board-tools details[open] .menu-panel")
    page.locator("[data-board-handle]").first.press("Enter")
    expect(page.locator(".board-item.is-grabbed")).to_have_count(1)
    found += problems_in_themes(page, "picked up")

    assert found == []


def test_letters_can_be_put_off(page: Page, enter_as: Enter, room: str, takes: list[int]) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)
    page.locator("#main").focus()
    page.keyboard.press("?")
    page.locator("#key-sheet [data-letters]").press("Space")
    page.keyboard.press("Escape")
    page.reload()
    page.locator(f"#take-{takes[0]}").focus()
    page.keyboard.press("?")
    page.keyboard.press("x")
    expect(page.locator("#key-sheet")).to_be_hidden()
    expect(page.locator("#selection")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-words")).to_be_focused()
    page.keyboard.type("gallery")
    expect(page.locator("#palette-words")).to_have_value("gallery")


def send(page: Page, control: str) -> None:
    """Press it by key."""
    page.locator(control).first.press("Enter")
