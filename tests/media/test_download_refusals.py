"""What is not downloaded: too large, compressed, too slow, led elsewhere, or from a place that is forbidden."""

from __future__ import annotations

import threading

import pytest

from studio.media.download_errors import DownloadError, DownloadInterrupted, DownloadRefused, LinkGone
from tests.media.downloading import WHOLE, Fetch, client, fetch, server
from tests.media.file_server import FileServer, serving

__all__ = ["client", "fetch", "server"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, LinkGone),
        (404, LinkGone),
        (410, LinkGone),
        (401, DownloadInterrupted),
        (429, DownloadInterrupted),
        (500, DownloadInterrupted),
        (503, DownloadInterrupted),
    ],
)
def test_status_says_whether_to_try_again(
    server: FileServer, fetch: Fetch, status: int, kind: type[DownloadError]
) -> None:
    server.status = status

    assert type(fetch.error(server.url)) is kind
    assert fetch.left() == []


@pytest.mark.parametrize("says_length", [True, False])
def test_file_over_the_limit_is_refused_and_leaves_nothing(server: FileServer, fetch: Fetch, says_length: bool) -> None:
    server.says_length = says_length

    error = fetch.error(server.url, size_limit=300_000)

    assert (type(error), error.code, fetch.left()) == (DownloadRefused, "too_large", [])


def test_compressed_answer_is_refused(server: FileServer, fetch: Fetch) -> None:
    server.extra = {"Content-Encoding": "gzip"}

    error = fetch.error(server.url)

    assert (type(error), error.code, fetch.left()) == (DownloadRefused, "encoded", [])


def test_slow_download_stops_at_its_deadline_and_keeps_its_part(server: FileServer, fetch: Fetch) -> None:
    never = threading.Event()
    server.before_block = lambda: never.wait(0.05)

    error = fetch.error(server.url, seconds=0.1)

    assert (type(error), error.code) == (DownloadInterrupted, "slow")
    assert fetch.left() == ["video.mp4.part", "video.mp4.part.etag"]


def test_redirects_are_followed_a_few_times(server: FileServer, fetch: Fetch) -> None:
    server.redirects = {"/1": "/2", "/2": f"http://localhost:{server.port}/3", "/3": "/video.mp4"}

    assert fetch(server.url.replace("video.mp4", "1")) == WHOLE
    assert server.requests[2]["host"] == f"localhost:{server.port}"


def test_redirects_without_an_end_are_refused(server: FileServer, fetch: Fetch) -> None:
    server.redirects = {"/video.mp4": "/video.mp4"}

    assert fetch.error(server.url).code == "redirects"
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("https://10.0.0.1/x", "private_address"),
        ("https://169.254.169.254/latest/meta-data/", "private_address"),
        ("https://[fd00::1]/x", "private_address"),
        ("http://8.8.8.8/x", "not_secure"),
        ("file:///etc/passwd", "bad_link"),
        ("https://me:secret@example.com/x", "bad_link"),
    ],
)
def test_redirect_to_a_forbidden_place_is_refused(server: FileServer, fetch: Fetch, target: str, code: str) -> None:
    server.redirects = {"/video.mp4": target}

    error = fetch.error(server.url)

    assert (type(error), error.code) == (DownloadRefused, code)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.com/a", "bad_link"),
        ("/video.mp4", "bad_link"),
        ("", "bad_link"),
        ("http://example.com/a", "not_secure"),
        ("https://0.0.0.0/a", "private_address"),
        ("https://192.168.1.1/a", "private_address"),
        ("https://100.100.100.200/a", "private_address"),
        ("https://[::ffff:10.0.0.1]/a", "private_address"),
        ("https://[::]/a", "private_address"),
        ("https://2130706433/a", "private_address"),
    ],
)
def test_forbidden_link_is_refused(fetch: Fetch, url: str, code: str) -> None:
    error = fetch.error(url)

    assert (type(error), error.code, fetch.left()) == (DownloadRefused, code, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1.2.3", "[::ffff:127.0.0.1]"])
def test_this_machine_is_refused_unless_allowed(fetch: Fetch, host: str) -> None:
    assert fetch.error(f"https://{host}:1/a", local=False).code == "private_address"


def test_closed_door_can_be_tried_again(fetch: Fetch) -> None:
    with serving(FileServer(b"")) as server:
        url = server.url

    assert type(fetch.error(url)) is DownloadInterrupted
