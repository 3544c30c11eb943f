"""How much memory processes hold, read from /proc: resident (what `ps` shows) and proportional.

Forks share pages with one another. Resident size counts such a page once for each of them, so the sum over a family
says more than the machine lends; proportional size (PSS) divides it by those who share it, and its sum is the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """In MB."""

    resident: float
    proportional: float


def of_process(number: int) -> Memory:
    """What one process holds; nothing for one that is gone."""
    try:
        lines = (PROC / str(number) / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return Memory(0, 0)
    sizes = {name: int(words.split()[0]) / 1024 for name, _, words in (line.partition(":") for line in lines)}
    return Memory(sizes["Rss"], sizes["Pss"])


def of_family(number: int) -> Memory:
    """What a process and all below it hold together."""
    each = [of_process(member) for member in family(number)]
    return Memory(sum(one.resident for one in each), sum(one.proportional for one in each))


def family(number: int) -> Iterator[int]:
    """The process and all below it."""
    yield number
    for child in children(number):
        yield from family(child)


def children(number: int) -> list[int]:
    """Those that the process started and that are still there."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit() and _parent(folder) == number:
            found.append(int(folder.name))
    return sorted(found)


def _parent(folder: Path) -> int:
    try:
        # The name may hold spaces and brackets, so count from behind it.
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
