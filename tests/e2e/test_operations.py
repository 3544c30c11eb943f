"""Each of the six operations through the page, the worker and the gateway, which saw exactly what was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.composing import (
    cards,
    choose_operation,
    creates,
    enter_studio,
    expect_ready,
    pick_files,
    render,
    take_number,
    write,
)
from tests.e2e.stack import Stack

# Operation, files, and how many of each input the gateway must have been sent.
CASES: list[tuple[str, list[str], dict[str, int]]] = [
    ("text-to-video", [], {}),
    ("image-to-video", ["one"], {"image_url": 1}),
    ("start-end-to-video", ["one", "two"], {"start_image": 1, "end_image": 1}),
    ("reference-to-video", ["one", "audio", "two"], {"reference_images": 2, "audio_urls": 1}),
    ("video-to-video", ["video"], {"video_url": 1}),
]
INPUT_FIELDS = (
    "image",
    "image_url",
    "start_image",
    "end_image",
    "reference_images",
    "video_url",
    "video_urls",
    "audio_url",
    "audio_urls",
    "task_id",
)


@pytest.mark.parametrize(("operation", "files", "inputs"), CASES, ids=[case[0] for case in CASES])
def test_operation_reaches_the_gateway_once_and_lands(
    page: Page,
    enter_as: Callable[[Page, str], None],
    room: str,
    media: dict[str, Path],
    studio_stack: Stack,
    operation: str,
    files: list[str],
    inputs: dict[str, int],
) -> None:
    prompt = f"Fog over a harbour by {operation} in {room}"
    enter_as(page, "artist")
    enter_studio(page, room)

    choose_operation(page, operation)
    if files:
        pick_files(page, *(media[name] for name in files))
    write(page, prompt)
    render(page)
    expect_ready(page, 1)

    (body,) = creates(studio_stack, prompt)
    assert body["operation"] == operation
    assert inputs_of(body) == inputs


def test_operation_video_extension_goes_on_from_a_finished_take(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack
) -> None:
    words = f"and vanishes in the tunnel of {room}"
    enter_as(page, "artist")
    enter_studio(page, room)
    write(page, "A train leaves the station")
    render(page)
    expect_ready(page, 1)
    parent = take_number(cards(page).first)

    page.locator(f"#take-menu-{parent} > summary").click()
    page.get_by_role("button", name="Extend", exact=True).click()
    expect(page.locator("#id_source_take")).to_have_value(str(parent))
    expect(page.locator("#operation-video-extension")).to_be_checked()
    write(page, words)
    render(page)
    expect_ready(page, 2)

    (body,) = creates(studio_stack, words)
    assert (body["operation"], inputs_of(body)) == ("video-extension", {"task_id": 1})


def inputs_of(body: dict[str, object]) -> dict[str, int]:
    """How many files or tasks each input field of a create request names."""
    found = {name: body[name] for name in INPUT_FIELDS if name in body}
    return {name: len(value) if isinstance(value, list) else 1 for name, value in found.items()}
