"""Measures the gallery with 100,000 takes: `python -m tests.bench.gallery`, on SQLite and on PostgreSQL.

Each question is asked in process, through all middleware, of a studio with 100,000 takes and in turn of one with 1,000,
so that both see the same minutes of the machine. Then the whole of `manage.py up` runs on the large one, its pages are
asked for over HTTP, and the memory of all its processes is read. Prints a table; BENCH_JSON names a file for figures.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import httpx

from tests import postgres
from tests.bench import figures, memory
from tests.bench.figures import say

TAKES = int(os.environ.get("BENCH_GALLERY_TAKES", "100000"))
FEW = 1_000
ROUNDS = int(os.environ.get("BENCH_GALLERY_ROUNDS", "20"))
# So often the large and the small studio are asked in turn.
TURNS = 3
# How long the whole studio works before its memory is read, and how many pages it is asked for meanwhile.
STACK_SECONDS = float(os.environ.get("BENCH_STACK_SECONDS", "60"))
PAGES = 300
# The keys of the JSON file, each from one question.
TIMES = {
    "gallery_first": "gallery_first_ms_p50",
    "gallery_deep": "gallery_deep_ms_p50",
    "gallery_search": "gallery_search_ms_p50",
    "changes": "changes_ms_p50",
    "range_64k": "range_64k_ms_p50",
}
PAGES_ASKED = ("gallery_first", "gallery_deep", "gallery_search")
# Full in both studios: a page with fewer cards takes less time, however many takes there are.
PAGES_COMPARED = ("gallery_first", "gallery_deep", "gallery_search_full")
Found = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Studio:
    """A furnished studio: how its processes find it, and the session of its artist."""

    environment: dict[str, str]
    session: str


def main() -> None:
    """Furnish, ask, measure, print, and take everything away again."""
    rows: list[list[figures.Figure]] = []
    kept: dict[str, figures.Figure] = {}
    for vendor in ("sqlite", "postgres"):
        with ExitStack() as stack:
            studios = _furnished(vendor, stack)
            if studios is None:
                say("PostgreSQL is not installed on this machine: the gallery was not measured on it.")
                continue
            large, small = studios
            answers, few = _in_turn(large, small)
            kept |= {f"{name}_{vendor}": value for name, value in _figures(answers, few).items()}
            kept |= {f"{name}_{vendor}": value for name, value in _memory(large).items()}
            rows += _rows(vendor, answers, few)
    kept |= _worst(kept)
    say(f"{TAKES} takes, {figures.machine()}, {ROUNDS * TURNS} requests each, of the small studio {FEW} takes\n")
    heads = ["page", "median ms", "p95 ms", "with 1,000 takes", "queries", "KB gzipped"]
    figures.table(heads, rows)
    say("")
    figures.table(["figure", "value"], [[name, value] for name, value in kept.items()])
    figures.keep(kept)


def _furnished(vendor: str, stack: ExitStack) -> tuple[Studio, Studio] | None:
    studios = []
    for takes in (TAKES, FEW):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rushes-gallery-")))
        database = f"sqlite:///{folder / 'studio.sqlite3'}"
        if vendor == "postgres":
            programs = postgres.programs()
            if programs is None:
                return None
            database = stack.enter_context(postgres.server(programs))
        environment = {**os.environ, **_settings(folder, database)}
        begin = time.monotonic()
        answer = _run(environment, "furnish", takes)
        say(f"{vendor}: {takes} takes were made in {time.monotonic() - begin:.0f} s")
        studios.append(Studio(environment, str(answer["session"])))
    return studios[0], studios[1]


def _settings(folder: Path, database: str) -> dict[str, str]:
    port, sandbox = free_port(), free_port()
    return {
        "STUDIO_DATA_DIR": str(folder),
        "STUDIO_DEMO": "1",
        "STUDIO_DEBUG": "0",
        "STUDIO_ALLOW_LOOPBACK_PROVIDERS": "1",
        "STUDIO_PORT": str(port),
        "STUDIO_SANDBOX_PORT": str(sandbox),
        "STUDIO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database,
    }


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _run(environment: dict[str, str], act: str, number: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.launch", "tests.bench.asking", act, str(number)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _in_turn(large: Studio, small: Studio) -> tuple[Found, Found]:
    """What each question took in the one and in the other, over all turns."""
    answers: tuple[Found, Found] = ({}, {})
    for _ in range(TURNS):
        for studio, found in zip((large, small), answers, strict=True):
            for figure, measured in _run(studio.environment, "ask", ROUNDS).items():
                known = found.setdefault(figure, {**measured, "times": []})
                known["times"] += measured["times"]
    return answers


def _median(found: Found, figure: str) -> float:
    return float(statistics.median(found[figure]["times"]))


def _figures(answers: Found, few: Found) -> dict[str, figures.Figure]:
    cards = {page: (answers[page]["cards"], few[page]["cards"]) for page in PAGES_COMPARED}
    if any(large != small for large, small in cards.values()):
        raise SystemExit(f"the studios show different numbers of cards, so their times say nothing: {cards}")
    times = {key: round(_median(answers, figure), 1) for figure, key in TIMES.items()}
    return {
        **times,
        "gallery_100k_over_1k": round(max(_median(answers, page) / _median(few, page) for page in PAGES_COMPARED), 2),
        "gallery_kb": max(answers[page]["kb"] for page in PAGES_ASKED),
        "gallery_queries": max(answers[page]["queries"] for page in PAGES_ASKED),
    }


def _rows(vendor: str, answers: Found, few: Found) -> list[list[figures.Figure]]:
    return [
        [
            f"{figure.replace('_', ' ')}, {vendor}",
            round(_median(answers, figure), 1),
            round(statistics.quantiles(measured["times"], n=20)[-1], 1),
            round(_median(few, figure), 1),
            measured["queries"],
            measured["kb"],
        ]
        for figure, measured in answers.items()
    ]


def _worst(kept: dict[str, figures.Figure]) -> dict[str, figures.Figure]:
    """Of each figure the worse of the two databases, without the ending that tells them apart."""
    worst: dict[str, float] = {}
    for name, value in kept.items():
        plain = name.removesuffix("_sqlite").removesuffix("_postgres")
        worst[plain] = max(float(value), worst.get(plain, 0.0))
    return dict(worst)


def _memory(studio: Studio) -> dict[str, figures.Figure]:
    """Of a web process (resident) and of everything that `up` runs (proportional), after many pages."""
    with _up(studio) as number, _browser(studio) as browser:
        weights = _css_and_js(browser)
        end = time.monotonic() + STACK_SECONDS
        for page in range(PAGES):
            _look(browser, page)
        time.sleep(max(0.0, end - time.monotonic()))
        # The first program of `up` is the web server, whose children answer.
        web = [memory.of_process(worker) for worker in memory.children(memory.children(number)[0])]
        stack = memory.of_family(number)
    return {
        "web_rss_mb": round(max(each.resident for each in web)),
        "stack_rss_mb": round(stack.proportional),
        "stack_resident_sum_mb": round(stack.resident),
        "css_js_kb": weights,
    }


@contextmanager
def _up(studio: Studio) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--demo"],
        env=studio.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        process.wait()


@contextmanager
def _browser(studio: Studio) -> Iterator[httpx.Client]:
    address, cookies = studio.environment["STUDIO_PUBLIC_URL"], {"sessionid": studio.session}
    with httpx.Client(base_url=address, cookies=cookies, timeout=60) as browser:
        deadline = time.monotonic() + 300
        while True:
            with suppress(httpx.TransportError):
                browser.get("/healthz")
                break
            if time.monotonic() > deadline:
                raise SystemExit("the studio did not start within five minutes")
            time.sleep(0.2)
        yield browser


def _look(browser: httpx.Client, page: int) -> None:
    deep = TAKES - page * TAKES // PAGES
    paths = ("/gallery/", f"/gallery/?before={deep}", "/gallery/?q=lighthouse", "/projects/salt/", f"/takes/{deep}/")
    browser.get(paths[page % len(paths)])
    browser.get(f"/takes/{deep}/video/", headers={"Range": "bytes=0-65535"})


def _css_and_js(browser: httpx.Client) -> float:
    """The styles and scripts of the heaviest of the pages that are opened most, in KB as they are sent over TLS."""
    heaviest = 0.0
    for path in ("/gallery/", "/projects/salt/", f"/takes/{TAKES}/", "/review/"):
        text = browser.get(path).text
        names = {part.split('"')[0] for part in text.split('"/static/')[1:]}
        sent = [browser.get(f"/static/{name}") for name in names if name.rpartition(".")[2] in ("css", "js")]
        heaviest = max(heaviest, sum(len(brotli.compress(file.content)) for file in sent) / 1024)
    return round(heaviest, 1)


if __name__ == "__main__":
    main()
