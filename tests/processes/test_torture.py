"""The short version of `make torture`: takes at every gateway while processes of two workers are killed with -9."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.torture.report import report_of
from tests.torture.run import Settings, run, say

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes of a worker in /proc"),
]

SHORT = Settings(
    seed=4711,
    renders=40,
    in_flight=20,
    pace=1.0,
    steps=(8, 24),
    most_kills=8,
    # Where waiting ends, however much else the machine has to do.
    most_seconds=400.0,
    settle_seconds=90.0,
)


def test_killed_again_and_again_the_studio_pays_nothing_twice_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)

    report = report_of(run(SHORT, tmp_path, say))

    say(report.table())
    assert report.complaints == []
    assert report.outcome.killed["busy worker"] > 0
    assert {name: report.figures[name] for name in ("renders", "kills", "duplicates", "lost", "ledger_difference")} == {
        "renders": SHORT.renders,
        "kills": SHORT.most_kills,
        "duplicates": 0,
        "lost": 0,
        "ledger_difference": 0.0,
    }
