"""Names of a hundred letters without a space: no page that shows them grows wider than its window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.conftest import OpenPage
from tests.e2e.films import put_takes
from tests.e2e.seeing import WIDER
from tests.e2e.stack import Stack

# The project and whoever asked, and a link of each kind with a name to match; no other test meets the take or the key.
_RENAME = """
import json
from studio.choices import ReviewState, Role
from studio.lib.clock import now
from studio.models import Project, Render, User
from studio.services.invitations import invite
from tests.factories import make_key
from tests.team_factories import make_guest_link
name = "Wolkenkratzer" * 9
project, by = Project.objects.get(slug="{room}"), User.objects.get(username="admin")
Project.objects.filter(pk=project.pk).update(name=name)
asked = User.objects.create(username="long", display_name=name)
sent = {{"review_state": ReviewState.APPROVED, "review_asked_at": now(), "review_asked_by": asked}}
Render.objects.filter(pk={take}).update(asked_by=asked, **sent)
link = make_guest_link(project, Render.objects.get(pk={take}), label=name)
key = make_key(label=name[:80], paused_at=now())
print(json.dumps([link.pk, key.pk, invite(by=by, project=project, role=Role.ARTIST).token]))
"""
WINDOWS = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})


def test_no_name_makes_a_page_wider(
    open_page: OpenPage,
    enter_as: Callable[[Page, str], None],
    room: str,
    studio_stack: Stack,
    media: dict[str, Path],
) -> None:
    (take,) = put_takes(studio_stack, room, media["video"])
    code = _RENAME.format(room=room, take=take)
    link, key, token = json.loads(studio_stack.manage("shell", "--no-imports", "-c", code).stdout.splitlines()[-1])
    paths = [f"/takes/{take}/", f"/takes/{take}/review/", f"/takes/{take}/tree/", f"/invitations/{token}/"]
    paths += [f"/guests/{link}/", f"/keys/{key}/", f"/projects/{room}/members/"]

    page, wider = open_page(reduced_motion="reduce"), []
    enter_as(page, "admin")
    for path in paths:
        page.goto(path)
        for window in WINDOWS:
            page.set_viewport_size(window)  # type: ignore[arg-type]
            if pixels := page.evaluate(WIDER):
                wider.append((path, window["width"], pixels))

    assert wider == []
