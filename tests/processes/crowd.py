"""Twenty people at work at once, each a browser of their own: they look, choose, ask, watch and upload."""

from __future__ import annotations

import io
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from PIL import Image

from tests.processes.house import House

# What each of them does in one round, in an order of their own.
ROUND = ("watch", "look", "choose", "watch", "ask", "look", "watch", "choose", "upload", "watch", "look")
# People read before they press.
PAUSE_SECONDS = 0.25
HTMX = {"HX-Request": "true"}


@dataclass
class Seen:
    """What the crowd got to see, put together by all of them."""

    troubles: list[str] = field(default_factory=list)
    asked: int = 0


def let_work(house: House, rounds: int) -> Seen:
    """Everybody does so many rounds; returns when the last has gone."""
    seen, lock = Seen(), threading.Lock()
    people = [_Person(house, number, seen, lock) for number in range(len(house.cookies))]
    threads = [threading.Thread(target=person.work, args=(rounds,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


class _Person:
    def __init__(self, house: House, number: int, seen: Seen, lock: threading.Lock) -> None:
        self.number, self.seen, self.lock = number, seen, lock
        self.dice = random.Random(number)
        self.web = httpx.Client(base_url=house.url, cookies=house.cookies[number], timeout=60, trust_env=False)
        self.token, self.cursor = "", "0"

    def work(self, rounds: int) -> None:
        acts: dict[str, Callable[[], object]] = {
            "look": self._look,
            "watch": self._watch,
            "choose": self._choose,
            "ask": self._ask,
            "upload": self._upload,
        }
        with self.web:
            try:
                self._open()
                for _ in range(rounds):
                    for act in self.dice.sample(ROUND, len(ROUND)):
                        acts[act]()
                        time.sleep(self.dice.uniform(0, 2 * PAUSE_SECONDS))
            except Exception as error:
                with self.lock:
                    self.seen.troubles.append(f"person {self.number}: {type(error).__name__}: {error}")

    def _send(self, method: str, path: str, **over: object) -> httpx.Response:
        headers = {"X-CSRFToken": self.token} if method == "POST" else {}
        headers |= dict(over.pop("headers", {}))  # type: ignore[call-overload]
        answer = self.web.request(method, path, headers=headers, **over)  # type: ignore[arg-type]
        with self.lock:
            if answer.status_code >= 400 or "locked" in answer.text[:200_000]:
                self.seen.troubles.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def _open(self) -> None:
        page = self._send("GET", "/projects/lumen/").text
        self.token = page.partition('"x-csrftoken": "')[2].partition('"')[0]
        self.cursor = (re.findall(r"since=(\d+)", page) or ["0"])[0]

    def _look(self) -> None:
        self._send("GET", self.dice.choice(["/projects/lumen/", "/gallery/", "/projects/lumen/references/"]))

    def _watch(self) -> None:
        self._send("GET", f"/changes/?since={self.cursor}&project=lumen")

    def _press(self, act: str, **fields: str) -> str:
        form = {"prompt": f"A red car, seen by person {self.number}.", "model": "seedance-2.0-fast", "act": act}
        form |= {"resolution": "480p", "duration": "4", "takes": "1"} | fields
        return self._send("POST", "/projects/lumen/composer/", data=form, headers=HTMX).text

    def _choose(self) -> None:
        self._press("update", duration=str(self.dice.randint(4, 10)))

    def _ask(self) -> None:
        hidden = re.findall(r'<input type="hidden" name="(submission|shown)" value="([^"]*)"', self._press("update"))
        shown = self._press("render", **dict(hidden))
        with self.lock:
            self.seen.asked += 1
            refusal = shown.partition('role="alert"')[2]
            if refusal:
                self.seen.troubles.append(f"refused: {refusal[:300]}")

    def _upload(self) -> None:
        picture = Image.new("RGB", (640, 360), tuple(self.dice.randrange(256) for _ in range(3)))
        file = io.BytesIO()
        picture.save(file, "PNG")
        files = {"file": (f"of-{self.number}.png", file.getvalue(), "image/png")}
        self._send("POST", "/projects/lumen/references/upload/", files=files)
