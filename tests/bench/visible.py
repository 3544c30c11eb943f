"""How long a finished take needs to be seen: `python -m tests.bench.visible`, with 1,000 renders in flight.

Real processes in a throw-away folder: the web server, one worker, the sandbox as the gateway of those that finish one
after another, and a gateway that never finishes for all the others. From the moment at which the sandbox first calls
a task completed to the moment at which a browser that asks what has changed, as the page does, holds the ready card.
"""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from studio.environment import BASE_DIR
from tests.bench import figures
from tests.bench.figures import say
from tests.e2e.stack import answers, children_of, free_port, wait_for
from tests.processes.workers import Shell, environment_of, migrate

IN_FLIGHT = int(os.environ.get("BENCH_VISIBLE_IN_FLIGHT", "1000"))
FINISHING = int(os.environ.get("BENCH_VISIBLE_TAKES", "40"))
# Asked for one after another with this pause, so that two or three are under way at any time.
EVERY_SECONDS = 2.0
PACE_SECONDS = 5.0
# The page's own rhythm.
PAGE_SECONDS = float(re.findall(r"every (\d+)s", (BASE_DIR / "templates/renders/_poll.html").read_text())[0])
# Every card that the page holds.
CARDS = re.compile(r'id="render-card-(\d+)" data-state="(\w+)"')
NEXT = re.compile(r"since=(\d+)")

FURNISH = f"""
from datetime import timedelta
from django.conf import settings
from django.test import Client
from studio.choices import RenderState, Role
from studio.lib.clock import jittered, later, now
from studio.models import Attempt
from tests.factories import make_followed, make_key, make_project, make_user
artist = make_user("artist")
project = make_project({{{{Role.ARTIST: artist}}}}, slug="busy")
endless = [make_key(base_url="{{endless}}") for _ in range(5)]
for number in range({IN_FLIGHT}):
    make_followed(project, endless[number % 5], state=RenderState.RUNNING, next_poll_at=later(number % 50 / 10))
# Asked about each five seconds, as the paid gateways are; young ones on this machine would be each second.
Attempt.objects.update(created_at=now() - timedelta(minutes=35))
key = make_key(base_url="{{sandbox}}", label="finishing")
browser = Client()
browser.force_login(artist, backend=settings.AUTHENTICATION_BACKENDS[-1])
answer = {{{{name: morsel.value for name, morsel in browser.cookies.items()}}}}
"""
ASK = """
from uuid import uuid4
from studio.models import Project, ProviderKey, User
from studio.services.renders import create_renders
from tests.factories import make_request
request = make_request(prompt="A red car stops at the sea.", resolution="480p", duration=4, sound=False)
found = create_renders(project=Project.objects.get(), asked_by=User.objects.get(username="artist"),
    key=ProviderKey.objects.get(label="finishing"), request=request, takes=1, submission=uuid4())
answer = found[0].pk
"""
NEWEST = "from studio.models import RenderEvent; answer = RenderEvent.objects.order_by('-pk')[0].pk"
STEPS = """
from studio.models import Attempt, RenderEvent
named = dict(Attempt.objects.filter(key__label="finishing").values_list("render_id", "remote_id"))
moved = RenderEvent.objects.filter(render__in=named).values_list("render_id", "to_state", "created_at")
answer = [[named[pk], pk, state, at.timestamp()] for pk, state, at in moved.order_by("-pk")]
"""


