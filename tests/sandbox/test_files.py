"""Films are served whole, in ranges and conditionally, and their links end."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from tests.sandbox.caller import Caller


@pytest.fixture(scope="module")
def whole(session_caller: Caller, finished: dict[str, Any]) -> bytes:
    return session_caller.http.get(finished["video_url"]).content


def test_whole_film_tells_all_about_itself(caller: Caller, finished: dict[str, Any], whole: bytes) -> None:
    answer = caller.http.head(finished["video_url"])

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Length"] == str(len(whole))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert {"etag", "last-modified"} <= set(answer.headers)


def test_film_can_start_playing_before_it_is_whole(whole: bytes) -> None:
    assert whole.index(b"moov") < whole.index(b"mdat")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("0-0", 0, 1), ("100-199", 100, 200), ("1000-", 1000, None), ("-500", -500, None), ("5-999999999", 5, None)],
)
def test_range_is_answered_with_that_part(
    caller: Caller, finished: dict[str, Any], whole: bytes, asked: str, start: int, end: int | None
) -> None:
    answer = caller.http.get(finished["video_url"], headers={"Range": f"bytes={asked}"})

    first = start % len(whole)
    assert answer.status_code == 206
    assert answer.content == whole[start:end]
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["999999999-", "-0", "20-10"])
def test_range_outside_the_film_is_refused(caller: Caller, finished: dict[str, Any], whole: bytes, asked: str) -> None:
    answer = caller.http.get(finished["video_url"], headers={"Range": f"bytes={asked}"})

    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


def test_range_of_another_version_gets_the_whole(caller: Caller, finished: dict[str, Any], whole: bytes) -> None:
    own = caller.http.head(finished["video_url"]).headers
    tags = {'"other"': 200, own["ETag"]: 206, own["Last-Modified"]: 206, "not a date": 200}

    for tag, status in tags.items():
        answer = caller.http.get(finished["video_url"], headers={"Range": "bytes=0-9", "If-Range": tag})

        assert answer.status_code == status


def test_known_film_is_not_sent_again(caller: Caller, finished: dict[str, Any]) -> None:
    tag = caller.http.head(finished["video_url"]).headers["ETag"]

    answer = caller.http.get(finished["video_url"], headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")


def test_link_ends_after_a_day(caller: Caller, finished: dict[str, Any]) -> None:
    with time_machine.travel(finished["updated"] + 25 * 3600):
        answer = caller.http.get(finished["video_url"])

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/files/0123.mp4", "/files/" + "0" * 32 + ".mp4", "/files/../tasks", "/files/"])
def test_unknown_file_is_not_found(caller: Caller, path: str) -> None:
    assert caller.http.get(path).status_code == 404


def test_film_can_only_be_read(caller: Caller, finished: dict[str, Any]) -> None:
    assert caller.http.delete(finished["video_url"]).status_code == 405
