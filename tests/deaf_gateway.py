"""A gateway on a real socket that takes every connection and never says a word."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Deaf:
    """Where it listens, and who has called so far."""

    listener: socket.socket
    callers: list[socket.socket] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def hang_up(self) -> None:
        """Cut off everybody who waits."""
        for caller in self.callers:
            caller.close()


@contextmanager
def deaf_gateway() -> Iterator[Deaf]:
    """Listens until the block ends."""
    deaf = Deaf(socket.create_server(("127.0.0.1", 0), backlog=50))
    thread = threading.Thread(target=_take, args=(deaf,), daemon=True)
    thread.start()
    try:
        yield deaf
    finally:
        deaf.listener.shutdown(socket.SHUT_RDWR)
        deaf.listener.close()
        deaf.hang_up()
        thread.join(5)


def _take(deaf: Deaf) -> None:
    while True:
        try:
            deaf.callers.append(deaf.listener.accept()[0])
        except OSError:
            return
