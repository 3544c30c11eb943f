"""What one person makes appears on everybody's pages by itself; a long gallery loads as one scrolls."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.composing import cards, enter_studio, expect_ready, render, write
from tests.e2e.conftest import OpenPage
from tests.e2e.stack import Stack

MANY = 60
_FILL = """
import io
from PIL import Image
from studio.models import Project, User
from tests.factories import make_output, make_render
project, artist = Project.objects.get(slug="{room}"), User.objects.get(username="artist")
picture = io.BytesIO()
Image.new("RGB", (96, 54), (90, 60, 120)).save(picture, "WEBP")
for _ in range({count}):
    make_output(make_render(project, asked_by=artist), content=picture.getvalue())
"""
# Remembers what is said to who does not see the page.
LISTEN = """() => {
    window.heard = [];
    const added = (records) => records.flatMap(({ addedNodes }) => [...addedNodes]);
    const note = (records) => heard.push(...added(records).map((each) => each.textContent));
    new MutationObserver(note).observe(document.getElementById("said"), { childList: true });
}"""


def test_live_pages_show_what_somebody_else_renders(
    page: Page, open_page: OpenPage, enter_as: Callable[[Page, str], None], room: str
) -> None:
    prompt = f"Two swans over {room}"
    beside, gallery = open_page(), open_page()
    enter_as(beside, "reviewer")
    beside.goto(f"/projects/{room}/")
    enter_as(gallery, "reviewer")
    gallery.goto("/gallery/")
    for watching in (beside, gallery):
        watching.evaluate("window.neverReloaded = true")
    beside.evaluate(LISTEN)
    enter_as(page, "artist")
    enter_studio(page, room)

    write(page, prompt)
    render(page)

    expect_ready(page, 1)
    expect_ready(beside, 1)
    expect(gallery.locator("article[data-state=ready]").filter(has_text=prompt)).to_have_count(1)
    assert beside.evaluate("window.neverReloaded") is True
    assert beside.evaluate("heard.filter((words) => words.startsWith('Ready'))") == [f"Ready: {prompt} "]
    assert gallery.evaluate("window.neverReloaded") is True


def test_live_gallery_loads_older_takes_on_scrolling_and_survives_going_back(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack
) -> None:
    studio_stack.manage("shell", "--no-imports", "-c", _FILL.format(room=room, count=MANY))
    enter_as(page, "reviewer")
    page.goto(f"/projects/{room}/")
    shown = cards(page).count()
    assert shown < MANY

    page.locator("#takes-more").scroll_into_view_if_needed()
    expect(cards(page)).not_to_have_count(shown)
    page.locator("#takes-more").scroll_into_view_if_needed()
    expect(cards(page)).to_have_count(MANY)
    numbers = [card.get_attribute("id") for card in cards(page).all()]
    assert len(set(numbers)) == MANY
    cards(page).nth(2).locator(".take-title").click()
    page.wait_for_url("**/takes/*/")
    page.go_back()

    expect(cards(page).nth(2)).to_be_visible()
    assert page.url.endswith(f"/projects/{room}/")
