"""`python -m tests.lighthouse [ADDRESS]`: what Lighthouse says of the gallery, a take and the composer of a demo.

Starts a demo of its own unless one already runs at ADDRESS, waits until its takes are there, enters it as an artist and
asks about each page as a phone of the middle class would load it. Fails where a score is lower than it has to be.

Lighthouse looks through a browser that is already signed in: a Cookie among its `--extra-headers` is not sent with
pictures, nor with the first request, and one would measure the way to the sign-in page.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from studio.environment import BASE_DIR
from tests.bench import figures
from tests.bench.figures import say
from tests.bench.gallery import free_port
from tests.chromium import FLAGS, find

HERE = Path(__file__).parent
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
PATIENCE_SECONDS = 300.0
# The demo has rendered what it shows.
TAKES = 6
# Often enough for each of the web server's processes to have shown a page.
WARM = 6


def main(address: str) -> int:
    """The number of scores that are too low."""
    with tempfile.TemporaryDirectory(prefix="rushes-lighthouse-") as folder, running(address, Path(folder)) as base:
        cookies, pages = enter(base)
        reports = {}
        for name, path in pages.items():
            with browser_with(cookies, base) as port:
                reports[name] = ask(base + path, port, Path(folder))
    rows: list[list[figures.Figure]] = [
        [name, *(score(report, kind) for kind in LEAST), *paint(report)] for name, report in reports.items()
    ]
    figures.table(["page", *LEAST, "first paint, s", "largest paint, s", "layout shift"], rows)
    for name, report in reports.items():
        for title in failures(report):
            say(f"{name}: {title}")
    return sum(score(report, kind) < least for report in reports.values() for kind, least in LEAST.items())


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
        while True:
            with suppress(httpx.TransportError, AttributeError):
                form = browser.get("/sign-in/").text
                token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]  # type: ignore[index]
                browser.post("/demo/artist/", data={"csrfmiddlewaretoken": token}, headers={"Referer": base})
                if len(takes := shown(browser)) >= TAKES:
                    break
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


def shown(browser: httpx.Client) -> list[str]:
    """The numbers of the ready takes in the gallery."""
    return re.findall(r'id="render-card-(\d+)" data-state="ready"', browser.get("/gallery/").text)


@contextmanager
def browser_with(cookies: dict[str, str], base: str) -> Iterator[int]:
    """The port by which a new browser is steered that holds these cookies and nothing else."""
    port = free_port()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="rushes-browser-") as folder:
        browser = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=find(),
            args=[*FLAGS, f"--remote-debugging-port={port}"],
            no_viewport=True,
        )
        browser.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
        yield port
        browser.close()


def ask(address: str, port: int, folder: Path) -> dict[str, Any]:
    """Lighthouse's report about one page."""
    report = folder / "report.json"
    words = ["node", str(HERE / "node_modules/lighthouse/cli/index.js"), address, "--quiet", "--output=json"]
    words += [f"--output-path={report}", f"--port={port}", "--disable-storage-reset"]
    subprocess.run([*words, f"--only-categories={','.join(LEAST)}"], check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def score(report: dict[str, Any], kind: str) -> int:
    """Of a hundred."""
    return round((report["categories"][kind]["score"] or 0) * 100)


def paint(report: dict[str, Any]) -> list[float]:
    """When the first and the largest thing was painted, in seconds, and how much moved."""
    audits, names = report["audits"], ("first-contentful-paint", "largest-contentful-paint")
    moved = audits["cumulative-layout-shift"]["numericValue"]
    return [*(round(audits[name]["numericValue"] / 1000, 2) for name in names), round(moved, 3)]


def failures(report: dict[str, Any]) -> list[str]:
    """What it found wrong, with the first place of each."""
    said = []
    for kind in LEAST:
        for each in report["categories"][kind]["auditRefs"]:
            audit = report["audits"][each["id"]]
            if each["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                items = (audit.get("details") or {}).get("items") or [{}]
                place = (items[0].get("node") or {}).get("snippet", "")
                said.append(f"{audit['title']} ({audit.get('displayValue', '')}) {place}")
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
