"""The studio as `make up` starts it: the door, the watch over its processes, and the end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stack import Stack, answers, start, stop, wait_for


@pytest.mark.parametrize("role", ["artist", "reviewer", "admin"])
def test_demo_lets_everybody_in_with_one_click(page: Page, enter_as: Callable[[Page, str], None], role: str) -> None:
    enter_as(page, role)

    expect(page.locator("h1").first).to_be_visible()


def test_static_files_are_hashed_compressed_and_kept_for_ever(page: Page, base_url: str) -> None:
    page.goto("/sign-in/")
    address = page.locator("link[rel=stylesheet]").first.get_attribute("href") or ""

    answer = page.request.get(address, headers={"Accept-Encoding": "br"})

    assert answer.status == 200
    assert answer.headers["content-encoding"] == "br"
    assert "max-age=315360000" in answer.headers["cache-control"]


def test_up_brings_back_what_was_killed_and_says_so(tmp_path: Path) -> None:
    stack = start(tmp_path / "data", tmp_path / "studio.log")
    try:
        web = stack.child("studio.serving")
        os.kill(web, signal.SIGKILL)
        wait_for(lambda: "web was killed by signal 9" in stack.log.read_text(), "word of it")

        assert stack.child("studio.serving") != web
        wait_for(lambda: answers(stack.base_url), "the web server to be back")
    finally:
        ended = stop(stack)

    assert ended == 0


def test_up_says_which_port_is_taken(studio_stack: Stack) -> None:
    refused = studio_stack.manage("up", check=False)

    port = studio_stack.base_url.rsplit(":", 1)[1]
    assert refused.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used (Address already in use)." in refused.stderr
    assert f"STUDIO_PORT={int(port) + 10}" in refused.stderr
