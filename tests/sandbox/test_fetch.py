"""References are fetched by HTTP only, whole, and no larger than allowed."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from studio.sandbox import fetch
from studio.sandbox.jobs import Source


class Awkward(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/to-a-file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", "200" if self.path == "/short" else "100")
        self.end_headers()
        self.wfile.write(b"x" * 100)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def awkward() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Awkward)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_file_arrives_whole(awkward: str, tmp_path: Path) -> None:
    fetch.fetch(Source("image", f"{awkward}/whole", "image_url"), tmp_path / "file")

    assert (tmp_path / "file").read_bytes() == b"x" * 100


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/to-a-file", "image_url: the URL was answered with HTTP 302"),
        ("/short", "image_url: the file broke off after 100 of 200 bytes"),
    ],
)
def test_trouble_on_the_way_is_told(awkward: str, tmp_path: Path, path: str, reason: str) -> None:
    with pytest.raises(fetch.InputError) as told:
        fetch.fetch(Source("image", f"{awkward}{path}", "image_url"), tmp_path / "file")

    assert told.value.message == reason


def test_too_large_a_file_is_refused(awkward: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fetch.LARGEST, "image", 50)

    with pytest.raises(fetch.InputError, match="the file is larger than"):
        fetch.fetch(Source("image", f"{awkward}/whole", "image_url"), tmp_path / "file")
