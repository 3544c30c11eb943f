"""A real HTTP server on loopback that serves one file and plays the faults a test asks for."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What is served, how, and what was asked."""

    content: bytes
    etag: str = '"v1"'
    content_type: str = "video/mp4"
    cut_after: int | None = None
    knows_ranges: bool = True
    checks_if_range: bool = True
    says_length: bool = True
    status: int = 200
    extra: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    before_block: Callable[[], object] | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/video.mp4"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    plan: FileServer

    def do_GET(self) -> None:  # noqa: N802
        plan = self.plan
        plan.requests.append({key.lower(): value for key, value in self.headers.items()})
        self.close_connection = True
        if self.path in plan.redirects:
            self._head(302, {"Location": plan.redirects[self.path], "Content-Length": "0"})
            return
        if plan.status != 200:
            self._head(plan.status, {"Content-Length": "0", **plan.extra})
            return
        start = self._start()
        if start is not None and start >= len(plan.content):
            self._head(416, {"Content-Range": f"bytes */{len(plan.content)}", "Content-Length": "0"})
            return
        self._send(start)

    def _start(self) -> int | None:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        fits = not self.plan.checks_if_range or self.headers.get("If-Range") == self.plan.etag
        return int(match[1]) if match and self.plan.knows_ranges and fits else None

    def _send(self, start: int | None) -> None:
        plan = self.plan
        rest = plan.content[start or 0 :]
        headers = {"Content-Type": plan.content_type, "ETag": plan.etag, **plan.extra}
        if plan.says_length:
            headers["Content-Length"] = str(len(rest))
        if start is not None:
            headers["Content-Range"] = f"bytes {start}-{len(plan.content) - 1}/{len(plan.content)}"
        self._head(200 if start is None else 206, {key: value for key, value in headers.items() if value})
        for at in range(0, len(rest), 65536):
            if plan.before_block:
                plan.before_block()
            block = rest[at : at + 65536]
            if plan.cut_after is not None and at + len(block) > plan.cut_after:
                self.wfile.write(block[: plan.cut_after - at])
                return
            self.wfile.write(block)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


class QuietServer(ThreadingHTTPServer):
    """A client that hangs up is part of the game."""

    daemon_threads = True
    # Five, as it comes: of a hundred who knock at once, most would be kept waiting for seconds.
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Silent."""


@contextmanager
def serving(plan: FileServer, tls: ssl.SSLContext | None = None) -> Iterator[FileServer]:
    """The plan served on a free port, behind TLS where a context is given."""
    server = QuietServer(("127.0.0.1", 0), type("PlannedHandler", (Handler,), {"plan": plan}))
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    plan.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield plan
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
