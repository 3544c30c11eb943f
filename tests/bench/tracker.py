"""Measures the tracker with 5,000 renders in flight: `python -m tests.bench.tracker`.

First how many polls a second it reaches when everything is always due, on each database, against bare loops of the same
client and of aiohttp in the same minutes: what is between them is what the studio adds. Then, with everything due each
ten seconds, how late the polls are, and whether memory grows. The gateway has a processor of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests import postgres
from tests.bench import figures
from tests.bench.figures import say

TAKES = int(os.environ.get("BENCH_IN_FLIGHT", "5000"))
ROUNDS = int(os.environ.get("BENCH_TRACKER_ROUNDS", "5"))
# Of each run, these seconds count; before them connections are made and queues filled.
WARM_UP_SECONDS = 2.0
COUNTED_SECONDS = float(os.environ.get("BENCH_TRACKER_SECONDS", "6"))
# An hour of 5,000 renders that are asked about each half minute is 600,000 polls; without it, only the minute below.
SOAK_POLLS = int(os.environ.get("BENCH_SOAK_POLLS", "0"))
SOAK_SECONDS = float(os.environ.get("BENCH_SOAK_SECONDS", "60"))
GATEWAY_PROCESSOR, CLIENT_PROCESSOR = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))


def main() -> None:
    """Set everything up, measure, print, and take everything away again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rushes-bench-")))
        gateway = stack.enter_context(_gateway())
        studios = {"sqlite": _studio(folder / "sqlite", f"sqlite:///{folder / 'sqlite' / 'studio.sqlite3'}")}
        programs = postgres.programs()
        if programs:
            studios["postgres"] = _studio(folder / "postgres", stack.enter_context(postgres.server(programs)))
        else:
            say("PostgreSQL is not installed on this machine: the tracker was not measured on it.")
        for environment in studios.values():
            _finish(_begin(environment, "furnish", gateway, str(TAKES)))
        _report_rates(_rates(gateway, studios), list(studios))
        _report_soak(_soak(studios["sqlite"]))


@contextmanager
def _gateway() -> Iterator[str]:
    """The address of a fresh gateway on a processor of its own."""
    command = ["taskset", "-c", str(GATEWAY_PROCESSOR)] if shutil.which("taskset") else []
    process = subprocess.Popen(  # noqa: S603
        [*command, sys.executable, "-m", "tests.bench.gateway"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait(10)


def _studio(folder: Path, database: str) -> dict[str, str]:
    """The environment of a studio as a worker would have it, with its own folder and database."""
    folder.mkdir()
    return os.environ | {
        "DATABASE_URL": database,
        "STUDIO_DATA_DIR": str(folder),
        "STUDIO_DEMO": "1",
        "STUDIO_DEBUG": "0",
        "STUDIO_ALLOW_LOOPBACK_PROVIDERS": "1",
        "STUDIO_PUBLIC_URL": "http://127.0.0.1:8700",
    }


def _begin(environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bench.launch", "tests.bench.contestants", *words]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
    os.sched_setaffinity(process.pid, {CLIENT_PROCESSOR})
    return process


def _finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a contestant has to say at its end."""
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"A measured process ended with {process.returncode}.")
    lines = said.split()
    return dict(json.loads(said.strip().splitlines()[-1])) if lines and lines[-1].endswith("}") else {}


def _rates(gateway: str, studios: dict[str, dict[str, str]]) -> dict[str, list[dict[str, float]]]:
    """Every contestant in turn, so that a slow spell of the machine meets them all."""
    contestants = {"aiohttp": ("aiohttp", "sqlite"), "httpx": ("httpx", "sqlite")}
    contestants |= {database: ("tracker", database) for database in studios}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in contestants}
    for number in range(ROUNDS):
        for name, (program, database) in contestants.items():
            found[name].append(_rate(gateway, studios[database], program))
        say(f"round {number + 1}: " + ", ".join(f"{name} {rows[-1]['rate']:.0f}/s" for name, rows in found.items()))
    return found


def _rate(gateway: str, environment: dict[str, str], program: str) -> dict[str, float]:
    """Polls a second as the gateway counts them, and the processor time of each."""
    process = _begin(environment, program, str(WARM_UP_SECONDS + COUNTED_SECONDS + 1))
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(WARM_UP_SECONDS)
    before, begun = _count(gateway), time.monotonic()
    time.sleep(COUNTED_SECONDS)
    polls, took = _count(gateway) - before, time.monotonic() - begun
    return {"rate": polls / took, "cpu_ms": _finish(process)["cpu_ms"]}


def _count(gateway: str) -> int:
    with urllib.request.urlopen(f"{gateway}/count", timeout=10) as answer:  # noqa: S310
        return int(json.load(answer)["polls"])


def _report_rates(found: dict[str, list[dict[str, float]]], databases: list[str]) -> None:
    names = {"aiohttp": "bare aiohttp loop", "httpx": "bare loop of the studio's client"}
    names |= {database: f"the tracker on {database}" for database in databases}
    kept: dict[str, figures.Figure] = {}
    rows: list[list[figures.Figure]] = []
    for name, words in names.items():
        rate = statistics.median(row["rate"] for row in found[name])
        cpu = statistics.median(row["cpu_ms"] for row in found[name])
        rows.append([words, round(rate), round(cpu, 2), _ratio(found, name, "httpx"), _ratio(found, name, "aiohttp")])
    for database in databases:
        kept[f"tracker_ratio_{database}"] = _ratio(found, database, "httpx")
        kept[f"tracker_ratio_aiohttp_{database}"] = _ratio(found, database, "aiohttp")
        kept[f"tracker_polls_per_s_{database}"] = round(statistics.median(row["rate"] for row in found[database]))
    say(f"\n{TAKES} renders in flight, {ROUNDS} rounds, medians, {figures.machine()}\n")
    figures.table(["", "polls/s", "processor ms each", "to the same client", "to aiohttp"], rows)
    figures.keep(kept)


def _ratio(found: dict[str, list[dict[str, float]]], name: str, base: str) -> float:
    """The median of the rounds' ratios: within a round the machine was the same for both."""
    pairs = zip(found[name], found[base], strict=True)
    return round(statistics.median(one["rate"] / other["rate"] for one, other in pairs), 3)


def _soak(environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.launch", "tests.bench.soak", str(SOAK_SECONDS), str(SOAK_POLLS)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
    os.sched_setaffinity(process.pid, {CLIENT_PROCESSOR})
    return _finish(process)


def _report_soak(soak: dict[str, Any]) -> None:
    say(
        f"\nDue each ten seconds, for {SOAK_SECONDS:.0f} s: {soak['on_time_share']:.1%} of {soak['due_polls']} polls "
        f"begun within a second, p95 {soak['late_s_p95']} s late.\n"
        f"Memory of the process: {soak['rss_begin_mb']} MB at the beginning, {soak['rss_mb']} MB after "
        f"{soak['all_polls']} polls."
    )
    figures.keep(
        {
            "tracker_rss_mb": soak["rss_mb"],
            "tracker_rss_begin_mb": soak["rss_begin_mb"],
            "tracker_soak_polls": soak["all_polls"],
            "tracker_on_time_share": soak["on_time_share"],
            "tracker_late_s_p95": soak["late_s_p95"],
        }
    )


if __name__ == "__main__":
    main()
