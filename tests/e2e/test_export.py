"""Out to the edit from the page: choose, ask, wait, download; the timeline opens with the remark on its frame."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
from playwright.sync_api import Page, expect

from tests.e2e.films import put_takes
from tests.e2e.stack import Stack
from tests.media_factories import make_video

_APPROVE = """
from studio.models import Render
from tests.team_factories import make_comment
for take in Render.objects.filter(pk__in={takes}):
    make_comment(take, "Here.", frame=7)
Render.objects.filter(pk__in={takes}).update(review_state="approved")
"""


def test_approved_takes_go_out_to_the_edit(
    page: Page, enter_as: Callable[[Page, str], None], room: str, studio_stack: Stack, tmp_path: Path
) -> None:
    film = make_video(tmp_path / "film.mp4", seconds=1)
    made = put_takes(studio_stack, room, film, film)
    studio_stack.manage("shell", "--no-imports", "-c", _APPROVE.format(takes=made))
    enter_as(page, "reviewer")
    page.goto(f"/projects/{room}/")
    page.get_by_role("link", name="Exports", exact=True).click()
    page.get_by_role("link", name="Export approved takes").first.click()
    total = page.locator("[data-export-sum]")
    expect(total).to_have_text(re.compile(r"^2 takes, "))
    page.locator(f"input[name=take][value='{made[1]}']").uncheck()
    expect(total).to_have_text(re.compile(r"^1 take, "))

    page.get_by_role("button", name="Export").click()
    ready = page.get_by_role("link", name=re.compile("^Download export"))
    expect(ready).to_be_visible(timeout=20_000)
    expect(page.locator("#exports[hx-trigger]")).to_have_count(0)
    with page.expect_download() as download:
        ready.click()

    download.value.save_as(tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        cut = otio.adapters.read_from_string(archive.read(f"{room}.otio").decode())
        assert {"manifest.csv", "manifest.json", f"{room}-take-{made[0]}.mp4"} < set(archive.namelist())
    (clip,) = cut.video_tracks()[0]
    assert [marker.marked_range.start_time.to_frames() for marker in clip.markers] == [7]
