"""The same life of a take at every gateway, told by the payloads that its documents publish."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from studio.choices import Operation
from studio.environment import BASE_DIR
from studio.providers.answers import NO_USAGE, RemoteState, Usage
from tests.contract.gateways import CONTRACTS, Contract, calling

# The file of a create's answer and of a finished task, by way into a gateway. Where the documents print an ellipsis for
# a part of an id, some letters stand in: an id with an ellipsis could not be followed.
RECORDED = {
    "tokenlab": ("tokenlab/fixtures/created.json", "tokenlab/fixtures/completed.json"),
    "tokenlab-v3": ("tokenlab/fixtures/created_v3.json", "ark/fixtures/succeeded.json"),
    "tokenhub": ("tokenhub/fixtures/created_seed_002.json", "tokenhub/fixtures/succeeded_seed_002.json"),
    "seedance": ("seedance/fixtures/created_seed_004.json", "seedance/fixtures/succeeded_seed_004.json"),
    "ark": ("ark/fixtures/created.json", "ark/fixtures/succeeded.json"),
}
# What each says of itself in these files: first state, the video's address, what it counted, what it took on accepting.
SAID: dict[str, tuple[RemoteState, str, Usage, Usage]] = {
    "tokenlab": (RemoteState.WAITING, "https://assets.abc/videos/abc123.mp4", NO_USAGE, NO_USAGE),
    "tokenlab-v3": (RemoteState.WAITING, "https://abc.mp4", Usage(tokens=108_900, seconds=Decimal(5)), NO_USAGE),
    "tokenhub": (RemoteState.WAITING, "https://xxx.volces.com/output-video.mp4", Usage(seconds=Decimal(5)), NO_USAGE),
    "seedance": (
        RemoteState.WAITING,
        "https://pub-your-bucket.r2.dev/open-api-results/req_1234567890.mp4",
        NO_USAGE,
        Usage(charged=Decimal(40), currency="credits"),
    ),
    "ark": (RemoteState.WAITING, "https://abc.mp4", Usage(tokens=108_900, seconds=Decimal(5)), NO_USAGE),
}


@contextmanager
def telling(*bodies: bytes) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that gives these answers one after another; what it was asked is collected."""
    left, asked = list(bodies), []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append({"method": self.command, "path": self.path, "body": json.loads(sent) if sent else None})
            body = left.pop(0)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def recorded(contract: Contract) -> list[bytes]:
    files = [BASE_DIR / "tests/providers" / name for name in RECORDED[contract.name]]
    return [file.read_bytes().replace("…".encode(), b"abc") for file in files]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_recorded_take_is_read_from_its_create_to_its_film(contract: Contract) -> None:
    with telling(*recorded(contract)) as (host, asked), calling(contract, host, "https://example.com") as caller:
        created = caller.create(caller.request(Operation.TEXT_TO_VIDEO))
        finished = caller.status(created)

    first, video_url, usage, charge = SAID[contract.name]
    assert (created.status.state, created.charge) == (first, charge)
    assert (finished.state, finished.video_url, finished.usage) == (RemoteState.SUCCEEDED, video_url, usage)
    assert [each["method"] for each in asked] == ["POST", "GET"]
    assert asked[1]["path"].endswith(created.remote_id)


@pytest.mark.parametrize(
    ("name", "fixture"),
    [
        ("tokenlab", "tokenlab/fixtures/create_text_fast_seed_000.json"),
        ("tokenhub", "tokenhub/fixtures/create_text_seed_002.json"),
        ("seedance", "seedance/fixtures/create_text_seed_004.json"),
    ],
)
def test_recorded_request_says_nothing_that_ours_does_not(name: str, fixture: str) -> None:
    contract = next(each for each in CONTRACTS if each.name == name)
    example = json.loads((BASE_DIR / "tests/providers" / fixture).read_bytes())
    ours = {"metadata", "webhookUrl"}

    with telling(*recorded(contract)) as (host, asked), calling(contract, host, "https://example.com") as caller:
        caller.create(
            caller.request(
                Operation.TEXT_TO_VIDEO,
                example["prompt"],
                duration=5,
                resolution="720p",
                aspect_ratio="16:9",
                model=example["model"],
            )
        )

    sent = asked[0]["body"]
    assert {field: sent[field] for field in example if field not in ours} == {
        field: value for field, value in example.items() if field not in ours
    }
