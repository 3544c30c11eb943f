from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from studio.providers.answers import NO_USAGE, Created, RemoteState, RemoteStatus, Usage
from studio.providers.reading import Unreadable
from studio.providers.tokenhub import parse
from tests.providers.factories import fixture

VIDEO = "https://assets.test/a.mp4?sig=1"

each_seed = pytest.mark.parametrize("seed", ["002", "003"])


@each_seed
def test_created_example_is_read(seed: str) -> None:
    created = parse.created(json.loads(fixture(f"created_seed_{seed}", "tokenhub")))

    assert created == Created("xxxxxx-task-id", "", RemoteStatus(RemoteState.WAITING, "queued"))


@each_seed
def test_running_example_is_read(seed: str) -> None:
    read = parse.status(json.loads(fixture(f"running_seed_{seed}", "tokenhub")))

    assert read == RemoteStatus(RemoteState.RUNNING, "running")


@each_seed
def test_succeeded_example_is_read(seed: str) -> None:
    read = parse.status(json.loads(fixture(f"succeeded_seed_{seed}", "tokenhub")))

    assert read == RemoteStatus(
        RemoteState.SUCCEEDED,
        "succeeded",
        video_url="https://xxx.volces.com/output-video.mp4",
        usage=Usage(seconds=Decimal(5)),
    )


def test_created_needs_only_an_id() -> None:
    assert parse.created({"id": "a1"}) == Created("a1", "", RemoteStatus(RemoteState.WAITING))


@pytest.mark.parametrize("remote_id", [None, "", True, {}, "..", "../a", "a/b", "a b", "a" * 256])
def test_created_without_an_id_that_can_be_followed_is_unreadable(remote_id: Any) -> None:
    with pytest.raises(Unreadable):
        parse.created({"id": remote_id, "status": "queued"})


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", RemoteState.WAITING),
        ("running", RemoteState.RUNNING),
        ("succeeded", RemoteState.SUCCEEDED),
        ("Succeeded", RemoteState.SUCCEEDED),
        ("failed", RemoteState.FAILED),
        ("cancelled", RemoteState.CANCELLED),
        ("canceled", RemoteState.CANCELLED),
        ("expired", RemoteState.EXPIRED),
        ("processing", RemoteState.UNKNOWN_WORD),
        ("", RemoteState.UNKNOWN_WORD),
        (None, RemoteState.UNKNOWN_WORD),
    ],
)
def test_status_words_are_mapped_exactly(word: Any, state: RemoteState) -> None:
    read = parse.status({"status": word, "data": [{"video_url": VIDEO}]})

    assert (read.state, read.cancelled) == (state, state == RemoteState.CANCELLED)


def test_cover_is_not_taken_for_the_video() -> None:
    read = parse.status({"status": "succeeded", "data": [{"cover_image_url": "https://assets.test/c.jpg"}]})

    assert read.video_url == ""


@pytest.mark.parametrize(
    "place", [{}, {"data": None}, {"data": []}, {"data": [{}]}, {"data": [{"video_url": None}]}, {"data": "gone"}]
)
def test_succeeded_without_a_video_is_a_failure(place: dict[str, Any]) -> None:
    read = parse.status({"status": "succeeded", **place})

    assert (read.state, read.error_code, read.error_text) == (RemoteState.FAILED, "no_video_url", "")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        ({}, "", ""),
        ({"error": None}, "", ""),
        ({"error": "Content policy violation"}, "", "Content policy violation"),
        ({"error": {"message": "Not allowed"}}, "", "Not allowed"),
        ({"error": {"code": "policy", "message": "Not allowed"}}, "policy", "Not allowed"),
        ({"error": {}}, "", ""),
        ({"error": ["odd"]}, "", ""),
    ],
)
def test_error_may_have_any_shape(error: dict[str, Any], code: str, text: str) -> None:
    read = parse.status({"status": "failed", **error})

    assert (read.state, read.error_code, read.error_text) == (RemoteState.FAILED, code, text)


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"video_duration": 5}, Usage(seconds=Decimal(5))),
        ({"video_duration": 5.04}, Usage(seconds=Decimal("5.04"))),
        ({"video_duration": "6"}, Usage(seconds=Decimal(6))),
        ({"video_duration": 0}, NO_USAGE),
        ({"video_duration": -5}, NO_USAGE),
        ({"video_duration": None}, NO_USAGE),
        ({}, NO_USAGE),
        (None, NO_USAGE),
        ([5], NO_USAGE),
    ],
)
def test_reported_length_is_kept_only_when_real(usage: Any, read: Usage) -> None:
    assert parse.status({"status": "running", "usage": usage}).usage == read
