"""Every page of the demo, found as a person finds it: by following links, one address of each kind. No test here."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.views.route_table import ROUTES

# Addresses that answer with a part of a page, a file or a form that only takes things.
PARTS = {
    "changes",
    "composer",
    "gallery-takes",
    "guest-talk",
    "key-check-result",
    "project-takes",
    "render-card",
    "render-talk",
}
PAGES = {route.name for route in ROUTES if route.methods & {"GET"} and "HEAD" not in route.methods} - PARTS
LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map((link) => link.href)"


def walk(page: Page, start: str = "/") -> Iterator[str]:
    """Visit one page of each kind that `page` reaches from `start`, and give its name while it is open."""
    waiting, known = [start], {name_of(start)}
    while waiting:
        address = waiting.pop(0)
        response = page.goto(address)
        if response is None or not response.headers.get("content-type", "").startswith("text/html"):
            continue
        yield name_of(urlsplit(page.url).path)
        for link in page.evaluate(LINKS):
            path = urldefrag(link.removeprefix(origin(page))).url
            name = name_of(urlsplit(path).path) if path.startswith("/") else ""
            if name in PAGES and name not in known:
                known.add(name)
                waiting.append(path)


def origin(page: Page) -> str:
    """Where the studio answers."""
    address = urlsplit(page.url)
    return f"{address.scheme}://{address.netloc}"


def name_of(path: str) -> str:
    """The name of an address; nothing for one that the studio does not have."""
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""
