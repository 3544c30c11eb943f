"""Scripts that were joined into one file, in a real browser: what breaks in one is told, and the others go on."""

from __future__ import annotations

from playwright.sync_api import Page

from studio.management.static_files import join

SCRIPTS = [
    'const name = "first"; document.body.dataset.first = name;',
    'const name = "second"; missing.call(name);',
    'const name = "third"; document.body.dataset.third = name;',
]

PAGE = '<!doctype html><title>Joined</title><link rel="icon" href="data:,"><script type="module" src="/a.js"></script>'


def test_script_that_throws_is_reported_and_stops_no_other(page: Page, base_url: str, problems: list[str]) -> None:
    joined = join("js/a.js", SCRIPTS)
    page.route("**/joined/", lambda route: route.fulfill(content_type="text/html", body=PAGE))
    page.route("**/a.js", lambda route: route.fulfill(content_type="text/javascript", body=joined))

    page.goto(f"{base_url}/joined/")

    assert page.evaluate("({ ...document.body.dataset })") == {"first": "first", "third": "third"}
    assert problems == ["script error: missing is not defined"]
    problems.clear()
