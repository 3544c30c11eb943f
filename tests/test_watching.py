"""What `manage.py up` hands over to the watch that it turns into."""

from __future__ import annotations

import signal
import socket
import threading
from pathlib import Path

import pytest

from studio.lib.processes import Program
from studio.watching import Watch, _answers


def test_watch_is_the_same_behind_the_command_line() -> None:
    web = Program(name="web", command=("a", "b c"), folder=Path("/tmp"), death_signal=signal.SIGTERM)  # noqa: S108
    worker = Program(name="worker", command=("d",), environment={"A": "1"}, grace=25.0)
    watch = Watch(programs=[web, worker], stopping="Stopping", welcome="Wëlcome\n", host="::", port=8700)

    assert Watch.from_json(watch.to_json()) == watch


@pytest.mark.parametrize(("said", "answers"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", True), (b"SSH-2.0\r\n", False)])
def test_watch_takes_any_answer_of_a_web_server_for_its_start(said: bytes, answers: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=lambda: listener.accept()[0].sendall(said)).start()

        assert _answers("0.0.0.0", listener.getsockname()[1]) == answers  # noqa: S104


def test_watch_waits_while_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert not _answers("127.0.0.1", port)
