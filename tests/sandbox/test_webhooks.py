"""The Open API's webhooks arrive for real, once and at the end, or as a fault wants them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.other_callers import SeedanceCaller

PATIENCE = 30.0
# Long enough for a thread to send a second one, had it meant to.
QUIET = 0.4

Calls = Queue[tuple[str, dict[str, Any]]]


class Listener(ThreadingHTTPServer):
    """Puts every call into a queue; under /moved it answers with a redirect."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.calls: Calls = Queue()
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}"


class Hook(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.put((self.path, json.loads(body)))
        self.send_response(307 if self.path == "/moved" else 204)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.server.calls.put((self.path, {}))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def ink(sandbox: Sandbox) -> Iterator[SeedanceCaller]:
    with SeedanceCaller(sandbox.base_url) as caller:
        yield caller


def no_more(listener: Listener) -> bool:
    try:
        listener.calls.get(timeout=QUIET)
    except Empty:
        return True
    return False


def test_webhook_brings_the_final_status_once(ink: SeedanceCaller, listener: Listener) -> None:
    request_id = ink.accepted(webhookUrl=f"{listener.base_url}/hook?token=1")

    path, body = listener.calls.get(timeout=PATIENCE)

    assert path == "/hook?token=1"
    assert body == ink.read(request_id).json()
    assert (body["status"], body["requestId"]) == ("succeeded", request_id)
    assert no_more(listener)


def test_webhook_brings_the_metadata_that_a_read_does_not_tell(ink: SeedanceCaller, listener: Listener) -> None:
    request_id = ink.accepted(
        webhookUrl=listener.base_url, metadata={"sceneId": "scene_08"}, prompt="[fault:moderation]"
    )

    _, body = listener.calls.get(timeout=PATIENCE)

    assert body == ink.read(request_id).json() | {"metadata": {"sceneId": "scene_08"}}


def test_webhook_tells_of_a_failure_and_of_a_cancel(ink: SeedanceCaller, listener: Listener) -> None:
    ink.accepted(webhookUrl=listener.base_url, prompt="[fault:moderation]")
    _, failed = listener.calls.get(timeout=PATIENCE)
    ink.cancel(ink.accepted(webhookUrl=listener.base_url, prompt="[fault:slow]"))
    _, cancelled = listener.calls.get(timeout=PATIENCE)

    assert (failed["status"], cancelled["status"]) == ("failed", "cancelled")
    assert no_more(listener)


def test_webhook_may_arrive_twice(ink: SeedanceCaller, listener: Listener) -> None:
    ink.accepted(webhookUrl=listener.base_url, prompt="[fault:webhook-twice]", model="seedance-2.0-fast")

    one, other = listener.calls.get(timeout=PATIENCE), listener.calls.get(timeout=PATIENCE)

    assert one == other
    assert one[1]["status"] == "succeeded"


def test_webhook_may_come_before_the_end_only(ink: SeedanceCaller, listener: Listener) -> None:
    request_id = ink.accepted(webhookUrl=listener.base_url, prompt="[fault:webhook-early]")
    _, early = listener.calls.get(timeout=PATIENCE)
    ended = ink.ended(request_id)

    assert (early["requestId"], early["output"]) == (request_id, None)
    assert ended["status"] == "succeeded"
    assert no_more(listener)


def test_webhook_may_be_forged_while_the_request_runs(ink: SeedanceCaller, listener: Listener) -> None:
    request_id = ink.accepted(webhookUrl=listener.base_url, prompt="[fault:webhook-forged]")
    _, forged = listener.calls.get(timeout=PATIENCE)
    meanwhile = ink.read(request_id).json()
    _, real = listener.calls.get(timeout=PATIENCE)

    assert (forged["status"], meanwhile["output"]) == ("succeeded", None)
    assert forged["requestId"] != request_id
    assert ink.http.get(forged["output"]["url"]).status_code == 404
    assert real["requestId"] == request_id


def test_webhook_follows_no_redirect(ink: SeedanceCaller, listener: Listener) -> None:
    ink.accepted(webhookUrl=f"{listener.base_url}/moved", prompt="[fault:moderation]")

    path, _ = listener.calls.get(timeout=PATIENCE)

    assert path == "/moved"
    assert no_more(listener)


def test_unreachable_webhook_changes_nothing(ink: SeedanceCaller) -> None:
    request_id = ink.accepted(webhookUrl="http://127.0.0.1:9/hook", prompt="[fault:moderation]")

    assert ink.ended(request_id)["status"] == "failed"
