"""Every page of the demo: axe finds nothing in either theme, and nothing is wider than a phone or a page at 200 %."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.e2e.conftest import OpenPage
from tests.e2e.pages import walk

# As large as the window is at 100 %; half of it is what 200 % leaves; and a phone.
WHOLE = {"width": 1440, "height": 900}
NARROW = ({"width": 720, "height": 450}, {"width": 390, "height": 844})
THEME = "(theme) => { document.documentElement.dataset.theme = theme }"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# So many kinds of pages a demo's admin comes to by links alone; fewer would mean that the walk has lost its way.
LEAST_PAGES = 30


def test_axe_finds_nothing_and_nothing_is_too_wide(open_page: OpenPage, enter_as: Callable[[Page, str], None]) -> None:
    page = open_page(viewport=WHOLE, reduced_motion="reduce")
    page.goto("/sign-in/")
    found = problems_of(page, "sign-in")
    enter_as(page, "admin")
    names = set()
    for name in walk(page):
        names.add(name)
        found += problems_of(page, name)
    page.goto("/styleguide/")
    found += problems_of(page, "styleguide")

    assert found == []
    assert len(names) >= LEAST_PAGES, sorted(names)


def problems_of(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open, a line each; it is left as it was."""
    found = [f"{name}: {line}" for line in axe(page)]
    page.evaluate(THEME, "light")
    # A theme changes colours only.
    found += [f"{name}, light: {line}" for line in axe(page, {"runOnly": ["color-contrast"]})]
    page.evaluate(THEME, "dark")
    for size in NARROW:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if wider := page.evaluate(WIDER):
            found.append(f"{name}: {wider} px wider than {size['width']}")
    page.set_viewport_size(WHOLE)  # type: ignore[arg-type]
    return found


def axe(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds: the rule, how often, and where first."""
    answer = Axe().run(page, options=options)
    return [
        f"{rule['id']}, {len(rule['nodes'])} times, first at {rule['nodes'][0]['target']}"
        for rule in answer.response["violations"]
    ]
