"""The keys room: from a new key for the sandbox to its deletion, and a key that the gateway refuses."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.composing import enter_studio
from tests.e2e.stack import Stack

# A worker has to take the check up, and this page asks every two seconds.
CHECK_MS = 20_000


@pytest.fixture
def admin_page(page: Page, enter_as: Callable[[Page, str], None]) -> Page:
    """The page of a studio admin."""
    enter_as(page, "admin")
    return page


def add_key(page: Page, stack: Stack, room: str, label: str, secret: str) -> int:
    """Add a key of the sandbox that only `room` may use, by hand; its number."""
    page.goto("/keys/")
    page.get_by_role("link", name="Add a key").click()
    page.locator(".door-card[href='?gateway=tokenlab']").click()
    page.get_by_label("Label").fill(label)
    page.get_by_label("Secret", exact=True).fill(secret)
    page.get_by_label("Base URL").fill(stack.sandbox_url)
    page.get_by_label(room.replace("room-", "Room "), exact=True).check()
    page.get_by_role("button", name="Store the key").click()
    expect(page.get_by_role("heading", name=label, level=1)).to_be_focused()
    return int(page.url.partition("#")[0].rstrip("/").rsplit("/", 1)[-1])


def check_key(page: Page) -> None:
    """Press the button, and mark the page that is shown then, so that a reload would be noticed."""
    page.get_by_role("button", name="Check key").click()
    expect(page).to_have_url(re.compile("#key-check$"))
    expect(page.locator("#key-check")).to_be_focused()
    page.evaluate("window.isTheSame = true")


def delete_key(page: Page, number: int) -> None:
    """Delete it, as its page offers."""
    page.goto(f"/keys/{number}/")
    page.get_by_role("link", name="Delete the key").click()
    page.get_by_role("button", name="Delete the key").click()
    expect(page.get_by_role("heading", name="Keys", exact=True)).to_be_visible()
    expect(page.locator(f"#key-card-{number}")).to_have_count(0)


def state(page: Page, number: int) -> str:
    """What the badge of the key says."""
    page.goto(f"/keys/{number}/")
    return page.locator(f"#key-state-{number}").inner_text()


def test_a_key_is_added_checked_rotated_paused_resumed_and_deleted(
    admin_page: Page, studio_stack: Stack, room: str
) -> None:
    page = admin_page
    number = add_key(page, studio_stack, room, "Own key", "sk-by-hand-0123456789aaaa")
    door = page.locator(f"#key-{number}")

    check_key(page)
    expect(page.locator("#key-check .badge")).to_have_text("Accepted", timeout=CHECK_MS)
    expect(page.locator("#key-check")).to_be_focused()
    assert page.evaluate("window.isTheSame") is True

    page.get_by_label("New secret").fill("sk-by-hand-0123456789bbbb")
    page.get_by_role("button", name="Use the new secret").click()
    expect(page.locator(".key-head .mono")).to_have_text("sk-…bbbb")

    page.get_by_label("Reason").fill("Until the bill is in.")
    page.get_by_role("button", name="Pause the key").click()
    assert state(page, number) == "Paused"
    enter_studio(page, room)
    expect(door).to_be_disabled()

    page.goto(f"/keys/{number}/")
    page.get_by_role("button", name="Resume").click()
    assert state(page, number) == "In use"
    enter_studio(page, room)
    expect(door).to_be_enabled()

    delete_key(page, number)
    expect_audited(page, number)


def expect_audited(page: Page, number: int) -> None:
    """All of it stands in the audit list, newest first, with who and from where."""
    page.goto(f"/audit/?key={number}")
    rows = page.locator("#audit tbody tr")
    assert [words.split("\n")[0] for words in rows.locator("[data-label=What]").all_inner_texts()] == [
        "Deleted the key",
        "Resumed the key",
        "Paused the key",
        "Gave it a new secret",
        "Checked the key",
        "Changed its limits",
        "Added the key",
    ]
    assert set(rows.locator("[data-label=From]").all_inner_texts()) == {"127.0.0.1"}
    assert set(rows.locator("[data-label=Who]").all_inner_texts()) == {"Alma Admin"}


def test_a_key_that_the_gateway_refuses_is_paused_and_admins_are_told(
    admin_page: Page, studio_stack: Stack, room: str
) -> None:
    page = admin_page
    number = add_key(page, studio_stack, room, "Old key", "sk-revoked-0123456789cccc")

    check_key(page)
    expect(page.locator("#key-check .badge")).to_have_text("Refused", timeout=CHECK_MS)
    expect(page.locator(f"#key-state-{number}")).to_have_text("Refused, paused")
    assert page.evaluate("window.isTheSame") is True
    page.goto("/")
    expect(page.locator(f"#key-notice-{number}")).to_contain_text("TokenLab refused the key “Old key”. It is paused.")
    page.get_by_role("link", name="Open the key Old key").click()
    page.get_by_role("button", name="Keep it paused, take the notice away").click()

    expect(page.locator(f"#key-state-{number}")).to_have_text("Paused")
    expect(page.locator(f"#key-notice-{number}")).to_have_count(0)
    delete_key(page, number)
