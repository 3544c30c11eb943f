"""What people do on the studio page, in their words: choose, drop, write, render, wait. No test lives here."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.stack import Stack

# A take of the smallest kind needs two to five seconds here; a busy machine gets patience.
TAKE_MS = 90_000


def enter_studio(page: Page, project: str) -> None:
    """The project's first screen."""
    page.goto(f"/projects/{project}/")
    expect(page.locator("#composer")).to_be_visible()


def choose_operation(page: Page, operation: str) -> None:
    """Pick what to make, and wait until the composer has been drawn for it."""
    radio = page.locator(f"#operation-{operation}")
    if not radio.is_checked():
        with page.expect_response(re.compile("/composer/$")):
            page.locator(".operation").filter(has=radio).click()
    expect(page.locator("#composer:not(.htmx-request)")).to_be_visible()


def choose(page: Page, field: str, value: str) -> None:
    """Pick a setting behind its chip, and wait until the composer has been drawn with it."""
    page.locator(f"#chip-{field} > summary").click()
    with page.expect_response(re.compile("/composer/$")):
        page.locator(f"#chip-{field} label").filter(has=page.locator(f"input[value='{value}']")).click()
    expect(page.locator(f"#chip-{field} input:checked")).to_have_value(value)
    expect(page.locator("#composer:not(.htmx-request)")).to_be_visible()


def pick_files(page: Page, *paths: Path) -> None:
    """Choose files in the dropzone and wait until they lie in the tray."""
    before = tray(page).count()
    page.set_input_files("#id_file", paths)
    expect(tray(page)).to_have_count(before + len(paths), timeout=15_000)


def write(page: Page, prompt: str) -> None:
    """Fill the prompt box."""
    page.locator("#id_prompt").fill(prompt)


def tray(page: Page) -> Locator:
    """The references in the tray."""
    return page.locator("#tray [data-tray-item]")


def cards(page: Page) -> Locator:
    """The takes on the page, newest first."""
    return page.locator("#takes > article.take")


def render(page: Page) -> None:
    """Press the button."""
    page.locator("#render-button").click()


def expect_ready(page: Page, count: int) -> None:
    """All takes on the page are ready, with a poster each, and there are `count` of them."""
    expect(cards(page)).to_have_count(count)
    expect(page.locator("#takes > article[data-state=ready] img.take-poster")).to_have_count(count, timeout=TAKE_MS)


def take_number(card: Locator) -> int:
    """The number of the take that a card stands for."""
    return int((card.get_attribute("id") or "").removeprefix("render-card-"))


def creates(stack: Stack, prompt: str) -> list[dict[str, Any]]:
    """The bodies of the create requests with this prompt that the gateway has seen."""
    return [record["body"] for record in create_records(stack, prompt)]


def create_records(stack: Stack, prompt: str) -> list[dict[str, Any]]:
    """What the gateway knows of the tasks with this prompt, oldest first."""
    with urllib.request.urlopen(f"{stack.sandbox_url}/_sandbox/creates", timeout=5) as answer:
        seen = json.load(answer)["creates"]
    return [each for each in seen if each["body"].get("prompt") == prompt]
