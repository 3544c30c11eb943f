"""An empty studio, as `manage.py up --sandbox` starts it: the guide leads a new admin to the first take."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.composing import TAKE_MS
from tests.e2e.conftest import OpenPage
from tests.e2e.stack import Stack, start, stop

SECONDS = 120
PASSWORD = "quite-a-long-secret"
_MAKE_ADMIN = f"""
from studio.models import User
User.objects.create_user("vera", password="{PASSWORD}", is_studio_admin=True)
"""


@pytest.fixture
def empty_studio(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Stack]:
    stack = start(tmp_path, Path(pytestconfig.getoption("--output")) / "empty-studio.log", mode="sandbox")
    stack.manage("shell", "--no-imports", "-c", _MAKE_ADMIN)
    yield stack
    stop(stack)


def test_guide_leads_from_an_empty_studio_to_the_first_take(empty_studio: Stack, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 1440, "height": 900})
    begun = time.monotonic()
    page.goto(f"{empty_studio.base_url}/")
    page.locator("#id_username").fill("vera")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(steps_done(page)).to_have_count(0)
    page.locator("#guide").get_by_role("button", name="Use the sandbox").click()
    expect(steps_done(page)).to_have_count(1)
    page.locator("#guide").get_by_role("link", name="New project").click()
    page.locator("#id_name").fill("A boat in the rain")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("/projects/a-boat-in-the-rain/"))
    page.locator("#id_prompt").fill("A paper boat in the rain")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#takes > article[data-state=ready]")).to_have_count(1, timeout=TAKE_MS)
    page.goto(f"{empty_studio.base_url}/")
    expect(page.locator("#guide-title")).to_have_text("The first take has landed")
    expect(steps_done(page)).to_have_count(3)
    assert time.monotonic() - begun < SECONDS


def steps_done(page: Page) -> Locator:
    """The steps of the guide that are ticked."""
    return page.locator("#guide .guide-step[data-done=yes]")
