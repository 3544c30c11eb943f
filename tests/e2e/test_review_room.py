"""The review room with the keyboard alone: one of each verdict, back and forth in between, and the end of the queue."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.films import put_takes
from tests.e2e.stack import Stack

PATIENCE = 20_000
REASON = "The boat should turn\nbefore the pier"
_SEND = """
from studio.models import Render, User
from studio.services import reviews
reviews.send(takes=Render.objects.filter(project__slug="{room}"), actor=User.objects.get(username="artist"), note="New")
"""
_ASK = """
from studio.models import Render
found = Render.objects.filter(project__slug="{room}").order_by("pk")
print([(take.review_state, take.reviews.current().get().reason) for take in found])
"""


def focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def expect_take(page: Page, number: int, place: str) -> None:
    """In the room of this take, with the focus where the keys act, and a title that says so."""
    expect(page.locator("#room-title")).to_have_text(f"Take {number}", timeout=PATIENCE)
    expect(page.locator("#room-place")).to_contain_text(place)
    expect(page).to_have_title(re.compile(rf"Take {number} · Review"))
    expect(page.locator("#player.is-ready")).to_have_count(1, timeout=PATIENCE)
    assert f"/takes/{number}/review/" in page.url


def test_reviewer_goes_through_the_queue_by_keyboard(
    page: Page,
    open_page: OpenPage,
    enter_as: Callable[[Page, str], None],
    room: str,
    studio_stack: Stack,
    media: dict[str, Path],
) -> None:
    first, second, third = put_takes(studio_stack, room, *[media["video"]] * 3)
    studio_stack.manage("shell", "--no-imports", "-c", _SEND.format(room=room))
    enter_as(page, "reviewer")
    page.goto(f"/projects/{room}/review/")
    page.get_by_role("link", name="Start reviewing").focus()
    page.keyboard.press("Enter")
    expect_take(page, first, "1 of 3")

    walk(page, first, second, third)
    decide(page, first, second, third)

    expect(page.locator("#all-reviewed h2")).to_be_focused(timeout=PATIENCE)
    said = studio_stack.manage("shell", "--no-imports", "-c", _ASK.format(room=room)).stdout.strip().splitlines()[-1]
    assert said == str([("approved", ""), ("changes", REASON), ("rejected", "Wrong boat")])


def walk(page: Page, first: int, second: int, third: int) -> None:
    """On, back, and past the ends; the browser's own way back works as well."""
    page.keyboard.press("n")
    expect_take(page, second, "2 of 3")
    assert focus(page) == "room-title"
    page.keyboard.press("n")
    expect_take(page, third, "3 of 3")
    page.keyboard.press("n")
    expect(page.locator("[data-toast]", has_text="This is the last one in the queue.")).to_be_visible()
    page.keyboard.press("p")
    expect_take(page, second, "2 of 3")
    page.go_back()
    expect_take(page, third, "3 of 3")
    page.keyboard.press("p")
    expect_take(page, second, "2 of 3")
    page.keyboard.press("p")
    expect_take(page, first, "1 of 3")
    page.keyboard.press(".")
    expect(page.locator("[data-player-frame]")).to_have_text("frame 1")


def decide(page: Page, first: int, second: int, third: int) -> None:
    """One of each; a reason of two lines, one that was missing, and letters that are only typed."""
    page.keyboard.press("a")
    expect_take(page, second, "1 of 2")
    expect(page.locator("[data-toast]", has_text=f"Approved take {first}.")).to_be_visible()

    page.keyboard.press("c")
    assert focus(page) == "review-reason"
    page.keyboard.press("Enter")
    expect(page.locator("#review-reason-error")).to_contain_text("Say why", timeout=PATIENCE)
    expect(page.locator("#review-reason")).to_be_focused()
    for number, line in enumerate(REASON.split("\n")):
        if number:
            page.keyboard.press("Shift+Enter")
        page.keyboard.type(line)
    page.keyboard.press("Enter")
    expect_take(page, third, "1 of 1")

    page.keyboard.press("c")
    page.keyboard.press("Escape")
    assert focus(page) == "room-title"
    page.keyboard.press("r")
    page.keyboard.type("Wrong boat")
    page.keyboard.press("Control+Enter")
