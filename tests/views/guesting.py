"""What the tests of guest pages share: a take full of secrets, and browsers that came in by a link."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from studio.models import GuestLink, Project, Render, User
from tests.factories import make_output, make_render, make_request
from tests.team_factories import make_guest_link

PASSWORD = "tea and milk"  # noqa: S105
PROMPT = "A red kettle sings in the secret kitchen"
SEED = 918273645


def make_take(project: Project, asked_by: User | None = None, content: bytes = b"the film", **over: Any) -> Render:
    """A ready take with its files, whose own row is full of what no guest may read."""
    request = make_request(prompt=PROMPT, seed=SEED)
    take = make_render(
        project,
        request=request,
        asked_by=asked_by,
        error_said="the gateway's words",
        door_reason="cheapest door",
        **over,
    )
    make_output(take, content)
    return take


def open_link(project: Project, *takes: Render, **over: Any) -> GuestLink:
    """A link that lets guests look; with `password=True` behind PASSWORD."""
    if over.pop("password", False):
        over["password"] = make_password(PASSWORD)
    return make_guest_link(project, *takes, **over)


def enter(link: GuestLink, name: str = "Cleo", client: Client | None = None, **form: str) -> Client:
    """A browser that came in under `name`."""
    client = client or Client()
    response = client.post(address("guest-enter", link), {"name": name, **form})
    assert (response.status_code, response["Location"]) == (302, address("guest-home", link))
    return client


def address(name: str, link: GuestLink, number: int | None = None) -> str:
    """One of the addresses under a link."""
    return reverse(name, args=[link.token] if number is None else [link.token, number])


def everything_of(response: Any) -> bytes:
    """The status line, headers, cookies and body that somebody was served."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return f"{response.status_code} {response.reason_phrase}\n{headers}\n{response.cookies}\n\n".encode() + body


PAGES = ("guest-take", "guest-comment", "guest-decide", "guest-talk")


FILES = ("guest-video", "guest-poster", "guest-filmstrip", "guest-download")


LIVE = {"HX-Request": "true"}


ALL_RIGHTS = {"may_comment": True, "may_decide": True, "may_download": True}


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    return make_take(project, artist)


@pytest.fixture
def link(project: Project, take: Render) -> GuestLink:
    return open_link(project, take)


def statuses(client: Client, link: GuestLink, names: tuple[str, ...] = (*PAGES, *FILES), number: int = 1) -> list[int]:
    return [client.get(address(name, link, number)).status_code for name in names]
