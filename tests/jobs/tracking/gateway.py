"""A gateway for the tracker's tests, and what they ask of the studio again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from django_q.models import OrmQ

from studio.models import Render
from tests.media.file_server import QuietServer

Answer = tuple[int, dict[str, str], bytes]
WAITING = b'{"status": "pending"}'
RUNNING = b'{"status": "processing"}'


@dataclass
class Gateway:
    """Answers status reads as it is told, and remembers them."""

    answer: Callable[[str], Answer] = lambda path: (200, {}, WAITING)
    seen: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def times(self, render: Render) -> int:
        remote_id = render.attempts.get().remote_id
        return sum(path.endswith(remote_id) for path in self.seen)


@contextmanager
def answering(answer: Callable[[str], Answer]) -> Iterator[Gateway]:
    plan = Gateway(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            plan.seen.append(self.path)
            plan.secrets.append(self.headers["Authorization"].removeprefix("Bearer "))
            status, headers, body = plan.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = QuietServer(("127.0.0.1", 0), Handler)
    plan.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield plan
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def authorized(seen: list[tuple[str, str]], secrets: set[str]) -> Iterator[Gateway]:
    """A gateway that takes these secrets only, and writes down which ones it was shown."""
    with answering(lambda path: (401, {}, b"{}")) as gateway:

        def answer(path: str) -> Answer:
            secret = gateway.secrets[-1]
            seen.append((secret, gateway.base_url))
            return (200, {}, RUNNING) if secret in secrets else (401, {}, b"{}")

        gateway.answer = answer
        yield gateway


def state_of(render: Render) -> str:
    render.refresh_from_db()
    return str(render.state)


def tracker_rows() -> int:
    return int(OrmQ.objects.filter(key__startswith="track").count())
