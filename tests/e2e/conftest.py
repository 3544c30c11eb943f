"""A real studio, a real browser, and a watch that fails a test for anything wrong on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from studio.lib.addresses import is_loopback_host
from tests import chromium
from tests.e2e.rooms import make_rooms
from tests.e2e.stack import Stack, start, stop
from tests.media_factories import make_audio, make_image, make_video


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts processes, so none of it belongs among the unit tests."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("e2e")


@pytest.fixture(scope="session")
def studio_stack(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, delete_output_dir: None
) -> Iterator[Stack]:
    """The studio with its demo, shared by all browser tests."""
    log = Path(pytestconfig.getoption("--output")) / "studio.log"
    stack = start(tmp_path_factory.mktemp("studio"), log)
    yield stack
    stop(stack)


@pytest.fixture(scope="session")
def rooms(studio_stack: Stack) -> Iterator[str]:
    """Empty projects with artist, reviewer and admin (as manager), one after the other."""
    return iter(make_rooms(studio_stack))


@pytest.fixture
def room(rooms: Iterator[str]) -> str:
    """The slug of a project that no other test uses."""
    return next(rooms)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Real files that every model takes: images `one`, `two` and `three`, and `video` and `audio`."""
    folder = tmp_path_factory.mktemp("media")
    colors = {"one": (200, 80, 40), "two": (40, 120, 200), "three": (60, 170, 90)}
    files = {name: make_image(folder / f"{name}.jpg", (640, 360), color) for name, color in colors.items()}
    files["video"] = make_video(folder / "clip.mp4", seconds=2, size=(640, 360), sound=True)
    files["audio"] = make_audio(folder / "tone.wav", seconds=2)
    return files


@pytest.fixture(scope="session")
def base_url(studio_stack: Stack) -> str:
    """What relative addresses in tests are relative to."""
    return studio_stack.base_url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own browser instead of one that Playwright would download."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.HELP, pytrace=False)
    return {**browser_type_launch_args, "executable_path": path, "args": list(chromium.FLAGS)}


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """What went wrong on the pages of this test; a test that provokes something takes it out of the list again."""
    found: list[str] = []
    yield found
    assert found == []


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(problems: list[str], new_context: Callable[..., BrowserContext]) -> OpenPage:
    """Open a watched page in a browser of its own: `open_page(java_script_enabled=False, viewport={…})`."""

    def open_one(**options: Any) -> Page:
        page = new_context(**options).new_page()
        page.on("console", lambda message: _note_console(message, problems))
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.on("request", lambda request: _note_request(request, problems))
        return page

    return open_one


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A watched page at 1440 by 900."""
    return open_page(viewport={"width": 1440, "height": 900})


@pytest.fixture
def enter_as() -> Callable[[Page, str], None]:
    """Use the demo's one-click door as `artist`, `reviewer` or `admin`."""

    def enter(page: Page, role: str) -> None:
        page.goto("/sign-in/")
        page.locator(f"form[action='/demo/{role}/'] button").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url and "/demo/" not in url)

    return enter


def _note_console(message: ConsoleMessage, problems: list[str]) -> None:
    # The browser reports a refused form as an error; for us 422 is an everyday answer.
    if message.type == "error" and "status of 422" not in message.text:
        problems.append(f"console: {message.text} ({message.location.get('url', '')})")


def _note_request(request: Request, problems: list[str]) -> None:
    address = urlsplit(request.url)
    if address.scheme in {"http", "https", "ws", "wss"} and not is_loopback_host(address.hostname or ""):
        problems.append(f"asked a stranger: {request.url}")
