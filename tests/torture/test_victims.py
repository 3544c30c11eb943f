"""Who may be killed: told from what the system and the workers' own notes say of the processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture import victims
from tests.torture.victims import Victim, of_worker, pick

# Number, parent, name and state: a worker with two clusters, one of them at work, and somebody else's process.
PROCESSES = (
    (10, 1, "python", "S"),
    (11, 10, "studio", "S"),
    (12, 11, "studio", "S"),
    (13, 11, "studio", "R"),
    (14, 11, "studio", "Z"),
    (15, 10, "media", "S"),
    (16, 15, "media", "S"),
    (17, 10, "python", "S"),
    (99, 1, "studio", "S"),
)


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(victims, "PROC", tmp_path / "proc")
    for number, parent, name, state in PROCESSES:
        folder = tmp_path / "proc" / str(number)
        folder.mkdir(parents=True)
        (folder / "stat").write_text(f"{number} ({name}) {state} {parent} 0")
        (folder / "comm").write_text(f"{name}\n")
    busy = tmp_path / "run" / "studio:here:11"
    busy.mkdir(parents=True)
    (busy / "13").touch()
    return tmp_path / "run"


def test_victims_of_a_worker_are_told_apart_by_what_they_do(notes: Path) -> None:
    assert of_worker(10, notes) == [
        Victim("busy worker", "studio", 13),
        Victim("cluster", "media", 15),
        Victim("cluster", "studio", 11),
        Victim("idle worker", "media", 16),
        Victim("idle worker", "studio", 12),
        Victim("supervisor", "", 10),
    ]


def test_pick_is_one_of_the_role_or_nobody(notes: Path) -> None:
    found = of_worker(10, notes)

    assert [pick(found, "idle worker", where) for where in (0.0, 0.99)] == [found[3], found[4]]
    assert pick(found[1:], "busy worker", 0.5) is None
