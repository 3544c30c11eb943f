"""The supervisor with real, tiny child processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.environment import BASE_DIR
from studio.lib import processes
from studio.lib.processes import Program, port_problem
from studio.supervisor import QUICK_DEATHS, Supervisor
from tests.e2e.stack import free_port, wait_for

pytestmark = pytest.mark.processes

STAY = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def python(name: str, code: str, *words: str, grace: float = 5.0) -> Program:
    return Program(name=name, command=(sys.executable, "-c", code, *words), grace=grace)


def read(note: Path) -> str:
    return note.read_text() if note.exists() else ""


def is_alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def stop_when(condition: Callable[[], object], seconds: float = 20.0) -> Callable[[Supervisor], None]:
    """A tick that ends the supervisor once `condition` holds, and fails when it never does."""
    deadline = time.monotonic() + seconds

    def tick(supervisor: Supervisor) -> None:
        if condition():
            supervisor.stop()
        assert time.monotonic() < deadline

    return tick


def test_supervisor_restarts_and_reports_a_child_that_dies(tmp_path: Path) -> None:
    marks = tmp_path / "starts"
    code = "import sys, time; f = open(sys.argv[1], 'a'); f.write('x'); f.close(); "
    once_dead = code + "time.sleep(60) if len(open(sys.argv[1]).read()) > 1 else sys.exit(3)"
    said: list[str] = []
    restarted = stop_when(lambda: marks.exists() and len(marks.read_text()) == 2)

    ended = Supervisor([python("brittle", once_dead, str(marks))], say=said.append, each_tick=restarted).run()

    assert ended == 0
    assert said == ["brittle ended with exit code 3 after 0 s. Starting it again."]


def test_supervisor_names_the_signal_that_killed_a_child(tmp_path: Path) -> None:
    said: list[str] = []
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"

    Supervisor([python("victim", code)], say=said.append, each_tick=stop_when(lambda: said)).run()

    assert said[0] == "victim was killed by signal 9 (Killed) after 0 s. Starting it again."


def test_supervisor_gives_up_on_a_child_that_never_stays_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.supervisor.LONGEST_PAUSE", 0.05)
    said: list[str] = []
    neighbour = python("neighbour", STAY)

    ended = Supervisor([python("hopeless", "raise SystemExit(7)"), neighbour], say=said.append).run()

    assert ended == 1
    assert len(said) == QUICK_DEATHS
    assert said[-1] == (
        "hopeless ended with exit code 7, 5 times right after its start. Giving up; see its words above."
    )


def test_supervisor_kills_a_child_that_ignores_sigint_when_its_grace_is_over(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([python("deaf", DEAF, grace=0.5)], say=said.append)
    begun = time.monotonic()
    supervisor._each_tick = stop_when(lambda: time.monotonic() > begun + 1)

    ended = supervisor.run()

    assert ended == 0
    assert said == ["deaf did not end within 0.5 s and is killed."]
    assert time.monotonic() - begun < 4


def test_supervisor_stops_in_the_opposite_order_and_lets_each_finish(tmp_path: Path) -> None:
    record = tmp_path / "ends"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    time.sleep(0.2); open(sys.argv[1], 'a').write(sys.argv[2]); sys.exit()\n"
        "signal.signal(signal.SIGINT, end); open(sys.argv[1] + sys.argv[2], 'w'); time.sleep(60)"
    )
    programs = [python(name, code, str(record), name) for name in ("base", "user")]
    ready = stop_when(lambda: len(list(tmp_path.iterdir())) == 2)

    Supervisor(programs, say=lambda _: None, each_tick=ready, words_at_stop="bye").run()

    assert record.read_text() == "userbase"


def test_supervisor_kills_at_once_and_without_a_word_what_has_nothing_to_finish() -> None:
    said: list[str] = []
    begun = time.monotonic()
    ready = stop_when(lambda: time.monotonic() > begun + 0.5)

    Supervisor([python("deaf", DEAF, grace=0.0)], say=said.append, each_tick=ready).run()

    assert said == []
    assert time.monotonic() - begun < 3


def test_supervisor_kills_what_a_dead_child_left_in_its_group(tmp_path: Path) -> None:
    note = tmp_path / "orphan"
    code = (
        "import subprocess, sys, os; from pathlib import Path; "
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "Path(sys.argv[1]).write_text(str(p.pid)); os._exit(1)"
    )
    said: list[str] = []

    Supervisor([python("parent", code, str(note))], say=said.append, each_tick=stop_when(lambda: said)).run()

    wait_for(lambda: not is_alive(int(note.read_text())), "the orphan to be gone", 5)


def test_supervisor_restarts_a_child_on_request_without_counting_it_as_a_death(tmp_path: Path) -> None:
    said: list[str] = []
    starts: list[int] = []

    def tick(supervisor: Supervisor) -> None:
        number = supervisor.number_of("silent")
        if number is not None and number not in starts:
            starts.append(number)
            supervisor.restart("silent", "it has fallen silent")
        if len(starts) == 3:
            supervisor.stop()

    ended = Supervisor([python("silent", STAY)], say=said.append, each_tick=tick).run()

    assert ended == 0
    assert said == ["silent is being restarted: it has fallen silent."] * 3


# A supervisor as a process of its own, whose one child notes its number in a file.
OUTER = """
import sys
sys.path.insert(0, sys.argv[1])
from studio.lib.processes import Program
from studio.supervisor import Supervisor
note = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
program = Program(name="child", command=(sys.executable, "-c", note, sys.argv[2]), grace=3.0)
sys.exit(Supervisor([program], say=lambda text: print(text, flush=True)).run())
"""


def start_outer(note: Path) -> tuple[subprocess.Popen[bytes], int]:
    outer = subprocess.Popen([sys.executable, "-c", OUTER, str(BASE_DIR), str(note)], process_group=0)
    number = wait_for(lambda: read(note), "the child's number")
    return outer, int(number)


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_supervisor_ends_its_children_when_it_is_told_to_end(tmp_path: Path, asked: signal.Signals) -> None:
    outer, child = start_outer(tmp_path / "child")

    outer.send_signal(asked)

    assert outer.wait(10) == 0
    assert not is_alive(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_supervisor_killed_outright_leaves_no_child(tmp_path: Path) -> None:
    outer, child = start_outer(tmp_path / "child")

    outer.kill()
    outer.wait()

    wait_for(lambda: not is_alive(child), "the child to be gone", 5)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_die_with_parent_after_fork_takes_grandchildren_along(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    code = (
        f"import sys; sys.path.insert(0, {str(BASE_DIR)!r}); import os, time; "
        "from studio.lib.processes import die_with_parent_after_fork; die_with_parent_after_fork()\n"
        "if os.fork() == 0:\n"
        "    if os.fork() == 0:\n"
        "        open(sys.argv[1], 'w').write(str(os.getpid()))\n"
        "time.sleep(60)"
    )
    parent = processes.start(python("parent", code, str(note)))
    grandchild = int(wait_for(lambda: read(note), "the grandchild's number"))

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()

    wait_for(lambda: not is_alive(grandchild), "the grandchild to be gone", 5)


def test_port_problem_is_empty_for_a_free_port_and_says_what_is_wrong_with_a_taken_one() -> None:
    port = free_port()

    free = port_problem("127.0.0.1", port)
    listener = socket.socket()
    listener.bind(("127.0.0.1", port))
    listener.listen()
    taken = port_problem("127.0.0.1", port)
    listener.close()

    assert (free, taken) == ("", "Address already in use")
