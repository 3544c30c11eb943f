"""Pages on the way in, for guests, and for what went wrong: axe finds nothing on them, and they are not too wide."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.films import put_takes
from tests.e2e.seeing import WHOLE, problems_of
from tests.e2e.stack import Stack

_MAKE = """
import json
from django.contrib.auth.hashers import make_password
from studio.choices import Role
from studio.models import Invitation, Project, Render, User
from studio.services.invitations import invite
from tests.team_factories import make_guest_link
project, by = Project.objects.get(slug="{room}"), User.objects.get(username="admin")
rights = {{"may_comment": True, "may_decide": True, "may_download": True, "password": make_password("tea")}}
link = make_guest_link(project, *Render.objects.filter(pk__in={takes}), **rights)
print(json.dumps([link.token, invite(by=by, project=project, role=Role.ARTIST).token]))
"""
# Drawn by the studio itself, which knows the names of its styles.
_BROKEN = "from django.template.loader import render_to_string; print(render_to_string('500.html'))"
FOCUSED_IS_WRONG = "() => document.activeElement.matches('[aria-invalid=true], [role=alert]')"


def test_doors_and_error_pages(
    open_page: OpenPage,
    enter_as: Callable[[Page, str], None],
    room: str,
    studio_stack: Stack,
    media: dict[str, Path],
    problems: list[str],
) -> None:
    takes = put_takes(studio_stack, room, media["video"], media["video"])
    code = _MAKE.format(room=room, takes=takes)
    token, invitation = json.loads(studio_stack.manage("shell", "--no-imports", "-c", code).stdout.splitlines()[-1])
    page = open_page(viewport=WHOLE, reduced_motion="reduce")

    found = sign_in_wrong(page) + accept_nothing(page, f"/invitations/{invitation}/")
    found += visit(page, f"/g/{token}/")
    enter_as(page, "reviewer")
    broken = studio_stack.manage("shell", "--no-imports", "-c", _BROKEN).stdout
    found += see_errors(page, room, broken)

    assert found == []
    # Each of these pages is one that the browser calls an error.
    problems[:] = [problem for problem in problems if "Failed to load resource" not in problem]


def sign_in_wrong(page: Page) -> list[str]:
    """A password that is none, and a form that has lost its cookie."""
    page.goto("/sign-in/")
    page.get_by_label("User name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.locator("form[action='/sign-in/'] button").click()
    expect(page.get_by_role("alert")).to_be_focused()
    found = problems_of(page, "sign-in refused")
    page.context.clear_cookies()
    page.get_by_label("Password").fill("wrong")
    page.locator("form[action='/sign-in/'] button").click()
    expect(page.get_by_role("heading", name="The page was open too long")).to_be_visible()
    return found + problems_of(page, "form without its cookie")


def accept_nothing(page: Page, address: str) -> list[str]:
    """An invitation, first as it is opened and then with nothing filled in; and one that never was."""
    page.goto(address)
    found = problems_of(page, "invitation")
    send_unfilled(page, "main form")
    found += problems_of(page, "invitation refused")
    page.goto("/invitations/no-such-token/")
    return found + problems_of(page, "no invitation")


def visit(page: Page, address: str) -> list[str]:
    """The guest's way: the door, the list, a take, and its two forms with nothing in them."""
    page.goto(address)
    found = problems_of(page, "guest's door")
    send_unfilled(page, "#enter")
    found += problems_of(page, "guest's door refused")
    page.get_by_label("Your name").fill("Cleo")
    page.get_by_label("Password").fill("tea")
    page.get_by_role("button", name="Look at the takes").click()
    expect(page.locator(".guest-poster")).to_have_count(2, timeout=30_000)
    found += problems_of(page, "guest's takes")
    page.get_by_role("link", name="Take 1").click()
    expect(page.locator("#player")).to_be_visible()
    found += problems_of(page, "guest's take")
    page.locator("#comment-box button[type=submit]").click()
    expect(page.locator("#comment-text")).to_be_focused()
    page.get_by_role("button", name="Ask for changes").click()
    expect(page.locator("#id_reason")).to_be_focused()
    return found + problems_of(page, "guest's decision refused")


def send_unfilled(page: Page, form: str) -> None:
    """Past what the browser itself would say."""
    page.locator(form).first.evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    page.wait_for_load_state()
    page.wait_for_function(FOCUSED_IS_WRONG)


def see_errors(page: Page, room: str, broken: str) -> list[str]:
    """What a role may not see, what is not there, and what broke."""
    found = []
    for address in (f"/projects/{room}/settings/", "/projects/no-such/"):
        page.goto(address)
        found += problems_of(page, address)
    page.route("**/broken/", lambda route: route.fulfill(status=500, content_type="text/html", body=broken))
    page.goto("/broken/")
    return found + problems_of(page, "broken")
