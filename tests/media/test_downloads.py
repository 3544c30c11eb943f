"""Downloads from a real server: whole, cut, changed, gone, too large, and led astray."""

from __future__ import annotations

import hashlib
import os
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from studio.media.download_errors import DownloadError, DownloadInterrupted, DownloadRefused, LinkGone
from studio.media.downloads import download, make_client
from studio.media.partfiles import Downloaded, PartFile
from tests.media.file_server import FileServer, serving

CONTENT = os.urandom(500_000)
WHOLE = Downloaded(hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(FileServer(CONTENT)) as plan:
        yield plan


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with make_client(allow_loopback=True) as client:
        yield client


class Fetch:
    """A download into one folder, with the usual limits."""

    def __init__(self, client: httpx.Client, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.destination = folder / "video.mp4"

    def __call__(
        self, url: str, *, size_limit: int = 10_000_000, seconds: float = 20, local: bool = True
    ) -> Downloaded:
        return download(
            url,
            self.destination,
            client=self.client,
            size_limit=size_limit,
            deadline_seconds=seconds,
            allow_loopback=local,
        )

    def error(self, url: str, **options: int | float | bool) -> DownloadError:
        with pytest.raises(DownloadError) as caught:
            self(url, **options)  # type: ignore[arg-type]
        return caught.value

    def left(self) -> list[str]:
        return sorted(each.name for each in self.folder.iterdir())


@pytest.fixture
def fetch(client: httpx.Client, tmp_path: Path) -> Fetch:
    return Fetch(client, tmp_path)


def test_file_arrives_whole_and_alone(server: FileServer, fetch: Fetch) -> None:
    assert fetch(server.url) == WHOLE
    assert fetch.destination.read_bytes() == CONTENT
    assert fetch.left() == ["video.mp4"]


def test_nothing_secret_is_sent(server: FileServer, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = fetch.folder / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.extra = {"Set-Cookie": "a=b"}

    fetch(server.url)
    fetch(server.url)

    assert sorted(server.requests[1]) == ["accept", "accept-encoding", "connection", "host", "user-agent"]
    assert server.requests[1]["accept-encoding"] == "identity"


def test_progress_is_told(server: FileServer, client: httpx.Client, tmp_path: Path) -> None:
    server.content = bytes(2_500_000)
    seen: list[tuple[int, int | None]] = []

    download(
        server.url,
        tmp_path / "a",
        client=client,
        size_limit=10_000_000,
        deadline_seconds=20,
        allow_loopback=True,
        on_progress=lambda done, total: seen.append((done, total)),
    )

    assert {total for _, total in seen} == {2_500_000}
    assert len(seen) > 2_500_000 // (256 * 1024)
    assert seen[-1][0] == 2_500_000


@pytest.mark.parametrize("says_length", [True, False])
def test_cut_download_goes_on_from_there(server: FileServer, fetch: Fetch, says_length: bool) -> None:
    server.cut_after = 200_000
    assert isinstance(fetch.error(server.url), DownloadInterrupted)
    assert fetch.left() == ["video.mp4.part", "video.mp4.part.etag"]
    arrived = (fetch.folder / "video.mp4.part").stat().st_size

    server.cut_after, server.says_length = None, says_length
    assert fetch(server.url) == WHOLE

    assert (server.requests[1]["range"], server.requests[1]["if-range"]) == (f"bytes={arrived}-", '"v1"')
    assert fetch.destination.read_bytes() == CONTENT
    assert fetch.left() == ["video.mp4"]


def test_cut_download_of_a_changed_file_begins_anew(server: FileServer, fetch: Fetch) -> None:
    server.cut_after = 200_000
    fetch.error(server.url)
    server.cut_after, server.etag, server.content = None, '"v2"', CONTENT[::-1]

    fetch(server.url)

    assert fetch.destination.read_bytes() == CONTENT[::-1]


def test_server_that_ignores_if_range_does_not_mix_two_files(server: FileServer, fetch: Fetch) -> None:
    server.cut_after = 200_000
    fetch.error(server.url)
    server.cut_after, server.etag, server.content, server.checks_if_range = None, '"v2"', CONTENT[::-1], False

    fetch(server.url)

    assert fetch.destination.read_bytes() == CONTENT[::-1]


def test_server_that_knows_no_ranges_sends_all_again(server: FileServer, fetch: Fetch) -> None:
    server.cut_after = 200_000
    fetch.error(server.url)
    server.cut_after, server.knows_ranges = None, False

    assert fetch(server.url) == WHOLE
    assert fetch.destination.read_bytes() == CONTENT


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_file_without_a_name_of_its_own_is_fetched_anew(server: FileServer, fetch: Fetch, etag: str) -> None:
    server.cut_after, server.etag = 200_000, etag
    fetch.error(server.url)
    server.cut_after = None

    assert fetch(server.url) == WHOLE
    assert [request.get("range") for request in server.requests] == [None, None]


def test_call_that_died_before_the_last_step_is_finished(server: FileServer, fetch: Fetch) -> None:
    (fetch.folder / "video.mp4.part").write_bytes(CONTENT)
    (fetch.folder / "video.mp4.part.etag").write_text('"v1"')

    assert fetch(server.url) == WHOLE
    assert fetch.left() == ["video.mp4"]


def test_part_longer_than_the_file_is_fetched_anew(server: FileServer, fetch: Fetch) -> None:
    (fetch.folder / "video.mp4.part").write_bytes(CONTENT + b"more")
    (fetch.folder / "video.mp4.part.etag").write_text('"v1"')

    assert fetch(server.url) == WHOLE


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


def test_two_workers_never_write_the_same_part(server: FileServer, fetch: Fetch) -> None:
    with PartFile(fetch.destination) as part:
        part.append(b"x")

        assert fetch.error(server.url).code == "busy"


def test_empty_file_is_no_result(server: FileServer, fetch: Fetch) -> None:
    server.content = b""

    assert (type(fetch.error(server.url)), fetch.left()) == (DownloadInterrupted, [])


def test_memory_stays_flat_for_a_large_file(server: FileServer, fetch: Fetch) -> None:
    server.content = bytes(60_000_000)

    tracemalloc.start()
    result = fetch(server.url, size_limit=100_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (result.size, fetch.destination.stat().st_size) == (60_000_000, 60_000_000)
    assert peak < 8_000_000
