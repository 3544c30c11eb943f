"""Files that cannot be used get their reason and leave nothing behind; the others of the same drop still land."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.composing import choose_operation, enter_studio, tray
from tests.e2e.stack import Stack, wait_for
from tests.media_factories import make_image

REASONS = {
    "drawing.png": "SVG drawings cannot be used here",
    "page.jpg": "This is a web page, not a media file",
    "cut.jpg": "it is damaged or incomplete",
    "tiny.png": "300",
    "bomb.png": "too many pixels to open safely",
    "notes.txt": "Files of the kind text/plain cannot be used. Images, MP4, MOV, WAV and MP3 can.",
    "heavy.jpg": "40 MB is too large",
}
# Seen through by the browser already, so that not a byte of them is sent.
NEVER_SENT = {"notes.txt", "heavy.jpg"}


@pytest.fixture
def bad_files(tmp_path: Path) -> list[Path]:
    """One file for each reason."""
    whole = make_image(tmp_path / "whole.jpg", (640, 360)).read_bytes()
    content = {
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600"/>',
        "page.jpg": b"<!doctype html><title>Hello</title><script>alert(1)</script>",
        "cut.jpg": whole[: len(whole) // 2],
        "bomb.png": bomb(30_000, 30_000),
        "notes.txt": b"Shot list",
    }
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    make_image(tmp_path / "tiny.png", (100, 100), format="PNG")
    with (tmp_path / "heavy.jpg").open("wb") as heavy:
        heavy.truncate(40 * 1024 * 1024)
    return [tmp_path / name for name in REASONS]


def test_upload_rejections_say_why_and_leave_nothing_behind(
    page: Page,
    enter_as: Callable[[Page, str], None],
    room: str,
    studio_stack: Stack,
    media: dict[str, Path],
    bad_files: list[Path],
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    enter_as(page, "artist")
    enter_studio(page, room)
    choose_operation(page, "reference-to-video")

    page.set_input_files("#id_file", [media["one"], *bad_files, media["two"]])

    for name, reason in REASONS.items():
        expect(row(page, name).locator(".upload-reason")).to_contain_text(reason)
    expect(tray(page)).to_have_count(2)
    expect(page.locator("#uploads .upload")).to_have_count(len(REASONS))
    uploads = [url for url in sent if url.endswith("/references/upload/")]
    assert len(uploads) == 2 + len(REASONS) - len(NEVER_SENT)
    wait_for(lambda: not [*(studio_stack.data_dir / "uploads").iterdir()], "the upload folder to be empty")
    page.goto(f"/projects/{room}/references/")
    expect(page.locator(".asset")).to_have_count(2)


def test_upload_of_the_same_bytes_twice_is_one_reference(
    page: Page, enter_as: Callable[[Page, str], None], room: str, media: dict[str, Path], tmp_path: Path
) -> None:
    again = tmp_path / "another-name.jpg"
    again.write_bytes(media["one"].read_bytes())
    enter_as(page, "artist")
    page.goto(f"/projects/{room}/references/")

    page.set_input_files("#id_file", [media["one"]])
    expect(page.locator(".asset")).to_have_count(1)
    page.set_input_files("#id_file", [again])
    expect(row(page, again.name)).to_contain_text("Added")

    page.reload()
    expect(page.locator(".asset")).to_have_count(1)


def row(page: Page, name: str) -> Locator:
    """The line of one file in the list of uploads."""
    return page.locator("#uploads .upload").filter(has=page.locator(f"[title='{name}']"))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that would unfold to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
