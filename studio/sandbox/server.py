"""The sandbox as one thing that starts and stops: server, workers and state. Used by the command and by tests."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from studio.sandbox import control, files
from studio.sandbox.dialects import DIALECTS
from studio.sandbox.gateway import Gateway
from studio.sandbox.http import HttpServer
from studio.sandbox.messages import Reply, Request, json_reply
from studio.sandbox.tasks import Task
from studio.sandbox.workers import Workers


class Sandbox:
    """`with Sandbox(data_dir=path, pace=0.2) as sandbox:` and send requests to `sandbox.base_url`."""

    def __init__(
        self,
        *,
        data_dir: Path | str,
        host: str = "127.0.0.1",
        port: int = 0,
        pace: float = 4.0,
        keys: Sequence[str] | None = None,
        fault: str = "",
        plain_films: bool = False,
    ) -> None:
        if not is_loopback(host):
            raise ValueError(f"The sandbox only listens on this machine itself, and {host!r} is not loopback.")
        self.gateway = Gateway(Path(data_dir), pace=pace, keys=keys, fault=fault)
        self._server = HttpServer((host, port), self._answer)
        self.gateway.ended = self._ended
        self._workers = Workers(self.gateway, plain_films=plain_films)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="sandbox-http", daemon=True
        )
        name = f"[{host}]" if ":" in host else host
        self.base_url = self.gateway.base_url = f"http://{name}:{self._server.server_address[1]}"

    def start(self) -> Sandbox:
        self._workers.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        self.gateway.closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()
        self._thread.join(timeout=10)
        self._workers.stop()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def creates(self) -> list[dict[str, Any]]:
        """Every task that was made, oldest first, as `/_sandbox/creates` tells it."""
        return control.creates(self.gateway)

    def set_fault(self, name: str) -> None:
        """What goes wrong from now on; "" is nothing."""
        self.gateway.set_fault(name)

    def _ended(self, task: Task) -> None:
        DIALECTS[task.dialect].ended(self.gateway, task)

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith("/files/"):
            return files.answer(self.gateway, request)
        if request.path == "/_sandbox" or request.path.startswith("/_sandbox/"):
            return control.answer(self.gateway, request)
        for dialect in DIALECTS.values():
            if dialect.speaks(request):
                return dialect.answer(self.gateway, request)
        return json_reply({"error": {"message": "There is no such address here.", "type": "not_found_error"}}, 404)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
