"""One of Lighthouse's reports: asked for, and what is read from it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
# Once this is over, Lighthouse hangs.
LONGEST_SECONDS = 150
# Our pages ask every second what has changed. Lighthouse waits for five quiet ones before it looks, so it would wait
# in vain, for 45 s, and then judge the page by all that it did meanwhile.
QUIET_MS = 500
WAITS = {
    "networkQuietThresholdMs": QUIET_MS,
    "cpuQuietThresholdMs": QUIET_MS,
    "pauseAfterFcpMs": 1000,
    "pauseAfterLoadMs": 1000,
}
SECONDS = {
    "first_paint": "first-contentful-paint",
    "largest_paint": "largest-contentful-paint",
    "speed_index": "speed-index",
}
Report = dict[str, Any]
Figures = dict[str, float]


@dataclass(frozen=True)
class Looked:
    """One look at a page: Lighthouse's report, and what it says where each task took only its processor time."""

    report: Report
    undisturbed: Report


def ask(address: str, port: int, folder: Path) -> Looked | None:
    """Look at one page as a phone of the middle class would load it; None when it came to nothing.

    On a busy machine Lighthouse sometimes loses the beginning of what the browser did, or hangs."""
    config, seen = folder / "config.json", folder / "seen"
    config.write_text(json.dumps({"extends": "lighthouse:default", "settings": {"onlyCategories": [*LEAST], **WAITS}}))
    words = [address, f"--config-path={config}", f"--port={port}", "--quiet", "--disable-storage-reset"]
    try:
        report = _run([*words, f"-GA={seen}"], folder / "report.json")
        _leave_out_waits(seen / "trace.json")
        undisturbed = _run([*words, f"-A={seen}"], folder / "undisturbed.json")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return None if "runtimeError" in report else Looked(report, undisturbed)


def _run(words: list[str], answer: Path) -> Report:
    program = ["node", str(HERE / "node_modules/lighthouse/cli/index.js")]
    words = [*program, *words, "--output=json", f"--output-path={answer}"]
    subprocess.run(words, check=True, timeout=LONGEST_SECONDS)  # noqa: S603
    report: Report = json.loads(answer.read_text())
    return report


def _leave_out_waits(trace: Path) -> None:
    """Let every task last as long as the processor worked on it: the rest is other programs' share of this machine."""
    events = json.loads(trace.read_text())
    for event in events["traceEvents"]:
        if "tdur" in event and "dur" in event:
            event["dur"] = min(event["dur"], event["tdur"])
    trace.write_text(json.dumps(events))


def figures(looked: Looked) -> Figures:
    """The scores of a hundred, the times in seconds or milliseconds, and how much moved.

    `machine` is Lighthouse's own mark for this one: it takes its processor to be four times as fast as the phone's,
    which one of 1,500 to 2,000 is. What is called undisturbed leaves out what other programs took from the page."""
    audits = looked.report["audits"]
    return {
        **{kind: score(looked.report, kind) for kind in LEAST},
        **{name: _seconds(looked.report, name) for name in SECONDS},
        "blocked_ms": round(audits["total-blocking-time"]["numericValue"]),
        "layout_shift": round(audits["cumulative-layout-shift"]["numericValue"], 3),
        "machine": round(looked.report["environment"]["benchmarkIndex"]),
        "undisturbed_performance": score(looked.undisturbed, "performance"),
        "undisturbed_first_paint": _seconds(looked.undisturbed, "first_paint"),
    }


def middle(found: list[Looked]) -> Looked:
    """The one in the middle by performance; of two the better one, since what disturbs only takes away."""
    return sorted(found, key=lambda looked: score(looked.report, "performance"))[len(found) // 2]


def _seconds(report: Report, name: str) -> float:
    milliseconds: float = report["audits"][SECONDS[name]]["numericValue"]
    return round(milliseconds / 1000, 2)


def score(report: Report, kind: str) -> int:
    """Of a hundred."""
    return round((report["categories"][kind]["score"] or 0) * 100)


def failures(report: Report) -> list[str]:
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
