"""Projects for the browser tests, made by one shell command: a test in a project of its own disturbs no other."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.e2e.stack import Stack

COUNT = 82
# Small and short, so that the gateway is quick.
DEFAULTS = {"resolution": "480p", "duration": "4", "aspect_ratio": "16:9", "sound": ""}
_MAKE = """
from studio.choices import Role
from studio.models import User
from tests.factories import make_project
who = {{User.objects.get(username=name): Role(role) for name, role in {members}}}
for number in range({count}):
    made = make_project(slug=f"room-{{number}}", name=f"Room {{number}}", default_settings={defaults})
    for user, role in who.items():
        made.memberships.create(user=user, role=role)
"""
MEMBERS = [("artist", "artist"), ("reviewer", "reviewer"), ("admin", "manager")]


def make_rooms(stack: Stack) -> list[str]:
    """The slugs of the new projects."""
    code = _MAKE.format(members=MEMBERS, count=COUNT, defaults=DEFAULTS)
    stack.manage("shell", "--no-imports", "-c", code)
    return [f"room-{number}" for number in range(COUNT)]


def make_link(page: Page, room: str, take: int) -> str:
    """As a manager does, from the takes selected; gives the address to hand over."""
    page.goto(f"/projects/{room}/guests/new/?take={take}")
    page.get_by_label("Who it is for").fill("Acme")
    page.get_by_label("Watermark").fill("Acme only")
    page.get_by_label("Comment").check()
    page.get_by_label("Decide").check()
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("Address of the link").input_value()
