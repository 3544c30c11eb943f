"""One running sandbox and one web server with references for all tests of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.caller import Caller
from tests.sandbox.references import make_references


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def reference_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("references")
    make_references(folder)
    return folder


@pytest.fixture(scope="session")
def references(reference_folder: Path) -> Iterator[str]:
    """The address under which the reference files can be fetched."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietFiles, directory=str(reference_folder)))
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(data_dir=tmp_path_factory.mktemp("sandbox"), pace=0.2) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The shared sandbox, with nothing going wrong before and after the test."""
    running_sandbox.set_fault("")
    yield running_sandbox
    running_sandbox.set_fault("")


@pytest.fixture(scope="session")
def session_caller(running_sandbox: Sandbox) -> Iterator[Caller]:
    with Caller(running_sandbox.base_url) as caller:
        yield caller


@pytest.fixture
def caller(sandbox: Sandbox, session_caller: Caller) -> Caller:
    return session_caller


@pytest.fixture(scope="session")
def finished(session_caller: Caller) -> dict[str, Any]:
    """A completed task that tests may read but not change: its id and its link as first given."""
    return session_caller.completed(prompt="A calm ocean at sunset, wide shot", seed=11)
