"""A sandbox that speaks every dialect, a web server with references, and a caller for each gateway."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from studio.sandbox import workers
from studio.sandbox.jobs import Job
from studio.sandbox.server import Sandbox
from studio.sandbox.tasks import Film
from tests.contract.gateways import Caller, Contract, calling
from tests.sandbox.conftest import QuietFiles
from tests.sandbox.references import make_clip, make_references

Call = Callable[[Contract], Caller]


@pytest.fixture(scope="session")
def reference_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("references")
    make_references(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietFiles, directory=str(folder)))
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def drawing_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One that fetches the references and draws every film, as it does for people."""
    with Sandbox(data_dir=tmp_path_factory.mktemp("sandbox"), pace=0.1) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def quick_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One that hands out one and the same real film, for scenarios in which the picture does not matter."""
    folder = tmp_path_factory.mktemp("quick")
    make_clip(folder / "film.mp4")
    make_references(folder)

    def hand_out(job: Job, *, films: Path, name: str, **_: Any) -> Film:
        film = secrets.token_hex(16)
        shutil.copyfile(folder / "film.mp4", films / f"{film}.mp4")
        shutil.copyfile(folder / "red.png", films / f"{film}.png")
        return Film(film, 480, 480, 2, last_frame=True)

    patch = pytest.MonkeyPatch()
    patch.setattr(workers, "render", hand_out)
    with Sandbox(data_dir=folder / "sandbox", pace=0.04) as sandbox:
        yield sandbox
    patch.undo()


@pytest.fixture
def unhurried(quick_sandbox: Sandbox) -> Iterator[None]:
    """Time enough to see a task wait or run, even where the machine is busy."""
    usual, quick_sandbox.gateway.pace = quick_sandbox.gateway.pace, 0.3
    yield
    quick_sandbox.gateway.pace = usual


@pytest.fixture
def call(quick_sandbox: Sandbox, reference_host: str) -> Iterator[Call]:
    """A caller of a gateway in the quick sandbox, closed after the test."""
    yield from _callers(quick_sandbox, reference_host)


@pytest.fixture
def call_drawing(drawing_sandbox: Sandbox, reference_host: str) -> Iterator[Call]:
    yield from _callers(drawing_sandbox, reference_host)


def _callers(sandbox: Sandbox, references: str) -> Iterator[Call]:
    opened: list[Any] = []

    def one(contract: Contract) -> Caller:
        context = calling(contract, sandbox.base_url, references)
        opened.append(context)
        return context.__enter__()

    yield one
    for context in opened:
        context.__exit__(None, None, None)