def main() -> None:
    """Set everything up, measure, print, and take everything away again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rushes-bench-")))
        port, sandbox_port = free_port(), free_port()
        sandbox, web = f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{port}"
        env = environment_of(folder, STUDIO_PUBLIC_URL=web, STUDIO_PORT=str(port))
        migrate(env)
        started = stack.enter_context(_started(("-m", "tests.bench.gateway"), env, folder, pipe=True))
        assert started.stdout is not None
        endless = f"http://127.0.0.1:{started.stdout.readline().decode().strip()}"
        pace = ("--pace", str(PACE_SECONDS), "--plain-films")
        stack.enter_context(_started(("manage.py", "sandbox", "--port", str(sandbox_port), *pace), env, folder))
        granian = ("-m", "granian", "--interface", "wsgi", "--blocking-threads", "4", "--no-ws", "--port", str(port))
        stack.enter_context(_started((*granian, "studio.wsgi:application"), env, folder))
        shell = Shell(env)
        stack.callback(shell.close)
        cookies = shell(FURNISH.format(endless=endless, sandbox=sandbox))
        stack.enter_context(_started(("manage.py", "qcluster"), env, folder))
        wait_for(lambda: answers(web) and answers(sandbox), "web server and sandbox to answer", 60)
        _warm_up(shell, endless)
        seen = _watch(shell, web, cookies)
        _report(seen, shell(STEPS), _ends(sandbox))


@contextmanager
def _started(
    words: tuple[str, ...], env: dict[str, str], folder: Path, *, pipe: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *words], cwd=BASE_DIR, env=env, stdout=subprocess.PIPE if pipe else log, stderr=log
        )
    try:
        yield process
    finally:
        below = children_of(process.pid)
        process.send_signal(signal.SIGTERM if pipe else signal.SIGINT)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            for number in below:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)


def _warm_up(shell: Shell, endless: str) -> None:
    """Until the tracker has been round once, and a first take is through."""

    def polls() -> int:
        with urllib.request.urlopen(f"{endless}/count", timeout=10) as answer:  # noqa: S310
            return int(json.load(answer)["polls"])

    wait_for(lambda: polls() > IN_FLIGHT, "the tracker to be round once", 120)
    first = shell(ASK)
    state = f"from studio.models import Render; answer = Render.objects.get(pk={first}).state"
    wait_for(lambda: shell(state) == "ready", "a first take to be ready", 60)


def _watch(shell: Shell, web: str, cookies: dict[str, str]) -> dict[int, float]:
    """Ask for takes and look for them as the page does; gives when each was first held as ready."""
    seen: dict[int, float] = {}
    asked: list[int] = []
    cursor, next_look, next_ask = shell(NEWEST), 0.0, 0.0
    deadline = time.monotonic() + FINISHING * EVERY_SECONDS + 90
    with httpx.Client(base_url=web, cookies=cookies, timeout=20) as browser:
        while len(seen) < FINISHING and time.monotonic() < deadline:
            if len(asked) < FINISHING and time.monotonic() >= next_ask:
                next_ask = time.monotonic() + EVERY_SECONDS
                asked.append(shell(ASK))
            if asked and time.monotonic() >= next_look:
                next_look = time.monotonic() + PAGE_SECONDS
                cursor = _look(browser, cursor, asked, seen)
            time.sleep(0.01)
    return seen


def _look(browser: httpx.Client, cursor: int, asked: list[int], seen: dict[int, float]) -> int:
    answer = browser.get(f"/changes/?since={cursor}&project=busy&oldest={asked[0]}")
    if answer.status_code == 204:
        return cursor
    answer.raise_for_status()
    for number, state in CARDS.findall(answer.text):
        if state == "ready" and int(number) in asked:
            seen.setdefault(int(number), time.time())
    return int(NEXT.findall(answer.text)[0])


def _ends(sandbox: str) -> dict[str, float]:
    """When each task was completed at the sandbox: its clock is this machine's."""
    with urllib.request.urlopen(f"{sandbox}/_sandbox/creates", timeout=30) as answer:  # noqa: S310
        return {task["task_id"]: task["created"] + PACE_SECONDS for task in json.load(answer)["creates"]}


def _report(seen: dict[int, float], steps: list[list[Any]], ends: dict[str, float]) -> None:
    """The whole way, and where the time goes."""
    times: dict[str, list[float]] = {"noticed": [], "fetched": [], "shown": [], "all": []}
    moments = {(pk, state): at for _, pk, state, at in steps}
    for remote_id, pk in {(remote_id, pk) for remote_id, pk, *_ in steps if pk in seen}:
        end, fetching, ready = ends[remote_id], moments[pk, "fetching"], moments[pk, "ready"]
        parts = {"noticed": fetching - end, "fetched": ready - fetching, "shown": seen[pk] - ready}
        for name, seconds in (parts | {"all": seen[pk] - end}).items():
            times[name].append(seconds)
    words = {
        "noticed": "completed at the gateway → noticed by the tracker",
        "fetched": "→ fetched, checked and pictured",
        "shown": "→ held by the page",
        "all": "all together",
    }
    say(f"\n{IN_FLIGHT} renders in flight, {len(seen)} of {FINISHING} takes seen, {figures.machine()}\n")
    figures.table(
        ["seconds", "median", "p95"],
        [[words[name], round(statistics.median(found), 2), _p95(found)] for name, found in times.items()],
    )
    if len(seen) < FINISHING:
        raise SystemExit(f"{FINISHING - len(seen)} takes were never seen as ready.")
    figures.keep({"ready_to_visible_s_p95": _p95(times["all"])})


def _p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 2)


if __name__ == "__main__":
    main()
