"""Projects for the browser tests, made by one shell command: a test in a project of its own disturbs no other."""

from __future__ import annotations

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
