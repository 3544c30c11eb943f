"""What somebody outside a project sees of it: nothing. What a reviewer may do in it: look."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.composing import TAKE_MS, take_number
from tests.e2e.conftest import OpenPage

FILES = ("", "card/", "video/", "download/", "poster/", "filmstrip/", "last-frame/")
TABS = ("", "references/", "prompts/", "members/", "takes/")


@pytest.fixture
def addresses(open_page: OpenPage, enter_as: Callable[[Page, str], None]) -> list[str]:
    """Everything of the demo project that its artist may read, and has been seen to be there."""
    page = open_page()
    enter_as(page, "artist")
    page.goto("/projects/demo/references/")
    reference = page.locator(".asset-stage").first.get_attribute("href") or ""
    page.goto("/projects/demo/")
    ready = page.locator("article[data-state=ready][data-filmstrip]").first
    expect(ready).to_be_visible(timeout=TAKE_MS)
    take = f"/takes/{take_number(ready)}/"
    found = [f"/projects/demo/{tab}" for tab in TABS] + [take + file for file in FILES] + [reference]
    assert {address: page.request.get(address).status for address in found} == dict.fromkeys(found, 200)
    return found


def test_strangers_from_another_project_find_nothing(
    page: Page, open_page: OpenPage, enter_as: Callable[[Page, str], None], room: str, addresses: list[str]
) -> None:
    enter_as(page, "admin")
    page.goto(f"/projects/{room}/members/")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Invitation link").first.input_value()
    stranger = open_page()
    stranger.goto(link)
    for label, text in {"User name": room, "Your name": "Sam Stranger", "Password again": "paper-boat-7"}.items():
        stranger.get_by_label(label).fill(text)
    stranger.get_by_label("Password", exact=True).fill("paper-boat-7")
    stranger.get_by_role("button", name="Make my account").click()
    expect(stranger.locator("h1")).to_contain_text("Room")

    seen = {address: stranger.request.get(address).status for address in addresses}

    assert seen == dict.fromkeys(addresses, 404)
    stranger.goto("/gallery/")
    expect(stranger.locator("article.take")).to_have_count(0)


def test_strangers_without_an_account_are_led_to_sign_in(page: Page, addresses: list[str]) -> None:
    answers = {address: page.request.get(address, max_redirects=0) for address in addresses}

    assert {
        address: (answer.status, answer.headers["location"].split("?")[0]) for address, answer in answers.items()
    } == (dict.fromkeys(addresses, (302, "/sign-in/")))


def test_reviewer_has_no_composer_and_cannot_post_to_it(
    page: Page, enter_as: Callable[[Page, str], None], room: str
) -> None:
    enter_as(page, "reviewer")
    page.goto(f"/projects/{room}/")
    expect(page.locator("h2:text-is('Takes')")).to_be_visible()
    expect(page.locator("#composer")).to_have_count(0)

    headers = json.loads(page.locator("body").get_attribute("hx-headers") or "{}")
    answer = page.request.post(f"/projects/{room}/composer/", headers=headers, form={"act": "render", "prompt": "No"})

    assert answer.status == 403
