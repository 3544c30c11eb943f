"""The processes of a worker by what they do, read from /proc and from their notes: who may be killed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.processes.workers import CLUSTERS

PROC = Path("/proc")


class Victim(NamedTuple):
    """One process; sorted by cluster and number, so that a seed picks as nearly the same one as can be."""

    role: str
    cluster: str
    number: int


def of_worker(supervisor: int, notes: Path) -> list[Victim]:
    """All processes of a running `manage.py qcluster`, itself included; `notes` is where `studio.lib.activity` keeps
    who has a task in hand."""
    children, busy = _children(), {file.name for file in notes.glob("*/*")}
    found = [Victim("supervisor", "", supervisor)]
    for cluster in children.get(supervisor, []):
        name = _cluster_name(cluster)
        if not name:
            # Just forked, and not yet what it is to be.
            continue
        found.append(Victim("cluster", name, cluster))
        for process in children.get(cluster, []):
            found.append(Victim("busy worker" if str(process) in busy else "idle worker", name, process))
    return sorted(found)


def all_of(supervisor: int) -> list[int]:
    """The numbers of a process and of everything below it."""
    children, found = _children(), [supervisor]
    for number in found:
        found += children.get(number, [])
    return found


def pick(victims: list[Victim], role: str, where: float) -> Victim | None:
    """The one of a role that stands at `where` (0–1) of the list."""
    fitting = [victim for victim in victims if victim.role == role]
    return fitting[int(where * len(fitting))] if fitting else None


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (parent := _parent(folder)):
            children.setdefault(parent, []).append(int(folder.name))
    return children


def _parent(folder: Path) -> int:
    """0 for one that is gone, or dead and only not yet collected."""
    # The name may hold spaces and brackets, so count from behind it.
    state, parent = [*_read(folder / "stat").rpartition(")")[2].split(), "Z", "0"][:2]
    return 0 if state == "Z" else int(parent)


def _short_name(number: int) -> str:
    return _read(PROC / str(number) / "comm").strip()


def _cluster_name(number: int) -> str:
    name = _short_name(number)
    return name if name in CLUSTERS else ""


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
