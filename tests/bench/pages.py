"""Measures pages with 1,000 takes: `python -m tests.bench.pages`. Prints a table; BENCH_JSON names a file for figures.

Each page is asked for in this process, through all middleware, and again from a real web server over loopback.
"""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import figures

TAKES = int(os.environ.get("BENCH_TAKES", "1000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))
WARM_UP = 5
HEADERS = {"Host": "127.0.0.1", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Page:
    """One thing to ask for, and the status that it has to answer with."""

    name: str
    path: str
    form: dict[str, str] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200
    who: str = "artist"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


Fetch = Callable[[Page], Answer]


def main() -> None:
    """Furnish a studio, measure, print, and take everything away again."""
    folder = Path(tempfile.mkdtemp(prefix="rushes-bench-"))
    try:
        _set_up(folder)
        _measure()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(folder: Path) -> None:
    """A production-like studio in `folder`: no debugging, hashed static files, SQLite."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="studio.settings",
        STUDIO_DATA_DIR=str(folder),
        STUDIO_DEMO="1",
        STUDIO_DEBUG="0",
        STUDIO_ALLOW_LOOPBACK_PROVIDERS="1",
        STUDIO_PUBLIC_URL="http://127.0.0.1:8700",
        DATABASE_URL=f"sqlite:///{folder / 'studio.sqlite3'}",
    )
    import django  # noqa: PLC0415  (settings are read from the environment above)
    from django.core.management import call_command  # noqa: PLC0415

    from studio.management.static_files import collect_when_changed  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    collect_when_changed()


def _measure() -> None:
    from django.test import Client  # noqa: PLC0415

    from tests.bench.house import furnish  # noqa: PLC0415

    project, artist = furnish(TAKES)
    clients = {}
    for person in (artist, project.members.get(username="manager")):
        clients[person.username] = Client(headers=HEADERS)
        clients[person.username].force_login(person, backend="studio.views.backends.PersonBackend")
    in_process = partial(_ask_in_process, clients)
    pages = _pages(project)
    rows = []
    with _web_server({who: client.cookies for who, client in clients.items()}) as over_http:
        for page in pages:
            here, there = _times(page, in_process), _times(page, over_http)
            busy = _times(page, in_process, clock=time.process_time)
            answer, queries = _counted(page, in_process)
            rows.append(
                {
                    "page": page.name,
                    "median_ms": round(statistics.median(here), 1),
                    "p95_ms": round(_p95(here), 1),
                    "cpu_ms": round(statistics.median(busy), 1),
                    "http_median_ms": round(statistics.median(there), 1),
                    "http_p95_ms": round(_p95(there), 1),
                    "queries": queries,
                    "kb": round(len(answer.body) / 1024, 1),
                    "kb_gzip": round(len(gzip.compress(answer.body, 6)) / 1024, 1),
                }
            )
    _report(rows)


def _pages(project: Any) -> list[Page]:
    from studio.models import RenderEvent  # noqa: PLC0415

    take, discussed = project.renders.first(), project.renders.earliest("pk")
    newest = RenderEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    composing = {"prompt": "@Image1 walks to @Image2", "operation": "reference-to-video", "sound": "on"}
    slug, pk = project.slug, take.pk
    return [
        Page("Project page, 24 of the takes", f"/projects/{slug}/"),
        Page("Next 24 takes of the project", f"/projects/{slug}/takes/?before={pk - 24}"),
        Page("Gallery", "/gallery/"),
        Page("Take page", f"/takes/{pk}/"),
        Page("What changed: nothing", f"/changes/?since={newest}&project={slug}", status=204),
        Page("What changed: one take", f"/changes/?since={newest - 1}&project={slug}"),
        Page("Composer, one option changed", f"/projects/{slug}/composer/", composing, (("HX-Request", "true"),)),
        Page("References", f"/projects/{slug}/references/"),
        Page("Poster", f"/takes/{pk}/poster/"),
        Page("64 KB of a video", f"/takes/{pk}/video/", None, (("Range", "bytes=0-65535"),), 206),
        Page("Review queue, 500 takes", "/review/", who="manager"),
        Page("Review queue of the project", f"/projects/{slug}/review/", who="manager"),
        Page("Review room, 200 comments", f"/takes/{discussed.pk}/review/?queue={slug}", who="manager"),
        Page("Take page, 200 comments", f"/takes/{discussed.pk}/"),
        Page("Was anything said: no", f"/takes/{discussed.pk}/talk/?seen={discussed.talk}", status=204),
        Page("Compare four takes", f"/compare/?take={pk}&take={pk - 1}&take={pk - 2}&take={pk - 3}"),
    ]


def _ask_in_process(clients: dict[str, Any], page: Page) -> Answer:
    client = clients[page.who]
    send = client.get if page.form is None else partial(client.post, data=page.form)
    response = send(page.path, headers=dict(page.headers))
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return Answer(response.status_code, body)


@contextmanager
def _web_server(cookies: dict[str, Any]) -> Iterator[Fetch]:
    """The studio's own web server with one worker, asked by each person over one kept connection."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "studio.wsgi:application"]
    server = subprocess.Popen([str(Path(sys.executable).with_name(command[0])), *command[1:]])  # noqa: S603
    try:
        with ExitStack() as stack:
            webs = {who: stack.enter_context(_connected(port, kept)) for who, kept in cookies.items()}
            tokens = {}
            for who, web in webs.items():
                _wait_for(web)
                tokens[who] = web.get("/gallery/").text.partition('"x-csrftoken": "')[2].partition('"')[0]
            yield lambda page: _ask_over_http(webs[page.who], tokens[page.who], page)
    finally:
        server.terminate()
        server.wait(20)


def _connected(port: int, cookies: Any) -> Any:
    import httpx  # noqa: PLC0415

    sent = {name: morsel.value for name, morsel in cookies.items()}
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=sent, headers={"Accept-Encoding": "identity"})


def _wait_for(web: Any) -> None:
    import httpx  # noqa: PLC0415

    deadline = time.monotonic() + 30
    while True:
        try:
            web.get("/gallery/")
            return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _ask_over_http(web: Any, token: str, page: Page) -> Answer:
    headers = dict(page.headers)
    if page.form is None:
        response = web.get(page.path, headers=headers)
    else:
        response = web.post(page.path, data=page.form, headers=headers | {"X-CSRFToken": token})
    return Answer(response.status_code, response.content)


def _times(page: Page, fetch: Fetch, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each round; the first ones, that fill caches, do not count."""
    times = []
    for round_number in range(WARM_UP + ROUNDS):
        begin = clock()
        answer = fetch(page)
        spent = (clock() - begin) * 1000
        if answer.status != page.status:
            raise SystemExit(f"{page.name}: answered {answer.status} instead of {page.status}")
        if round_number >= WARM_UP:
            times.append(spent)
    return times


def _counted(page: Page, fetch: Fetch) -> tuple[Answer, int]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as captured:
        answer = fetch(page)
    return answer, len(captured)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _report(rows: list[dict[str, Any]]) -> None:
    figures.say(f"{TAKES} takes, {figures.machine()}, {ROUNDS} requests each\n")
    heads = ["page", "median ms", "p95 ms", "processor ms", "over HTTP, median", "p95", "queries", "KB", "KB gzipped"]
    figures.table(heads, [list(row.values()) for row in rows])
    figures.keep({f"{row['page']}: {name}": value for row in rows for name, value in row.items() if name != "page"})


if __name__ == "__main__":
    main()
