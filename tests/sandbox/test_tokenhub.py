"""TokenHub as its guide shows it: the shapes, the films, and the length of an input that is declared."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.caller import look
from tests.sandbox.other_callers import TokenHubCaller


@pytest.fixture(scope="module")
def module_hub(running_sandbox: Sandbox) -> Iterator[TokenHubCaller]:
    with TokenHubCaller(running_sandbox.base_url) as caller:
        yield caller


@pytest.fixture
def hub(sandbox: Sandbox, module_hub: TokenHubCaller) -> TokenHubCaller:
    return module_hub


@pytest.fixture(scope="module")
def life(module_hub: TokenHubCaller) -> list[dict[str, Any]]:
    """What is told of one task: when it is created, while it runs, and at its end."""
    created = module_hub.create().json()
    return [created, module_hub.left(created["id"], "queued"), module_hub.ended(created["id"])]


@pytest.fixture(scope="module")
def made(life: list[dict[str, Any]]) -> dict[str, Any]:
    """A finished task that tests may read but not change."""
    return life[-1]


def test_create_and_read_answer_with_the_documented_envelope(life: list[dict[str, Any]]) -> None:
    created, running, _ = life

    assert created == {
        "id": str(uuid.UUID(created["id"])),
        "object": "video.generation.task",
        "model": "doubao-seedance-2.0-fast",
        "status": "queued",
        "created": created["created"],
    }
    assert running == {**created, "status": "running"}


def test_finished_task_has_the_documented_members(hub: TokenHubCaller, made: dict[str, Any]) -> None:
    film = look(hub.http.get(hub.link(made)).content)
    cover = hub.http.get(made["data"][0]["cover_image_url"])

    assert made == {
        "id": made["id"],
        "object": "video.generation.task",
        "model": "doubao-seedance-2.0-fast",
        "status": "succeeded",
        "created": made["created"],
        "data": [{"video_url": hub.link(made), "cover_image_url": str(cover.url)}],
        "usage": {"video_duration": 4},
    }
    assert (film.size, film.seconds, film.codecs) == ((864, 496), 4.0, ["h264", "aac"])
    assert (cover.headers["Content-Type"], cover.content[:4]) == ("image/png", b"\x89PNG")


def test_failed_task_carries_its_reason(hub: TokenHubCaller) -> None:
    told = hub.ended(hub.accepted(prompt="[fault:moderation]"))
    kept = hub.ended(hub.accepted(prompt="[fault:error-missing]"))

    assert told["error"] == {"code": "content_policy_violation", "message": "Content policy violation"}
    assert sorted(kept) == ["created", "id", "model", "object", "status"]
    assert kept["status"] == "failed"


def test_reported_length_can_be_wrong(sandbox: Sandbox, hub: TokenHubCaller, made: dict[str, Any]) -> None:
    sandbox.set_fault("wrong-duration")

    assert hub.read(made["id"]).json()["usage"] == {"video_duration": 5}


def test_there_is_neither_cancel_nor_list(hub: TokenHubCaller, made: dict[str, Any]) -> None:
    answers = [
        hub.http.get(hub.path),
        hub.http.delete(f"{hub.path}/{made['id']}"),
        hub.http.post(f"{hub.path}/{made['id']}/cancel"),
        hub.http.get("/api/v1/models"),
    ]

    assert [answer.status_code for answer in answers] == [405, 405, 404, 404]


def test_task_is_seen_by_its_own_key_only(sandbox: Sandbox, made: dict[str, Any]) -> None:
    with TokenHubCaller(sandbox.base_url, key="th-test-somebody-else") as stranger:
        answer = stranger.read(made["id"])

    assert answer.status_code == 404
    assert answer.json() == {
        "error": {
            "message": f"Task {made['id']} was not found",
            "type": "invalid_request_error",
            "code": "task_not_found",
        }
    }


@pytest.mark.parametrize("key", ["sk-test-caller-0001", "th-revoked-0001", "th-"])
def test_other_keys_are_refused(sandbox: Sandbox, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(f"{sandbox.base_url}{TokenHubCaller.path}", headers=headers, json={})

    assert answer.status_code == 401
    assert answer.json() == {
        "error": {
            "message": "Invalid API key provided",
            "type": "authentication_error",
            "code": "invalid_api_key",
        }
    }


def test_frames_are_taken_in_their_roles(sandbox: Sandbox, hub: TokenHubCaller) -> None:
    url = "http://127.0.0.1:9/{}.png"
    last, first = (
        {"type": "image_url", "image_url": {"url": url.format(role)}, "role": role}
        for role in ("last_frame", "first_frame")
    )

    both = hub.accepted(content=[last, first], prompt="[fault:moderation]")
    one = hub.accepted(content=[first], prompt="[fault:moderation]")

    jobs = [task.job for task_id in (both, one) if (task := sandbox.gateway.store.get(task_id))]
    assert [job.operation for job in jobs] == ["start-end-to-video", "image-to-video"]
    assert [source.url for source in jobs[0].sources] == [url.format("first_frame"), url.format("last_frame")]


@pytest.mark.parametrize(
    ("fields", "operation"),
    [
        ({}, "text-to-video"),
        ({"image_url": "https://example.com/a.png"}, "image-to-video"),
        ({"image_urls": ["https://example.com/a.png"]}, "reference-to-video"),
        ({"video_url": "https://example.com/a.mp4"}, "video-to-video"),
        ({"video_urls": ["https://example.com/a.mp4", "https://example.com/b.mp4"]}, "reference-to-video"),
        ({"image_url": "https://example.com/a.png", "audio_url": "https://example.com/a.mp3"}, "reference-to-video"),
    ],
)
def test_inputs_decide_what_is_made(
    sandbox: Sandbox, hub: TokenHubCaller, fields: dict[str, Any], operation: str
) -> None:
    task = sandbox.gateway.store.get(hub.accepted(prompt="[fault:moderation]", **fields))

    assert task is not None
    assert task.job.operation == operation


def test_honestly_declared_video_is_edited(hub: TokenHubCaller, references: str) -> None:
    task = hub.ended(hub.accepted(video_url=f"{references}/clip.mp4", video_durations=[2], generate_audio=False))

    assert task["status"] == "succeeded"
    assert look(hub.http.get(hub.link(task)).content).codecs == ["h264"]


@pytest.mark.parametrize("declared", [{"video_durations": [5]}, {"input_video_duration": 0.5}])
def test_wrongly_declared_video_fails_late(hub: TokenHubCaller, references: str, declared: dict[str, Any]) -> None:
    seconds = declared.get("input_video_duration", 5)

    task = hub.ended(hub.accepted(video_urls=[f"{references}/clip.mp4"], **declared))

    assert task["error"] == {
        "code": "input_unusable",
        "message": f"video_urls[0]: the video is 2.0 seconds long, but {seconds} were declared",
    }


def test_total_is_compared_with_all_videos_together(hub: TokenHubCaller, references: str) -> None:
    clips = [f"{references}/clip.mp4"] * 2

    task = hub.ended(hub.accepted(video_urls=clips, input_video_duration=2))

    assert task["error"]["message"] == "video_urls[0]: the video is 4.0 seconds long, but 2 were declared"


def test_wrongly_declared_video_can_be_believed(sandbox: Sandbox, hub: TokenHubCaller) -> None:
    task_id = hub.accepted(
        prompt="[fault:declared-unchecked]", video_url="http://127.0.0.1:9/clip.mp4", video_durations=[9]
    )

    task = sandbox.gateway.store.get(task_id)
    assert task is not None
    assert (task.job.declared_seconds, task.body["video_durations"]) == ((), [9])
