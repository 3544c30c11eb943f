"""Plays recorded answers to an adapter over a real socket: whole, cut off, or with another status."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from studio.environment import BASE_DIR
from tests.contract.gateways import Contract

# The file of a create's answer and of a finished task, by way into a gateway. Where the documents print an ellipsis for
# a part of an id, some letters stand in: an id with an ellipsis could not be followed.
RECORDED = {
    "tokenlab": ("tokenlab/fixtures/created.json", "tokenlab/fixtures/completed.json"),
    "tokenlab-v3": ("tokenlab/fixtures/created_v3.json", "ark/fixtures/succeeded.json"),
    "tokenhub": ("tokenhub/fixtures/created_seed_002.json", "tokenhub/fixtures/succeeded_seed_002.json"),
    "seedance": ("seedance/fixtures/created_seed_004.json", "seedance/fixtures/succeeded_seed_004.json"),
    "ark": ("ark/fixtures/created.json", "ark/fixtures/succeeded.json"),
}


@dataclass(frozen=True)
class Told:
    """One answer; `cut` closes the connection in the middle of its body."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@contextmanager
def telling(*answers: Told) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that gives these answers one after another, the last one for ever; what it was asked is collected."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append({"method": self.command, "path": self.path, "body": json.loads(sent) if sent else None})
            told = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body[: len(told.body) // 2] if told.cut else told.body)
            self.close_connection = True

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def recorded(contract: Contract) -> tuple[bytes, bytes]:
    """The answer to a create and the finished task."""
    files = [BASE_DIR / "tests/providers" / name for name in RECORDED[contract.name]]
    created, finished = (file.read_bytes().replace("…".encode(), b"abc") for file in files)
    return created, finished


def changed(body: bytes, **members: Any) -> bytes:
    """The same document with other members; None takes one out."""
    document = {**json.loads(body), **members}
    return json.dumps({name: value for name, value in document.items() if value is not None}).encode()
