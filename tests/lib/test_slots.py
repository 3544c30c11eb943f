"""Places among processes: so many and no more, and a dead process keeps none."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from studio.environment import BASE_DIR
from studio.lib.slots import place

HOLDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from studio.lib.slots import place
with place(Path(sys.argv[2]), "gateway", 1) as held:
    print(held, flush=True)
    sys.stdin.read()
"""


def test_place_is_given_as_often_as_there_are_places_and_again_when_one_is_free(tmp_path: Path) -> None:
    with ExitStack() as stack:
        given = [stack.enter_context(place(tmp_path, "gateway", 2)) for _ in range(3)]
        other = stack.enter_context(place(tmp_path, "other", 2))
    with place(tmp_path, "gateway", 2) as afterwards:
        pass

    assert (given, other, afterwards) == ([True, True, False], True, True)


def test_place_of_a_process_that_was_killed_is_free_at_once(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDER, str(BASE_DIR), str(tmp_path)]
    holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    said = holder.stdout.readline().strip()
    with place(tmp_path, "gateway", 1) as before:
        pass

    holder.kill()
    holder.communicate()

    with place(tmp_path, "gateway", 1) as after:
        pass
    assert (said, before, after) == ("True", False, True)


def test_place_in_a_process_without_an_input_is_given_and_given_back(tmp_path: Path) -> None:
    program = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from studio.lib.slots import place
os.close(0)
for _ in range(2):
    with place(Path(sys.argv[2]), "gateway", 1) as held:
        print(held)
"""
    words = [sys.executable, "-c", program, str(BASE_DIR), str(tmp_path)]

    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout

    assert said.split() == ["True", "True"]
