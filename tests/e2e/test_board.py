"""A board is put into order by hand, by key and without scripts; what is seen is what the next person gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.films import put_takes
from tests.e2e.stack import Stack
from tests.media_factories import make_video

_COLLECT = """
from studio.models import Project
from tests.team_factories import make_collection
project = Project.objects.get(slug="{room}")
print(make_collection(project, *project.renders.order_by("pk"), name="Hero shots").pk)
"""


def expect_order(page: Page, takes: list[int]) -> None:
    page.wait_for_function(
        "(wanted) => [...document.querySelectorAll('.board-item')].map((item) => item.dataset.take).join() === wanted",
        arg=",".join(map(str, takes)),
    )


def test_board_is_put_into_order_by_hand_by_key_and_without_scripts(
    page: Page,
    open_page: OpenPage,
    enter_as: Callable[[Page, str], None],
    room: str,
    studio_stack: Stack,
    tmp_path: Path,
) -> None:
    film = make_video(tmp_path / "film.mp4", seconds=1)
    one, two, three = put_takes(studio_stack, room, film, film, film)
    made = studio_stack.manage("shell", "--no-imports", "-c", _COLLECT.format(room=room))
    address = f"/collections/{made.stdout.strip().splitlines()[-1]}/"
    enter_as(page, "reviewer")
    page.goto(address)

    drag_behind(page, one, three)
    expect_order(page, [two, three, one])
    arrange_by_key(page, one, [two, three, one])
    expect_order(page, [one, two, three])

    plain = open_page(java_script_enabled=False)
    enter_as(plain, "artist")
    plain.goto(address)
    plain.locator(f"#place-{one}").hover()
    plain.get_by_label(f"Place of take {one}").click()
    plain.locator(f"#place-{one}").get_by_role("button", name="To the end").click()
    expect(plain.locator(".board-item").last).to_have_attribute("data-take", str(one))


def drag_behind(page: Page, one: int, three: int) -> None:
    """With the mouse, by its handle, to the far side of the other."""
    last = page.locator(f"#place-{three}").bounding_box()
    assert last is not None
    # Seen before anything points at it.
    expect(page.locator(f"#place-{one} .board-tools")).to_have_css("opacity", "1")
    page.locator(f"#place-{one} [data-board-handle]").hover()
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] * 0.8, last["y"] + 40, steps=8)
    expect(page.locator(f"#place-{three}.is-after")).to_have_count(1)
    with page.expect_response("**/arrange/") as saved:
        page.mouse.up()
    assert saved.value.status == 204


def arrange_by_key(page: Page, one: int, order: list[int]) -> None:
    """Picked up, moved and put back with Escape, which leaves `order`; then moved to the front for good."""
    handle = page.locator(f"#place-{one} [data-board-handle]")
    handle.press("Enter")
    expect(page.locator("[data-board-status]")).to_contain_text(f"Take {one} picked up at place 3 of 3.")
    handle.press("ArrowLeft")
    expect(page.locator("[data-board-status]")).to_have_text(f"Take {one}: place 2 of 3.")
    handle.press("Escape")
    expect_order(page, order)
    handle.press("Enter")
    handle.press("Home")
    with page.expect_response("**/arrange/") as saved:
        handle.press("Enter")
    assert saved.value.status == 204
    expect(handle).to_be_focused()
    page.reload()
