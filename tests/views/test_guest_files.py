"""What files a guest is served: as granted, marked where wanted, kept and found by nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from studio.choices import FileState
from studio.jobs import previews as job
from studio.models import GuestLink, Project, Render
from tests.media_factories import make_video
from tests.views.guesting import (
    ALL_RIGHTS,
    FILES,
    LIVE,
    PAGES,
    address,
    enter,
    link,
    make_take,
    open_link,
    statuses,
    take,
)

__all__ = ["link", "take"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("right", "open_names"),
    [
        ("", {"guest-take", "guest-video", "guest-poster", "guest-filmstrip"}),
        ("may_download", {"guest-take", "guest-video", "guest-poster", "guest-filmstrip", "guest-download"}),
    ],
)
def test_files_are_granted_by_the_link(project: Project, take: Render, right: str, open_names: set[str]) -> None:
    link = open_link(project, take, **({right: True} if right else {}))
    client = enter(link)

    found = dict(zip((*PAGES, *FILES), statuses(client, link), strict=True))

    assert {name for name, status in found.items() if status == 200} == open_names
    assert {status for name, status in found.items() if name not in open_names} == {404}


def test_a_marked_take_waits_and_is_never_served_without_its_mark(project: Project, take: Render) -> None:
    link = open_link(project, take, watermark="Acme only", **ALL_RIGHTS)
    link.shown.update(preview_state=FileState.WAITING)
    client = enter(link)

    page = client.get(address("guest-take", link, 1))

    assert "This take is being prepared" in page.content.decode()
    assert statuses(client, link, FILES) == [404] * 4
    assert client.post(address("guest-decide", link, 1), {"verdict": "approved"}).status_code == 404
    assert client.get(address("guest-take", link, 1), headers=LIVE).status_code == 204

    link.shown.update(preview_state=FileState.FAILED)
    assert "cannot be shown yet" in client.get(address("guest-take", link, 1)).content.decode()
    assert client.get(address("guest-take", link, 1), headers=LIVE)["HX-Refresh"] == "true"


def test_downloading_a_marked_take_gives_the_marked_file(project: Project, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", 0.5, (320, 180), sound=True).read_bytes()
    link = open_link(project, make_take(project, content=film), watermark="Acme", **ALL_RIGHTS)
    link.shown.update(preview_state=FileState.WAITING)
    job.prepare(link.shown.get().pk)
    client = enter(link)

    watched, kept = (b"".join(client.get(address(name, link, 1)).streaming_content) for name in FILES[::3])  # type: ignore[attr-defined]

    assert watched == kept != film
    download = client.get(address("guest-download", link, 1))
    assert download["Content-Disposition"] == 'attachment; filename="take-1.mp4"'


def test_video_is_served_in_ranges_and_asked_for_anew(project: Project) -> None:
    link = open_link(project, make_take(project, content=b"0123456789"))
    client = enter(link)

    part = client.get(address("guest-video", link, 1), HTTP_RANGE="bytes=2-4")

    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"234")  # type: ignore[attr-defined]
    assert (part["Content-Range"], part["Cache-Control"]) == ("bytes 2-4/10", "private, no-cache")
    assert client.get(address("guest-video", link, 1), HTTP_IF_NONE_MATCH=part["ETag"]).status_code == 304


def test_pages_are_kept_nowhere_and_found_by_nobody(link: GuestLink, client: Client) -> None:
    door, guest = client.get(address("guest-home", link)), enter(link)
    responses = [door, guest.get(address("guest-home", link)), guest.get(address("guest-take", link, 1))]

    assert {(answer["X-Robots-Tag"], answer["Referrer-Policy"]) for answer in responses} == {
        ("noindex, nofollow, noarchive", "same-origin")
    }
    assert {"no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"] for answer in responses} == {
        True
    }
