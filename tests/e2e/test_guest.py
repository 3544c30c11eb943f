"""A client with a link: comes in by a name, sees its takes and nothing else, says what should change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.films import put_takes
from tests.e2e.rooms import make_link
from tests.e2e.stack import Stack

_SAID = """
import json
from studio.models import Comment, GuestVisit, Review
print(json.dumps({{
    "comment": list(Comment.objects.filter(render={take}).values_list("name", "text", "frame")),
    "review": list(Review.objects.filter(render={take}).values_list("name", "verdict", "reason")),
    "kinds": sorted(set(GuestVisit.objects.filter(link__project__slug={room!r}).values_list("kind", flat=True))),
}}))
"""


def test_guest_sees_the_marked_take_and_asks_for_changes(
    open_page: OpenPage,
    enter_as: Callable[[Page, str], None],
    room: str,
    studio_stack: Stack,
    media: dict[str, Path],
    problems: list[str],
) -> None:
    shared, hidden = put_takes(studio_stack, room, media["video"], media["video"])
    manager = open_page()
    enter_as(manager, "admin")
    link = make_link(manager, room, shared)

    # By touch, without an account: one take, with the words burned in, and no way further.
    phone = open_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    asked: set[str] = set()
    phone.on("request", lambda request: asked.add(urlsplit(request.url).path.split("/")[1]))
    phone.goto(link)
    phone.get_by_label("Your name").fill("Cleo")
    phone.get_by_role("button", name="Look at the takes").tap()
    look_and_decide(phone)

    code = _SAID.format(take=shared, room=room)
    said = json.loads(studio_stack.manage("shell", "--no-imports", "-c", code).stdout.strip().splitlines()[-1])
    assert said == {
        "comment": [["Cleo (guest)", "Warmer light here", 2]],
        "review": [["Cleo (guest)", "changes", "A warmer light"]],
        "kinds": ["commented", "decided", "opened", "played"],
    }
    assert asked == {"g", "static"}

    # Withdrawn while the page is open: it closes by itself, and stays closed.
    manager.get_by_role("button", name="Withdraw the link").click()
    expect(manager.get_by_text("is withdrawn and shows nothing any more")).to_be_visible()
    expect(phone.get_by_role("heading", name="This link was withdrawn")).to_be_visible(timeout=10_000)
    problems[:] = [problem for problem in problems if "410" not in problem]


def look_and_decide(phone: Page) -> None:
    """The one take of the link, as far as its third frame, with a comment there and a wish for changes."""
    expect(phone.locator(".guest-card")).to_have_count(1)
    # Prepared by a job; the page shows it without being loaded again.
    expect(phone.locator(".guest-poster")).to_be_visible(timeout=20_000)
    phone.get_by_role("link", name="Take 1").tap()
    expect(phone.locator("#player")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0

    phone.locator("[data-player-forward]").tap()
    phone.locator("[data-player-forward]").tap()
    expect(phone.locator("[data-player]")).to_have_attribute("data-frame", "2")
    phone.locator("#comment-text").fill("Warmer light here")
    phone.locator("#comment-box button[type=submit]").tap()
    expect(phone.locator(".comment-text")).to_have_text("Warmer light here")
    phone.locator("#id_reason").fill("A warmer light")
    phone.get_by_role("button", name="Ask for changes").tap()
    expect(phone.locator(".guest-decide .badge")).to_have_text("Changes requested")
