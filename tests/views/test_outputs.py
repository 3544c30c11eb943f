"""The files of a take: ranges, types, names and who gets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.media import storage
from studio.models import Output, Project, Render, User
from tests.factories import make_output, make_project, make_render

CONTENT = bytes(range(256)) * 4
SIZE = len(CONTENT)
FILES = ("video", "download", "poster", "filmstrip", "last-frame")
ClientOf = Callable[[User], Client]
Fetch = Callable[..., Any]


@pytest.fixture
def take(project: Project) -> Render:
    made = make_render(project)
    make_output(made, CONTENT)
    return made


@pytest.fixture
def fetch(client_of: ClientOf, artist: User, take: Render) -> Fetch:
    """The artist's browser asks for a file of the take."""
    client = client_of(artist)

    def send(name: str = "video", method: str = "GET", **headers: str) -> Any:
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        return client.generic(method, reverse(f"output-{name}", args=[take.pk]), headers=sent)

    return send


def body_of(response: Any) -> bytes:
    body: bytes = response.getvalue() if response.streaming else response.content
    return body


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=100-199", 100, 199),
        ("bytes=1000-99999", 1000, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-100", SIZE - 100, SIZE - 1),
        ("bytes=-99999", 0, SIZE - 1),
    ],
)
def test_video_in_ranges(fetch: Fetch, asked: str, start: int, end: int) -> None:
    response = fetch(Range=asked)

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/{SIZE}"
    assert response["Content-Length"] == str(end - start + 1)
    assert body_of(response) == CONTENT[start : end + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999-", "bytes=-0"])
def test_range_beyond_the_end_cannot_be_met(fetch: Fetch, asked: str) -> None:
    response = fetch(Range=asked)

    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=9-3", "bytes=a-b", "bytes=-", "seconds=0-1", "bytes=0-1,5-6", "0-1"])
def test_range_that_makes_no_sense_gets_everything(fetch: Fetch, asked: str) -> None:
    response = fetch(Range=asked)

    assert (response.status_code, body_of(response)) == (200, CONTENT)


@pytest.mark.parametrize("name", FILES)
def test_head_tells_the_size_and_sends_nothing(fetch: Fetch, name: str) -> None:
    response = fetch(name, "HEAD", Range="bytes=0-0")

    assert (response.status_code, response["Content-Length"], body_of(response)) == (200, str(SIZE), b"")
    assert response["Accept-Ranges"] == "bytes"


def test_range_goes_on_only_with_the_file_it_began_with(fetch: Fetch) -> None:
    etag = fetch()["ETag"]

    assert fetch(Range="bytes=5-9", If_Range=etag).status_code == 206
    assert fetch(Range="bytes=5-9", If_Range='"another"').status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_what_the_browser_has_is_not_sent_again(fetch: Fetch, name: str) -> None:
    etag = fetch(name)["ETag"]

    response = fetch(name, If_None_Match=etag)

    assert (response.status_code, body_of(response), response["ETag"]) == (304, b"", etag)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("video", "video/mp4"),
        ("download", "video/mp4"),
        ("poster", "image/webp"),
        ("filmstrip", "image/webp"),
        ("last-frame", "image/png"),
    ],
)
def test_file_is_what_it_says_and_is_kept_by_its_reader_alone(fetch: Fetch, name: str, content_type: str) -> None:
    response = fetch(name)

    assert body_of(response) == CONTENT
    assert response["Content-Type"] == content_type
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"].split("; ")


@pytest.mark.parametrize(
    ("project_name", "file_name"),
    [
        ("Tea commercial", "tea-commercial-take-{}.mp4"),
        ('"; filename="evil.exe', "filenameevilexe-take-{}.mp4"),
        ("../../etc/passwd", "etcpasswd-take-{}.mp4"),
        ("Line\r\nSet-Cookie: a=b", "line-set-cookie-ab-take-{}.mp4"),
        ("茶の広告", "take-take-{}.mp4"),
    ],
)
def test_download_has_a_plain_name_whatever_the_project_is_called(
    fetch: Fetch, take: Render, project_name: str, file_name: str
) -> None:
    Project.objects.update(name=project_name)

    response = fetch("download")

    assert response["Content-Disposition"] == f'attachment; filename="{file_name.format(take.pk)}"'
    assert body_of(response) == CONTENT


def test_download_is_never_cut_short_and_video_is(client_of: ClientOf, artist: User, project: Project) -> None:
    take = make_render(project)
    make_output(take, b"x" * (3 * 1024 * 1024))
    client = client_of(artist)

    video = client.get(reverse("output-video", args=[take.pk]), headers={"Range": "bytes=0-"})
    download = client.get(reverse("output-download", args=[take.pk]), headers={"Range": "bytes=0-"})

    assert len(video.getvalue()) == int(video["Content-Length"]) == 2 * 1024 * 1024
    assert len(download.getvalue()) == 3 * 1024 * 1024


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_gone_from_disk(fetch: Fetch, take: Render, name: str) -> None:
    output = Output.objects.get()
    for stored in (output.file, output.poster, output.filmstrip, output.last_frame):
        storage.remove(stored)

    assert fetch(name).status_code == 404


@pytest.mark.parametrize("name", ["poster", "filmstrip", "last-frame"])
def test_picture_that_is_not_made_yet(fetch: Fetch, name: str) -> None:
    Output.objects.update(poster="", filmstrip="", last_frame="")

    assert fetch(name).status_code == 404


@pytest.mark.parametrize("name", FILES)
def test_take_without_a_file(client_of: ClientOf, project: Project, artist: User, name: str) -> None:
    take = make_render(project)

    assert client_of(artist).get(reverse(f"output-{name}", args=[take.pk])).status_code == 404


def test_member_who_left_gets_nothing_more(fetch: Fetch, project: Project, artist: User) -> None:
    project.memberships.filter(user=artist).delete()

    assert fetch().status_code == 404


def test_file_of_an_archived_project_can_still_be_seen(fetch: Fetch) -> None:
    Project.objects.update(archived_at=timezone.now())

    assert fetch().status_code == 200


def test_member_of_another_project_gets_nothing(client_of: ClientOf, artist: User) -> None:
    foreign = make_render(make_project())
    make_output(foreign, CONTENT)

    assert [client_of(artist).get(reverse(f"output-{name}", args=[foreign.pk])).status_code for name in FILES] == [
        404
    ] * 5


@pytest.mark.parametrize(("name", "count"), [("video", 3), ("poster", 3), ("filmstrip", 3), ("download", 5)])
def test_file_asks_few_questions(
    fetch: Fetch, name: str, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(count):
        response = fetch(name, Range="bytes=0-99")

    assert body_of(response) == CONTENT[:100]


def test_card_poster_is_sent_in_each_of_its_widths(client_of: ClientOf, artist: User, take: Render) -> None:
    client = client_of(artist)

    answers = [client.get(reverse("output-card-poster", args=[take.pk, width])) for width in (480, 960, 500)]

    assert [answer.status_code for answer in answers] == [200, 200, 404]
    small, large = answers[:2]
    assert (small["Content-Type"], small["Cache-Control"]) == ("image/webp", "private, max-age=31536000, immutable")
    assert small["ETag"] != large["ETag"]


def test_card_poster_is_nobodys_who_is_not_in_the_project(client_of: ClientOf, take: Render, outsider: User) -> None:
    assert client_of(outsider).get(reverse("output-card-poster", args=[take.pk, 480])).status_code == 404


def test_range_of_a_film_costs_three_questions(fetch: Fetch, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fetch(Range="bytes=0-99")
    with django_assert_num_queries(3):
        fetch(Range="bytes=0-99")
