from __future__ import annotations

import json
from typing import Any

import pytest

from studio.providers.answers import Created, RemoteState, RemoteStatus
from studio.providers.reading import Unreadable
from studio.providers.tokenlab import parse
from tests.providers.factories import fixture

VIDEO = "https://assets.test/a.mp4?sig=1"


def test_created_example_is_read() -> None:
    task = "ldtask_" + "a" * 32

    created = parse.created(json.loads(fixture("created")))

    assert created == Created(task, f"/v1/tasks/{task}", RemoteStatus(RemoteState.WAITING, "pending"))


def test_completed_example_is_read() -> None:
    assert parse.status(json.loads(fixture("completed"))) == RemoteStatus(
        RemoteState.SUCCEEDED,
        "completed",
        progress=100,
        video_url="https://assets.…/videos/abc123.mp4",
        billing_id="cmo164zyc0s48jpgegi80vqv4",
    )


def test_cancelled_example_is_told_from_failed() -> None:
    assert parse.status(json.loads(fixture("cancelled"))) == RemoteStatus(
        RemoteState.CANCELLED, "failed", error_text="Task cancelled before execution", cancelled=True
    )


def test_created_needs_only_an_id() -> None:
    assert parse.created({"id": "a1"}) == Created("a1", "", RemoteStatus(RemoteState.WAITING))


@pytest.mark.parametrize("poll_url", ["/v1/" + "a" * 500, "/v1/\x00", "/v1/\ud800", "/v1/a\nb", 3])
def test_created_with_an_odd_poll_url_keeps_the_task(poll_url: Any) -> None:
    assert parse.created({"id": "a1", "poll_url": poll_url}).poll_url == ""


def test_created_id_is_read_without_what_cannot_be_stored() -> None:
    assert parse.created({"id": "\x00ldtask_1\ud800"}).remote_id == "ldtask_1"


def test_words_are_read_without_what_cannot_be_stored() -> None:
    read = parse.status(
        {"status": "fai\x00led", "error": "No\x00 \ud800faces\nhere", "billing_transaction_id": "b\x01"}
    )

    assert (read.word, read.error_text, read.billing_id) == ("failed", "No faces\nhere", "b")


def test_created_may_have_ended_already() -> None:
    created = parse.created({"task_id": "a1", "status": "completed", "video_url": VIDEO})

    assert (created.remote_id, created.status.state, created.status.video_url) == ("a1", RemoteState.SUCCEEDED, VIDEO)


@pytest.mark.parametrize("remote_id", [None, "", True, {}, "..", ".", "../a", "a/b", "a b", "a\n", "a" * 256])
def test_created_without_an_id_that_can_be_followed_is_unreadable(remote_id: Any) -> None:
    with pytest.raises(Unreadable):
        parse.created({"id": remote_id, "status": "pending"})


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pending", RemoteState.WAITING),
        ("processing", RemoteState.RUNNING),
        ("completed", RemoteState.SUCCEEDED),
        ("Completed", RemoteState.SUCCEEDED),
        ("succeeded", RemoteState.SUCCEEDED),
        ("failed", RemoteState.FAILED),
        ("cancelled", RemoteState.CANCELLED),
        ("canceled", RemoteState.CANCELLED),
        ("expired", RemoteState.EXPIRED),
        ("upscaling", RemoteState.UNKNOWN_WORD),
        ("", RemoteState.UNKNOWN_WORD),
        (None, RemoteState.UNKNOWN_WORD),
    ],
)
def test_status_words_are_mapped_exactly(word: Any, state: RemoteState) -> None:
    assert parse.status({"status": word, "video_url": VIDEO}).state == state


def test_unknown_word_has_not_ended() -> None:
    assert parse.status({"status": "upscaling"}).has_ended is False


@pytest.mark.parametrize(
    "place",
    [
        {"video_url": VIDEO},
        {"video": {"url": VIDEO, "duration": 5, "width": 1280, "height": 720}},
        {"video": VIDEO},
        {"videos": [{"url": VIDEO}]},
        {"videos": [{"video_url": VIDEO}]},
        {"videos": [VIDEO]},
        {"data": [{"url": VIDEO}]},
        {"data": [{}, {"video_url": VIDEO}]},
        {"data": {"video_url": VIDEO}},
        {"content": {"video_url": VIDEO}},
        {"video_url": None, "video": {}, "videos": [], "data": None, "content": {"video_url": VIDEO}},
        {"video_url": "", "videos": [None, 3, {"url": VIDEO}]},
    ],
)
def test_video_is_found_in_every_place(place: dict[str, Any]) -> None:
    read = parse.status({"status": "completed", **place})

    assert (read.state, read.video_url) == (RemoteState.SUCCEEDED, VIDEO)


@pytest.mark.parametrize("place", [{}, {"video_url": None}, {"video_url": "ftp://a.test/v"}, {"videos": []}])
def test_completed_without_a_video_is_a_failure(place: dict[str, Any]) -> None:
    read = parse.status({"status": "completed", **place})

    assert (read.state, read.error_code, read.error_text) == (RemoteState.FAILED, "no_video_url", "")


@pytest.mark.parametrize("place", [{"last_frame_url": VIDEO}, {"content": {"last_frame_url": VIDEO}}])
def test_last_frame_is_found_in_both_places(place: dict[str, Any]) -> None:
    assert parse.status({"status": "processing", **place}).last_frame_url == VIDEO


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        ({"error": "Content policy violation"}, "", "Content policy violation"),
        ({"error": {"code": "policy", "message": "Not allowed"}}, "policy", "Not allowed"),
        ({"error": {"code": "policy"}}, "policy", "policy"),
        ({"error": {}}, "", ""),
        ({"error": None}, "", ""),
        ({"error": ["odd"]}, "", ""),
        ({}, "", ""),
    ],
)
def test_error_may_have_any_shape(error: dict[str, Any], code: str, text: str) -> None:
    read = parse.status({"status": "failed", **error})

    assert (read.state, read.error_code, read.error_text) == (RemoteState.FAILED, code, text)


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ({"cancelled": True}, RemoteState.CANCELLED),
        ({"cancellation_status": "cancelled"}, RemoteState.CANCELLED),
        ({"cancelled": False, "cancellation_status": "requested"}, RemoteState.FAILED),
        ({"cancelled": "no"}, RemoteState.FAILED),
    ],
)
def test_cancelled_is_read_from_flags(flags: dict[str, Any], state: RemoteState) -> None:
    read = parse.status({"status": "failed", **flags})

    assert (read.state, read.cancelled) == (state, state == RemoteState.CANCELLED)


def test_cancel_flag_does_not_end_a_running_task() -> None:
    assert parse.status({"status": "processing", "cancelled": True}).state == RemoteState.RUNNING


@pytest.mark.parametrize(
    ("value", "progress"),
    [(0, 0), (42, 42), (99.9, 99), (100, 100), (101, None), (-1, None), ("50", None), (True, None)],
)
def test_progress_is_kept_only_when_real(value: Any, progress: int | None) -> None:
    assert parse.status({"status": "processing", "progress": value}).progress == progress
