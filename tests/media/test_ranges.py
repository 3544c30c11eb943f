"""Every kind of request a browser makes for a stored file."""

from __future__ import annotations

import gc
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from studio.media.ranges import BLOCK, CAP, ranged_response

# Closing a response makes Django look after its database connections, wherever the response came from.
pytestmark = pytest.mark.django_db

CONTENT = bytes(index * 7 % 256 for index in range(3_000_000))
SIZE = len(CONTENT)
MODIFIED = datetime(2026, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC)
DATE = "Fri, 01 May 2026 12:00:00 GMT"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "video.mp4"
    path.write_bytes(CONTENT)
    return path


def ask(path: Path, method: str = "get", *, options: dict[str, Any] | None = None, **headers: str) -> HttpResponseBase:
    request = getattr(RequestFactory(), method)("/", headers={key.replace("_", "-"): headers[key] for key in headers})
    given: dict[str, Any] = {"content_type": "video/mp4", "etag": "abc", "last_modified": MODIFIED}
    return ranged_response(request, path, **given | (options or {}))


def body(response: HttpResponseBase) -> bytes:
    content = (
        b"".join(cast("Any", response.streaming_content))
        if isinstance(response, StreamingHttpResponse)
        else cast(HttpResponse, response).content
    )
    response.close()
    return content


def test_whole_file_with_its_headers(path: Path) -> None:
    response = ask(path)

    assert response.status_code == 200
    assert dict(response.items()) == {
        "Content-Type": "video/mp4",
        "Content-Length": str(SIZE),
        "ETag": '"abc"',
        "Last-Modified": DATE,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    assert body(response) == CONTENT


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-199", 100, 199),
        ("Bytes= 5 - 9 ", 5, 9),
        ("bytes=0-", 0, CAP - 1),
        ("bytes=1000000-", 1_000_000, SIZE - 1),
        ("bytes=2999999-", SIZE - 1, SIZE - 1),
        ("bytes=2999990-99999999", 2_999_990, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-500", SIZE - 500, SIZE - 1),
        ("bytes=-99999999", 0, CAP - 1),
    ],
)
def test_range_is_answered_in_part(path: Path, asked: str, first: int, last: int) -> None:
    response = ask(path, Range=asked)

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=-", "bytes=9-5", "bytes=a-b", "lines=0-5", "bytes=0-5,10-15", "bytes=--5", "0-5"]
)
def test_range_that_makes_no_sense_is_ignored(path: Path, asked: str) -> None:
    response = ask(path, Range=asked)

    assert (response.status_code, response["Content-Length"]) == (200, str(SIZE))
    assert not response.has_header("Content-Range")
    response.close()


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_range_beyond_the_end_cannot_be_met(path: Path, asked: str) -> None:
    response = ask(path, Range=asked)

    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")
    assert (body(response), response["Cache-Control"]) == (b"", "no-store")


def test_head_tells_about_the_whole_file_without_it(path: Path) -> None:
    response = ask(path, "head", Range="bytes=0-9")

    assert (response.status_code, response["Content-Length"], body(response)) == (200, str(SIZE), b"")


def test_other_methods_are_not_allowed(path: Path) -> None:
    response = ask(path, "post")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("condition", "status"),
    [('"abc"', 206), ('"old"', 200), ('W/"abc"', 200), (DATE, 206), ("Fri, 01 May 2026 12:00:01 GMT", 200), ("x", 200)],
)
def test_if_range_holds_only_for_the_same_file(path: Path, condition: str, status: int) -> None:
    response = ask(path, Range="bytes=0-9", If_Range=condition)

    assert response.status_code == status
    response.close()


@pytest.mark.parametrize(
    ("known", "status"), [('"abc"', 304), ('W/"abc"', 304), ('"x", "abc"', 304), ("*", 304), ('"x"', 206)]
)
def test_if_none_match_comes_before_the_range(path: Path, known: str, status: int) -> None:
    response = ask(path, Range="bytes=0-9", If_None_Match=known, If_Modified_Since=DATE)

    assert (response.status_code, response["ETag"]) == (status, '"abc"')
    response.close()


@pytest.mark.parametrize(("since", "status"), [(DATE, 304), ("Fri, 01 May 2026 11:59:59 GMT", 200), ("x", 200)])
def test_if_modified_since_counts_without_a_tag(path: Path, since: str, status: int) -> None:
    response = ask(path, If_Modified_Since=since)

    assert response.status_code == status
    response.close()


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("take 3.mp4", 'attachment; filename="take 3.mp4"'),
        ('a"b\r\nX-Evil: 1.mp4', 'attachment; filename="a\'bX-Evil: 1.mp4"'),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("Kür – ende.mp4", "attachment; filename*=utf-8''K%C3%BCr%20%E2%80%93%20ende.mp4"),
        ("...", 'attachment; filename="download"'),
    ],
)
def test_download_gets_a_safe_name(path: Path, name: str, disposition: str) -> None:
    response = ask(path, options={"download_name": name})

    assert response["Content-Disposition"] == disposition
    response.close()


def test_resumed_download_is_not_cut_short(path: Path) -> None:
    response = ask(path, options={"download_name": "a.mp4"}, Range="bytes=1-")

    assert response["Content-Range"] == f"bytes 1-{SIZE - 1}/{SIZE}"
    assert body(response) == CONTENT[1:]


def test_file_that_may_change_is_asked_for_again(path: Path) -> None:
    response = ask(path, options={"immutable": False})

    assert response["Cache-Control"] == "private, no-cache"
    response.close()


def test_missing_file_is_not_found(path: Path) -> None:
    with pytest.raises(Http404):
        ask(path.with_name("none.mp4"))


def test_blocks_are_small_and_the_file_is_closed_half_way(path: Path) -> None:
    response = ask(path)
    assert isinstance(response, StreamingHttpResponse)
    slices = [closer.__self__ for closer in response._resource_closers]  # type: ignore[attr-defined]

    first = next(iter(cast("Any", response.streaming_content)))
    response.close()

    assert (len(first), [each.file.closed for each in slices]) == (BLOCK, [True])


def test_no_answer_leaves_a_file_open(path: Path) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        ask(path, Range="bytes=9999999-")
        ask(path, "head")
        ask(path, If_None_Match="*")
        gc.collect()

    # Only this file: other tests' sockets may be swept up in the same moment.
    assert [str(each.message) for each in warned if str(path) in str(each.message)] == []


def test_nginx_is_told_which_file_to_send(tmp_path: Path, path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT, settings.STUDIO_MEDIA_ACCEL = tmp_path, "/_media/"
    odd = tmp_path / "renders" / "a b.mp4"
    odd.parent.mkdir()
    odd.write_bytes(b"x")

    response = ask(odd, Range="bytes=0-5")

    assert (response.status_code, response["X-Accel-Redirect"]) == (200, "/_media/renders/a%20b.mp4")
    assert (response["Content-Type"], body(response)) == ("video/mp4", b"")


def test_file_elsewhere_is_sent_without_nginx(tmp_path: Path, path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT, settings.STUDIO_MEDIA_ACCEL = tmp_path / "media", "/_media/"

    response = ask(path, Range="bytes=0-5")

    assert (response.status_code, body(response)) == (206, CONTENT[:6])
