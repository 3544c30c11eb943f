"""Nothing on a page moves by itself, whether its scripts, its letters, or its films and stills come early or late."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.e2e.conftest import OpenPage

# What comes late in turn: by its address.
LATE = {
    "scripts": re.compile(r"\.js$"),
    "letters": re.compile(r"\.woff2$"),
    "films": re.compile(r"/(video|poster|filmstrip)/"),
}
PAGES = ["gallery", "project", "take", "room"]
# Letters of a like width move what stands beside them by a pixel or two; no line may come or go.
MOST = 0.001
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName);
    if (!entry.hadRecentInput) window.shifts.push([entry.value, ...moved]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
# What is late has to have been drawn without first.
DRAWN = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
ALIVE = "() => !document.querySelector('[data-player]:not(.is-ready), [data-player-bar][hidden]')"
SETTLED = """() => document.fonts.ready.then(
  () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))
)"""


def addresses(page: Page) -> dict[str, str]:
    """The gallery, and of the demo a project, and a ready take with its review room."""
    page.goto("/")
    project = page.locator("a[href^='/projects/']:not([href*='new'])").first.get_attribute("href") or ""
    page.goto("/gallery/")
    card = page.locator("[id^='render-card-'][data-state=ready]").first
    card.wait_for()
    number = (card.get_attribute("id") or "").rpartition("-")[2]
    take = f"/takes/{number}/"
    return {"gallery": "/gallery/", "project": project, "take": take, "room": f"{take}review/"}


def shifts(page: Page, address: str, late: re.Pattern[str]) -> list[list[Any]]:
    """What moved on a page whose files at the addresses of `late` arrive after everything else is drawn."""
    held: list[Route] = []
    is_late = True

    def hold(route: Route) -> None:
        if is_late:
            held.append(route)
        else:
            route.continue_()

    page.route(late, hold)
    page.goto(address, wait_until="commit")
    page.wait_for_function(DRAWN)
    is_late = False
    for route in held:
        route.continue_()
    page.wait_for_load_state("load")
    page.wait_for_function(ALIVE)
    page.evaluate(SETTLED)
    page.unroute(late)
    found: list[list[Any]] = page.evaluate("window.shifts")
    return found


@pytest.mark.parametrize("late", list(LATE))
@pytest.mark.parametrize("width", [412, 1440])
def test_nothing_moves_while_a_page_comes(
    open_page: OpenPage, enter_as: Callable[[Page, str], None], width: int, late: str
) -> None:
    page = open_page(viewport={"width": width, "height": 823}, has_touch=width < 600)
    enter_as(page, "artist")
    wanted = addresses(page)
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.add_init_script(WATCH)

    moved = {name: shifts(page, wanted[name], LATE[late]) for name in PAGES}

    assert {name: found for name, found in moved.items() if sum(each[0] for each in found) >= MOST} == {}
