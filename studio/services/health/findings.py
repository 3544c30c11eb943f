"""The shape of what a look has found, and the words for sizes and times in it. Nothing secret ever goes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

GIGABYTE = 1024**3
MEGABYTE = 1024**2


class Level(StrEnum):
    """How bad it is; only a problem makes `doctor` fail and /readyz say no."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was found there, and what to do about it (nothing when all is well)."""

    check: str
    level: Level
    found: str
    advice: str = ""


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, found)


def warning(check: str, found: str, advice: str) -> Finding:
    """It works, but somebody should look at it."""
    return Finding(check, Level.WARNING, found, advice)


def problem(check: str, found: str, advice: str) -> Finding:
    """Something does not work, or will not for long."""
    return Finding(check, Level.PROBLEM, found, advice)


def size(number: int) -> str:
    """A number of bytes as people say it."""
    return f"{number / GIGABYTE:.1f} GB" if number >= GIGABYTE / 2 else f"{number / MEGABYTE:.1f} MB"


def span(time: timedelta) -> str:
    """A length of time as people say it, in its largest fitting unit."""
    seconds = max(time.total_seconds(), 0)
    for unit, length in (("days", 86_400), ("hours", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.0f} s"


def takes(number: int) -> str:
    """So many takes."""
    return "1 take" if number == 1 else f"{number} takes"
