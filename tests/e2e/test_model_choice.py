"""One model, several doors: the cheapest is taken and written down, a pinned one stays, and a refusal goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from studio.sandbox.server import Sandbox
from tests.e2e.composing import cards, choose, creates, enter_studio, expect_ready, render, take_number, write
from tests.e2e.stack import Stack

PATIENCE = 20_000
# The demo's own key of the cheapest gateway rests, so that the one without money is the cheapest; both only here.
_BROKE = """
from django.utils import timezone
from studio.models import Project, ProviderKey
from studio.services.keys import add_key
key = add_key(provider="tokenlab", label="Broke", base_url="{address}", secret="sk-sandbox-broke-0001")
project = Project.objects.get(slug="{room}")
key.projects.set([project])
Project.objects.filter(pk=project.pk).update(tries_next_gateway=True)
ProviderKey.objects.filter(provider="tokenlab", label="sandbox").update(paused_at=timezone.now())
"""
_BACK = """
from studio.models import ProviderKey
ProviderKey.objects.filter(provider="tokenlab", label="sandbox").update(paused_at=None)
"""


@pytest.fixture
def broke_gateway(studio_stack: Stack, room: str, tmp_path: Path) -> Iterator[None]:
    """In this room the cheapest gateway is one whose account is empty, and the next may be tried."""
    with Sandbox(data_dir=tmp_path / "broke", pace=0.1, fault="insufficient-balance") as sandbox:
        code = _BROKE.format(address=sandbox.base_url, room=room)
        studio_stack.manage("shell", "--no-imports", "-c", code)
        yield
        studio_stack.manage("shell", "--no-imports", "-c", _BACK)


def key_of(page: Page, gateway: str) -> str:
    """The number of the demo's key for a gateway, as the composer lists it."""
    door = page.locator("#chip-key .door", has_text=f"{gateway} sandbox")
    return door.locator("input").get_attribute("value") or ""


def ask_for(page: Page, prompt: str) -> Locator:
    """Render it; gives its card, once it is there."""
    before = cards(page).count()
    write(page, prompt)
    with page.expect_response("**/composer/"):
        render(page)
    expect(cards(page)).to_have_count(before + 1)
    return page.locator(f"#{cards(page).first.get_attribute('id')}")


def gateway_of(page: Page, take: int) -> Locator:
    """What the page of a take says of its gateway."""
    page.goto(f"/takes/{take}/")
    return page.locator("dt:text-is('Gateway') + dd")


def test_cheapest_door_is_taken_until_another_is_pinned(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack
) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)
    chip = page.locator("#chip-key .chip-value")
    expect(chip).to_contain_text("Cheapest: TokenLab")
    first = take_number(ask_for(page, f"A cheap sea in {room}"))
    expect_ready(page, 1)

    choose(page, "key", key_of(page, "TokenHub"))
    expect(chip).to_contain_text("TokenHub")
    second = take_number(ask_for(page, f"A chosen sea in {room}"))
    expect_ready(page, 2)

    models = [creates(studio_stack, f"A {word} sea in {room}")[0]["model"] for word in ("cheap", "chosen")]
    assert models == ["seedance-2.0", "doubao-seedance-2.0"]
    expect(gateway_of(page, second)).to_have_text("TokenHub, key “sandbox”. Chosen by hand.")
    expect(gateway_of(page, first)).to_contain_text("TokenLab, key “sandbox”. Cheapest of 3 with a price in USD")


def test_pinned_gateway_says_what_it_cannot_do(page: Page, enter_as: Callable[[Page, str], None], room: str) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)
    choose(page, "aspect_ratio", "21:9")

    choose(page, "key", key_of(page, "TokenHub"))
    write(page, "A wide sea")
    render(page)

    expect(page.get_by_role("alert")).to_contain_text("This press sent nothing and costs nothing.")
    expect(page.get_by_role("alert")).to_contain_text("not “21:9”")
    expect(cards(page)).to_have_count(0)
    choose(page, "key", "")
    expect(page.locator("#chip-key .chip-value")).to_contain_text("Cheapest: TokenLab")


def test_operations_keep_their_place_when_a_gateway_lacks_one(
    page: Page, enter_as: Callable[[Page, str], None], room: str
) -> None:
    enter_as(page, "artist")
    enter_studio(page, room)
    row, button = page.locator(".operations"), page.locator("#render-button")
    before = [row.bounding_box(), button.evaluate("button => button.getBoundingClientRect().top")]

    choose(page, "key", key_of(page, "TokenHub"))

    lacking = page.locator(".operation", has=page.locator("#operation-video-extension"))
    expect(lacking).to_have_attribute("title", re.compile("^TokenHub has no way to extend a take"))
    expect(page.locator(".operations-why")).to_have_count(0)
    assert [row.bounding_box(), button.evaluate("button => button.getBoundingClientRect().top")] == before


def test_refusal_is_tried_at_the_next_gateway_as_the_price_said(
    page: Page, enter_as: Callable[[Page, str], None], broke_gateway: None, room: str, studio_stack: Stack
) -> None:
    prompt = f"An expensive sea in {room}"
    enter_as(page, "artist")
    enter_studio(page, room)
    page.locator("#price-basis > summary").click()
    expect(page.locator("#price-basis")).to_contain_text("If it is refused there for anything but its content, ")

    refused = take_number(ask_for(page, prompt))

    expect(cards(page)).to_have_count(2, timeout=PATIENCE)
    made = take_number(cards(page).first)
    expect(page.locator(f"#render-card-{made}")).to_have_attribute("data-state", "ready", timeout=2 * PATIENCE)
    card = page.locator(f"#render-card-{refused}")
    expect(card).to_have_attribute("data-state", "refused")
    expect(card).to_contain_text("Refused by TokenLab; tried next at ")
    expect(card).to_contain_text("not charged")
    expect(gateway_of(page, made)).to_contain_text("TokenLab, key “Broke”, refused it")
    page.goto(f"/takes/{refused}/")
    page.get_by_role("link", name=f"take {made}", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Take {made}")
    assert len(creates(studio_stack, prompt)) <= 1
