"""Downloads from a real server: whole, cut, changed, gone, too large, and led astray."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import httpx
import pytest

from studio.media.download_errors import DownloadInterrupted
from studio.media.downloads import download
from studio.media.partfiles import PartFile
from tests.media.downloading import CONTENT, WHOLE, Fetch, client, fetch, server
from tests.media.file_server import FileServer

__all__ = ["client", "fetch", "server"]


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
