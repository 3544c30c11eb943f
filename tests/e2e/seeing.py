"""What is wrong with a page for those who see it large, narrow or not at all: axe in both themes, and widths."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

# As large as the window is at 100 %; half of it is what 200 % leaves; a phone; and what 400 % leaves of 1280.
WHOLE = {"width": 1440, "height": 900}
NARROW = ({"width": 720, "height": 450}, {"width": 390, "height": 844}, {"width": 320, "height": 256})
THEME = "(theme) => { document.documentElement.dataset.theme = theme }"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a page may be measured by but axe leaves out unless it is asked.
EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
SIZES = {"resultTypes": ["violations"], "runOnly": ["target-size"]}


def problems_of(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open, a line each; it is left as it was."""
    found = problems_in_themes(page, name)
    for size in NARROW:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if wider := page.evaluate(WIDER):
            found.append(f"{name}: {wider} px wider than {size['width']}")
    found += [f"{name}, narrow: {line}" for line in axe(page, SIZES)]
    page.set_viewport_size(WHOLE)  # type: ignore[arg-type]
    return found


def problems_in_themes(page: Page, name: str, part: str | None = None) -> list[str]:
    """What axe finds in the page, or in the `part` of it that a selector names, dark and light."""
    found = [f"{name}: {line}" for line in axe(page, EVERYTHING, part)]
    page.evaluate(THEME, "light")
    # A theme changes colours only.
    found += [f"{name}, light: {line}" for line in axe(page, CONTRAST, part)]
    page.evaluate(THEME, "dark")
    return found


def axe(page: Page, options: dict[str, Any], part: str | None = None) -> list[str]:
    """What axe finds: the rule, how often, and where first."""
    checker = Axe()
    if not page.evaluate("'axe' in window"):
        page.evaluate(checker.axe_script)
    violations = page.evaluate(
        "([part, options]) => axe.run(part ?? document, options).then((result) => result.violations)", [part, options]
    )
    return [
        f"{rule['id']}, {len(rule['nodes'])} times, first at {rule['nodes'][0]['target']}: {rule['nodes'][0]['html']}"
        for rule in violations
    ]
