"""What is read from Lighthouse's reports."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lighthouse import reports
from tests.lighthouse.reports import Looked, Report


def made(performance: float | None = 0.98, **over: Any) -> Report:
    times = {"first-contentful-paint": 812.4, "largest-contentful-paint": 1859.0, "speed-index": 1116.2}
    values = {**times, "total-blocking-time": 74.3, "cumulative-layout-shift": 0.00049}
    audits: dict[str, Any] = {
        name: {"numericValue": value, "score": 1, "title": name} for name, value in values.items()
    }
    audits["image-alt"] = {
        "title": "Images have names",
        "score": 0,
        "details": {"items": [{"node": {"snippet": "<p>"}}]},
    }
    marks = {"performance": performance, "accessibility": 1, "best-practices": 1}
    refs = {"accessibility": [{"id": "image-alt", "weight": 7}]}
    return {
        "audits": audits,
        "categories": {kind: {"score": mark, "auditRefs": refs.get(kind, [])} for kind, mark in marks.items()},
        "environment": {"benchmarkIndex": 1729.4},
        **over,
    }


def test_figures_are_of_a_hundred_in_seconds_and_milliseconds() -> None:
    assert reports.figures(Looked(made(), made(0.99))) == {
        "performance": 98,
        "accessibility": 100,
        "best-practices": 100,
        "first_paint": 0.81,
        "largest_paint": 1.86,
        "speed_index": 1.12,
        "blocked_ms": 74,
        "layout_shift": 0.0,
        "machine": 1729,
        "undisturbed_performance": 99,
        "undisturbed_first_paint": 0.81,
    }


def test_page_without_a_score_has_none_of_a_hundred() -> None:
    assert reports.score(made(performance=None), "performance") == 0


def test_middle_is_neither_the_best_nor_the_worst() -> None:
    found = [Looked(made(mark), made()) for mark in (0.99, 0.74, 0.95)]

    assert reports.middle(found) is found[2]


def test_failures_name_what_is_wrong_and_where() -> None:
    assert reports.failures(made()) == ["Images have names () <p>"]


@pytest.mark.parametrize(
    ("trouble", "written"),
    [
        (subprocess.TimeoutExpired("node", 1), None),
        (subprocess.CalledProcessError(1, "node"), None),
        (None, made(runtimeError={"code": "NO_NAVSTART"})),
    ],
    ids=["hangs", "fails", "says so"],
)
def test_round_that_came_to_nothing_is_no_report(
    trouble: Exception | None, written: Report | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(words: list[str], **_named: Any) -> None:
        if trouble:
            raise trouble
        (tmp_path / "seen").mkdir(exist_ok=True)
        (tmp_path / "seen/trace.json").write_text('{"traceEvents": []}')
        Path(words[-1].removeprefix("--output-path=")).write_text(json.dumps(written))

    monkeypatch.setattr(subprocess, "run", run)

    assert reports.ask("http://127.0.0.1:1/", 1, tmp_path) is None


def test_undisturbed_task_lasts_as_long_as_the_processor_worked_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [{"dur": 157, "tdur": 32}, {"dur": 9, "tdur": 11}, {"name": "mark"}]

    def run(words: list[str], **_named: Any) -> None:
        (tmp_path / "seen").mkdir(exist_ok=True)
        if f"-GA={tmp_path / 'seen'}" in words:
            (tmp_path / "seen/trace.json").write_text(json.dumps({"traceEvents": events}))
        Path(words[-1].removeprefix("--output-path=")).write_text(json.dumps(made()))

    monkeypatch.setattr(subprocess, "run", run)

    assert reports.ask("http://127.0.0.1:1/", 1, tmp_path) == Looked(made(), made())
    assert json.loads((tmp_path / "seen/trace.json").read_text())["traceEvents"] == [
        {"dur": 32, "tdur": 32},
        {"dur": 9, "tdur": 11},
        {"name": "mark"},
    ]
