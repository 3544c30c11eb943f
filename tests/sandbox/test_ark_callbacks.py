"""The callbacks that Ark and TokenLab's copy of it send on every change of a task."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.ark_caller import ARK_KEY, ArkCaller, words

Heard = Queue[dict[str, Any]]


class Ear(BaseHTTPRequestHandler):
    """Acknowledges everything but the first word of a failure."""

    heard: Heard
    has_refused = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        refuses = body["status"] == "failed" and not type(self).has_refused
        type(self).has_refused |= refuses
        self.send_response(503 if refuses else 204)
        self.end_headers()
        self.heard.put({"path": self.path, **body})

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def ear() -> Iterator[tuple[str, Heard]]:
    heard: Heard = Queue()
    server = HTTPServer(("127.0.0.1", 0), type("OneEar", (Ear,), {"heard": heard}))
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("key", "model"), [(ARK_KEY, "doubao-seedance-2-0-260128"), ("sk-test-caller-v3", "doubao-seedance-2.0")]
)
def test_every_change_is_told_and_a_failure_until_acknowledged(
    sandbox: Sandbox, ear: tuple[str, Heard], key: str, model: str
) -> None:
    address, heard = ear
    with ArkCaller(sandbox.base_url, key, model=model) as caller:
        task_id = caller.accepted(words("[fault:moderation]"), callback_url=f"{address}/told?by=us")
        calls = [heard.get(timeout=20) for _ in range(4)]

        assert [call["status"] for call in calls] == ["queued", "running", "failed", "failed"]
        assert calls[-1] == {"path": "/told?by=us", **caller.read(task_id).json()}


def test_cancelled_task_is_not_told(sandbox: Sandbox, ear: tuple[str, Heard]) -> None:
    address, heard = ear
    with ArkCaller(sandbox.base_url) as caller:
        cancelled = caller.accepted(words("[fault:slow]"), callback_url=f"{address}/first")
        assert heard.get(timeout=20)["id"] == cancelled
        caller.delete(cancelled)
        caller.accepted(words("[fault:expires]"), callback_url=f"{address}/second")

        assert [heard.get(timeout=20)["path"] for _ in range(3)] == ["/second"] * 3
        assert heard.empty()
