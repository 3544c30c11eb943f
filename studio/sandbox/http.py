"""The wire: reads a request, asks the routes, writes the reply, or loses the connection where that is the play."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from studio.sandbox.messages import FilePart, Reply, Request, json_reply

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024 * 1024
CHUNK = 256 * 1024

Answer = Callable[[Request], Reply]


class HttpServer(ThreadingHTTPServer):
    """A thread per connection; `close_connections` ends idle ones so that a stopped server is really gone."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Answer) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news; anything else is logged by the handler."""


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive."""

    protocol_version = "HTTP/1.1"
    server_version = "RushesSandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 75
    server: HttpServer

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            return
        url = urlsplit(self.path)
        pairs = tuple(parse_qsl(url.query, keep_blank_values=True))
        request = Request(self.command, unquote(url.path), dict(pairs), self.headers, body, pairs)
        try:
            reply = self.server.answer(request)
        except Exception:
            log.exception("sandbox: error while answering %s %s", request.method, request.path)
            reply = _plain_error(500, "The sandbox broke; its log says where.")
        self._write(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _read_body(self) -> bytes | None:
        """The whole body, or None when the request was answered here because it cannot be read."""
        declared = self.headers.get("Content-Length", "0")
        refused = None
        if "Transfer-Encoding" in self.headers or not declared.isdigit():
            refused = _plain_error(411, "Send a Content-Length.")
        elif int(declared) > LARGEST_BODY:
            refused = _plain_error(413, "The request body is too large.", "payload_too_large")
        if refused is None:
            return self.rfile.read(int(declared))
        self.close_connection = True
        self._write(refused)
        return None

    def _write(self, reply: Reply) -> None:
        if reply.cut == "silent":
            return self._cut()
        length = reply.file.length if reply.file else len(reply.body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        if reply.cut == "middle":
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self._cut()
        elif reply.file:
            self._write_file(reply.file)
        else:
            self.wfile.write(reply.body)

    def _write_file(self, part: FilePart) -> None:
        left = part.length // 2 if part.cut else part.length
        with part.path.open("rb") as file:
            file.seek(part.start)
            while left and (chunk := file.read(min(left, CHUNK))):
                self.wfile.write(chunk)
                left -= len(chunk)
        if part.cut:
            self._cut()

    def _cut(self) -> None:
        """End the connection here and now, whatever was promised."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_WR)

    def log_message(self, format: str, *args: Any) -> None:
        """No access log: this server is asked every second by every studio page's tracker."""


def _plain_error(status: int, message: str, kind: str = "invalid_request_error") -> Reply:
    return json_reply({"error": {"message": message, "type": kind}}, status)
