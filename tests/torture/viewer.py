"""Somebody who looks at the project all the while: pages have to come, whatever happens to the workers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

PAUSE = 1.0
PAGES = ("/projects/torture/", "/gallery/")
LONGEST = 20.0


@dataclass
class Viewer:
    """Asks for a page each second from `start` to `stop`."""

    url: str
    cookies: dict[str, str]
    times: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._look, name="viewer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(LONGEST * 2)

    def _look(self) -> None:
        with httpx.Client(base_url=self.url, cookies=self.cookies, timeout=LONGEST) as browser:
            while not self._stopping.wait(PAUSE):
                self._ask(browser, PAGES[len(self.times) % len(PAGES)])

    def _ask(self, browser: httpx.Client, page: str) -> None:
        begin = time.monotonic()
        try:
            status = browser.get(page).status_code
        except httpx.HTTPError as error:
            self.wrong[f"{page} was not answered: {type(error).__name__}"] += 1
            return
        self.times.append(time.monotonic() - begin)
        if status != 200:
            self.wrong[f"{page} was answered {status}"] += 1
