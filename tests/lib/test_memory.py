"""Memory goes back to the machine, and the collector leaves alone what forks are to share."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Blocks too large for Python's own store and too small for pages of their own; the last one keeps the heap's end.
FREED_AND_GIVEN_BACK = """
from pathlib import Path
from studio.lib.memory import give_back
size = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024
blocks = [bytes(60_000) + b"." for _ in range(1500)]
last, blocks = blocks[-1], None
freed = size()
give_back()
print(freed - size() > 50)
"""
SHARED = """
import gc
from studio.lib.memory import keep_shared
kept = [[] for _ in range(10_000)]
keep_shared()
print(gc.get_freeze_count() > 10_000, len(gc.get_objects()) < 1000)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only this C library can be asked")
def test_memory_freed_between_what_is_kept_is_given_back() -> None:
    assert _said(FREED_AND_GIVEN_BACK) == "True"


def test_what_is_shared_is_out_of_the_collectors_sight() -> None:
    assert _said(SHARED) == "True True"


def _said(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.strip()
