"""A raw socket server on 127.0.0.1 that answers, cuts or stays silent, for what a mocked transport cannot show."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

OK_EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Play(StrEnum):
    ANSWER = "answer"
    CUT_AFTER_REQUEST = "cut after request"
    CUT_IN_BODY = "cut in body"
    SILENT = "silent"


@dataclass
class Loopback:
    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def loopback(play: Play, answer: bytes = OK_EMPTY) -> Iterator[Loopback]:
    """Serves one connection after another until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Loopback(listener.getsockname()[1])
    finished = threading.Event()
    thread = threading.Thread(target=_serve, args=(listener, server, play, answer, finished), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        finished.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _serve(listener: socket.socket, server: Loopback, play: Play, answer: bytes, finished: threading.Event) -> None:
    while not finished.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            server.requests.append(_whole_request(connection))
            if play == Play.ANSWER:
                connection.sendall(answer)
            elif play == Play.CUT_IN_BODY:
                connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"id":')
            elif play == Play.SILENT:
                finished.wait(10)


def _whole_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
