"""With JavaScript off, forms and links carry the whole way: in, a new project, upload, render, download, out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.composing import cards, tray
from tests.e2e.conftest import OpenPage
from tests.e2e.stack import wait_for


def test_without_script_a_take_is_made_and_downloaded(
    open_page: OpenPage, enter_as: Callable[[Page, str], None], media: dict[str, Path]
) -> None:
    page = open_page(java_script_enabled=False)
    enter_as(page, "admin")
    start_project(page, "Plain paper")

    page.get_by_label("Prompt", exact=True).fill("A quiet street in the snow")
    page.locator("#operation-image-to-video").check(force=True)
    page.get_by_role("button", name="Update options").click()
    expect(page.locator("#id_prompt")).to_have_value("A quiet street in the snow")
    page.set_input_files("#id_file", media["one"])
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(tray(page)).to_have_count(1)
    expect(page.locator("#id_prompt")).to_have_value("A quiet street in the snow")
    for field, value in {"resolution": "480p", "duration": "4"}.items():
        page.locator(f"#chip-{field} > summary").click()
        page.locator(f"#chip-{field} input[value='{value}']").check(force=True)
    page.locator("#render-button").click()
    # The length and the size were never drawn, so their price is shown before it is paid.
    expect(page.locator(".composer-errors")).to_contain_text("look once more and press again")
    expect(cards(page)).to_have_count(0)
    page.locator("#render-button").click()
    expect(cards(page)).to_have_count(1)

    wait_for(lambda: reload(page).locator("article[data-state=ready]").count() or None, "the take", 45)
    cards(page).locator(".take-title").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("plain-paper-take-")
    assert b"ftyp" in Path(download.value.path()).read_bytes()[:16]

    page.get_by_label("account of").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def start_project(page: Page, name: str) -> None:
    """Through the form that managers and admins see."""
    page.goto("/projects/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create project").click()
    expect(page.locator("h1")).to_have_text(name)


def reload(page: Page) -> Page:
    """As a person without JavaScript looks after news."""
    page.reload()
    return page
