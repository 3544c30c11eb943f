"""The demo that Lighthouse looks at: running, with its takes, and a browser that has entered it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from playwright.sync_api import sync_playwright

from studio.environment import BASE_DIR
from tests.bench.gallery import free_port
from tests.chromium import FLAGS, find

PATIENCE_SECONDS = 600.0
# The demo has rendered what it shows.
TAKES = 6
# Often enough for each of the web server's processes to have shown a page.
WARM = 6


@contextmanager
def running(address: str, folder: Path) -> Iterator[str]:
    """The address of a demo: the one named, else one that lives as long as the block."""
    if address:
        yield address.rstrip("/")
        return
    port = free_port()
    own = {"STUDIO_DATA_DIR": str(folder), "STUDIO_PORT": str(port), "STUDIO_SANDBOX_PORT": str(free_port())}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--demo"],
        env={**os.environ, **own, "STUDIO_PUBLIC_URL": f"http://127.0.0.1:{port}"},
        cwd=BASE_DIR,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def enter(base: str) -> tuple[dict[str, str], dict[str, str]]:
    """The cookies of an artist in the demo, and the pages to ask about once its takes are there."""
    end = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(base_url=base, follow_redirects=True, timeout=30) as browser:
        while len(takes := _takes(browser, base)) < TAKES:
            if time.monotonic() > end:
                raise SystemExit(f"The demo at {base} does not show {TAKES} ready takes.")
            time.sleep(2)
        project = re.search(r'href="(/projects/[\w-]+/)"', browser.get("/").text)
        assert project is not None
        pages = {"gallery": "/gallery/", "take": f"/takes/{takes[0]}/", "composer": project[1]}
        # A studio that has just started reads each template once, which is not what a reader waits for.
        for path in list(pages.values()) * WARM:
            browser.get(path)
        return dict(browser.cookies), pages


def _takes(browser: httpx.Client, base: str) -> list[str]:
    """The numbers of the ready takes in the gallery; none while the demo has not begun."""
    with suppress(httpx.TransportError):
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/sign-in/").text)
        if token:
            browser.post("/demo/artist/", data={"csrfmiddlewaretoken": token[1]}, headers={"Referer": base})
        return re.findall(r'id="render-card-(\d+)" data-state="ready"', browser.get("/gallery/").text)
    return []


@contextmanager
def browser_with(cookies: dict[str, str], base: str) -> Iterator[int]:
    """The port by which a new browser is steered that holds these cookies and nothing else."""
    port = free_port()
    with sync_playwright() as playwright, TemporaryDirectory(prefix="rushes-browser-") as folder:
        browser = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=find(),
            args=[*FLAGS, f"--remote-debugging-port={port}"],
            no_viewport=True,
        )
        browser.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
        yield port
        browser.close()
