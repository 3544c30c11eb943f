from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from studio.providers.answers import NO_USAGE, Created, RemoteState, RemoteStatus, Usage
from studio.providers.reading import Unreadable
from studio.providers.upstream import parse
from tests.providers.factories import fixture

VIDEO = "https://ark.test/a.mp4?sig=1"


def test_created_example_is_read() -> None:
    document = json.loads(fixture("created_v3"))

    assert parse.created(document) == Created("cgt-20260102030405-a1b2c", "", RemoteStatus(RemoteState.WAITING))


@pytest.mark.parametrize("document", [json.loads(fixture("created", "ark")), {}, {"id": None}, {"id": "../a"}])
def test_created_without_an_id_that_can_be_followed_is_unreadable(document: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        parse.created(document)


def test_succeeded_example_is_read() -> None:
    assert parse.status(json.loads(fixture("succeeded", "ark"))) == RemoteStatus(
        RemoteState.SUCCEEDED,
        "succeeded",
        video_url="https://….mp4",
        last_frame_url="https://….png",
        usage=Usage(tokens=108_900, seconds=Decimal(5)),
    )


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", RemoteState.WAITING),
        ("running", RemoteState.RUNNING),
        ("succeeded", RemoteState.SUCCEEDED),
        ("failed", RemoteState.FAILED),
        ("cancelled", RemoteState.CANCELLED),
        ("expired", RemoteState.EXPIRED),
        ("reticulating", RemoteState.UNKNOWN_WORD),
        (None, RemoteState.UNKNOWN_WORD),
    ],
)
def test_status_words_are_mapped_exactly(word: Any, state: RemoteState) -> None:
    assert parse.status({"status": word, "content": {"video_url": VIDEO}}).state == state


@pytest.mark.parametrize("content", [None, [], {}, {"video_url": None}, {"video_url": "ftp://a.test/v"}])
def test_succeeded_without_a_video_is_a_failure(content: Any) -> None:
    read = parse.status({"status": "succeeded", "content": content, "usage": {"completion_tokens": 5}})

    assert (read.state, read.error_code) == (RemoteState.FAILED, "no_video_url")


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"completion_tokens": 108900}, 108_900),
        ({"completion_tokens": "108900"}, 108_900),
        ({"completion_tokens": 0}, None),
        ({"completion_tokens": True}, None),
        ({"completion_tokens": -5}, None),
        ({"completion_tokens": 1.5}, None),
        ({"total_tokens": 9}, None),
        (None, None),
        ([], None),
    ],
)
def test_tokens_are_read_only_as_a_count(usage: Any, tokens: int | None) -> None:
    read = parse.status({"status": "succeeded", "content": {"video_url": VIDEO}, "usage": usage})

    assert read.usage.tokens == tokens


@pytest.mark.parametrize(("value", "seconds"), [(5, Decimal(5)), ("5", Decimal(5)), (-1, None), (0, None), ("x", None)])
def test_length_may_be_a_string(value: Any, seconds: Decimal | None) -> None:
    read = parse.status({"status": "succeeded", "content": {"video_url": VIDEO}, "duration": value})

    assert read.usage.seconds == seconds


def test_usage_of_unfinished_work_is_not_believed() -> None:
    assert parse.status({"status": "running", "usage": {"completion_tokens": 5}, "duration": 5}).usage == NO_USAGE


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        ({"code": "OutputVideoSensitiveContentDetected", "message": "no"}, "OutputVideoSensitiveContentDetected", "no"),
        ("no", "", "no"),
        (None, "", ""),
    ],
)
def test_failure_has_code_and_words(error: Any, code: str, text: str) -> None:
    read = parse.status({"status": "failed", "error": error})

    assert (read.state, read.error_code, read.error_text) == (RemoteState.FAILED, code, text)
