"""`manage.py up`: what it keeps running."""

from __future__ import annotations

import pytest

from studio.management.commands.up import programs


@pytest.mark.parametrize(("sandbox", "names"), [(False, ["web", "worker"]), (True, ["web", "sandbox", "worker"])])
def test_sandbox_runs_beside_the_studio_only_when_asked_for(sandbox: bool, names: list[str]) -> None:
    assert [program.name for program in programs(sandbox=sandbox, pace=1.0)] == names
