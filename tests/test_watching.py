"""What `manage.py up` hands over to the watch that it turns into."""

from __future__ import annotations

import signal
from pathlib import Path

from studio.lib.processes import Program
from studio.watching import Watch


def test_watch_is_the_same_behind_the_command_line() -> None:
    web = Program(name="web", command=("a", "b c"), folder=Path("/tmp"), death_signal=signal.SIGTERM)  # noqa: S108
    worker = Program(name="worker", command=("d",), environment={"A": "1"}, grace=25.0)
    watch = Watch(programs=[web, worker], stopping="Stopping", welcome="Wëlcome\n", host="::", port=8700)

    assert Watch.from_json(watch.to_json()) == watch
