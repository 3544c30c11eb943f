"""Every page of the demo: axe finds nothing in either theme, and nothing is wider than a phone or a page at 400 %."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import OpenPage
from tests.e2e.pages import walk
from tests.e2e.seeing import WHOLE, problems_of

# So many kinds of pages a demo's admin comes to by links alone; fewer would mean that the walk has lost its way.
LEAST_PAGES = 30
# What looks different to those who may do less.
DIFFERENT = {
    "artist": {"home", "project-detail", "render-detail", "prompt-detail", "asset-detail"},
    "reviewer": {"project-detail", "render-detail", "render-review", "project-members", "collection-list"},
}


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


@pytest.mark.parametrize("role", DIFFERENT)
def test_axe_finds_nothing_where_a_role_sees_other_pages(
    open_page: OpenPage, enter_as: Callable[[Page, str], None], role: str
) -> None:
    page = open_page(viewport=WHOLE, reduced_motion="reduce")
    enter_as(page, role)
    found, left = [], set(DIFFERENT[role])
    for name in walk(page):
        if name in left:
            left.remove(name)
            found += problems_of(page, name)
        if not left:
            break

    assert (found, left) == ([], set())
