"""Takes that do not come: called back, refused, failed, or never answered for, each with words that are true."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.composing import cards, create_records, creates, enter_studio, render, take_number, write
from tests.e2e.stack import Stack, children_of, wait_for

PATIENCE = 20_000


def ask_for(page: Page, prompt: str) -> Locator:
    """Render it; gives its card, once it is there."""
    before = cards(page).count()
    write(page, prompt)
    with page.expect_response("**/composer/"):
        render(page)
    expect(cards(page)).to_have_count(before + 1)
    return page.locator(f"#{cards(page).first.get_attribute('id')}")


def test_cancel_before_sending_costs_nothing(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack, idle_worker: None
) -> None:
    prompt = f"A river that never flows in {room}"
    enter_as(page, "artist")
    enter_studio(page, room)
    card = ask_for(page, prompt)

    ask_to_cancel(card)

    expect(page.locator("#toasts")).to_contain_text("Cancelled before it was sent. Nothing is charged.")
    expect(card).to_have_attribute("data-state", "cancelled")
    expect(card).to_contain_text("not charged")
    assert creates(studio_stack, prompt) == []


def test_cancel_of_a_waiting_take_promises_nothing_and_ends_as_the_gateway_says(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack
) -> None:
    prompt = f"A slow river in {room} [fault:slow]"
    enter_as(page, "artist")
    enter_studio(page, room)
    card = ask_for(page, prompt)
    wait_for(lambda: creates(studio_stack, prompt), "the gateway to have it")

    ask_to_cancel(card)

    said = "Cancel was asked for. The gateway decides; a render that has started may still be charged."
    expect(page.locator("#toasts")).to_contain_text(said)
    expect(card).to_have_attribute("data-state", re.compile("cancelled|ready"), timeout=PATIENCE)
    ended = {"cancelled": "cancelled", "completed": "ready"}[create_records(studio_stack, prompt)[0]["status"]]
    expect(card).to_have_attribute("data-state", ended)


def ask_to_cancel(card: Locator) -> None:
    """By the card's menu."""
    card.locator("details > summary").click()
    card.get_by_role("button", name="Ask to cancel").click()


@pytest.fixture
def idle_worker(studio_stack: Stack) -> Iterator[None]:
    """For the moment of a test the worker and all its parts stand still, so that nothing is sent."""
    stopped: list[int] = []
    wait_for(lambda: stand_still(studio_stack, stopped), "the worker to stand still and hold nothing")
    yield
    go_on(stopped)


def stand_still(stack: Stack, stopped: list[int]) -> bool:
    """Stop it where it stands; if that is within a transaction that nobody could write beside, let it go on first."""
    stopped[:] = family(stack.child("qcluster"))
    for number in stopped:
        os.kill(number, signal.SIGSTOP)
    database = stack.data_dir / "studio.sqlite3"
    if not database.exists() or is_writable(database):
        return True
    go_on(stopped)
    return False


def go_on(stopped: list[int]) -> None:
    for number in reversed(stopped):
        os.kill(number, signal.SIGCONT)


def is_writable(database: Path) -> bool:
    with closing(sqlite3.connect(database, timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
    return True


def family(number: int) -> list[int]:
    """A process, its children, and theirs."""
    return [number] + [member for child in children_of(number) for member in family(child)]


def test_failed_take_shows_the_gateways_words_and_is_tried_again(
    page: Page, enter_as: Callable[[Page, str], None], room: str
) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)
    card = ask_for(page, "A masked crowd [fault:moderation]")
    expect(card).to_have_attribute("data-state", "failed", timeout=PATIENCE)
    first = take_number(card)
    expect(card).to_contain_text("policy")

    card.get_by_role("button", name="Try again").dblclick()
    expect(cards(page)).to_have_count(2)
    expect(page.locator("#toasts")).to_contain_text("it is new work with its own price")
    expect(cards(page).first).to_have_attribute("data-state", "failed", timeout=PATIENCE)

    expect(cards(page)).to_have_count(2)
    cards(page).first.locator(".take-title").click()
    expect(page.locator("dt:text-is('From') + dd")).to_have_text(f"Retries take {first}")


def test_refused_take_was_not_charged(page: Page, enter_as: Callable[[Page, str], None], room: str) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)

    card = ask_for(page, "A closed door [fault:refuse]")

    expect(card).to_have_attribute("data-state", "refused", timeout=PATIENCE)
    expect(card).to_contain_text("not charged")
    expect(card.get_by_role("button", name="Try again")).to_be_visible()


def test_unconfirmed_take_may_have_been_charged_and_offers_no_plain_retry(
    page: Page, enter_as: Callable[[Page, str], None], room: str
) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)

    card = ask_for(page, "A letter lost at sea [fault:lost-answer]")

    expect(card).to_have_attribute("data-state", "unconfirmed", timeout=PATIENCE)
    expect(card).to_contain_text("May have been charged")
    # Without the page being asked for again.
    expect(page.locator("#needs-a-person h2")).to_have_text("1 take without an answer")
    expect(page.get_by_role("button", name="It was not created: release")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    card.get_by_role("link", name="What is known").click()
    expect(page.locator(".take-state")).to_contain_text("It may have been charged")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
