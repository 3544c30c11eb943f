"""The figures of all benchmarks: flat names in one JSON file, the one that BENCH_JSON names."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

Figure = int | float | str


def keep(figures: Mapping[str, Figure]) -> None:
    """Add `figures` to those that other benchmarks wrote before; without BENCH_JSON they are only printed."""
    target = os.environ.get("BENCH_JSON")
    if not target:
        return
    path = Path(target)
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**known, **figures}, indent=1, ensure_ascii=False) + "\n")


def table(heads: Sequence[str], rows: Sequence[Sequence[Figure]]) -> None:
    """Print a table as Markdown has it: the first column is text, the others are numbers."""
    say(f"| {' | '.join(heads)} |")
    say("|".join(["", "---", *["---:"] * (len(heads) - 1), ""]))
    for row in rows:
        say(f"| {' | '.join(str(value) for value in row)} |")


def machine() -> str:
    """What it was measured on, in a few words."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


def say(text: str) -> None:
    """A line at once, so that whoever waits sees how far it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
