"""Callers of TokenHub and of the Open API: the same steps with other paths, keys and names."""

from __future__ import annotations

import time
from typing import Any, Self

import httpx

ENDED = ("succeeded", "failed", "cancelled")
PATIENCE = 60.0


class OtherCaller:
    """A caller of one gateway; the class says what is particular to it."""

    path: str
    key: str
    id_field: str
    small: dict[str, Any]

    def __init__(self, base_url: str, key: str | None = None) -> None:
        self.base_url = base_url
        headers = {"Authorization": f"Bearer {key or self.key}"}
        self.http = httpx.Client(base_url=base_url, headers=headers, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def create(self, **fields: Any) -> httpx.Response:
        """Send a small valid request with these fields; None leaves one out."""
        body = {name: value for name, value in {**self.small, **fields}.items() if value is not None}
        return self.http.post(self.path, json=body)

    def accepted(self, **fields: Any) -> str:
        answer = self.create(**fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()[self.id_field])

    def read(self, task_id: str) -> httpx.Response:
        return self.http.get(f"{self.path}/{task_id}")

    def left(self, task_id: str, *statuses: str) -> dict[str, Any]:
        """The first good answer that has another status than these."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            answer = self.read(task_id)
            if answer.status_code == 200 and answer.json()["status"] not in statuses:
                return dict(answer.json())
            time.sleep(0.02)
        raise AssertionError(f"{task_id} stayed {answer.text} for {PATIENCE} s")

    def ended(self, task_id: str) -> dict[str, Any]:
        return self.left(task_id, "queued", "running", "processing", "reticulating")

    def link(self, task: dict[str, Any]) -> str:
        raise NotImplementedError


class TokenHubCaller(OtherCaller):
    path = "/api/v1/videos/generations"
    key = "th-test-caller-0001"
    id_field = "id"
    small = {
        "model": "doubao-seedance-2.0-fast",
        "prompt": "A calm ocean",
        "duration": 4,
        "resolution": "480p",
        "aspect_ratio": "16:9",
        "generate_audio": True,
    }

    def link(self, task: dict[str, Any]) -> str:
        return str(task["data"][0]["video_url"])


class SeedanceCaller(OtherCaller):
    path = "/api/open/v1/video/generations"
    key = "sd2_live_test_caller_0001"
    id_field = "requestId"
    small = {
        "model": "seedance-2.0",
        "prompt": "A calm ocean",
        "duration": 4,
        "resolution": "480p",
        "aspectRatio": "16:9",
    }

    def link(self, task: dict[str, Any]) -> str:
        return str(task["output"]["url"])

    def cancel(self, request_id: str) -> httpx.Response:
        return self.http.post(f"{self.path}/{request_id}/cancel")


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["error"]["code"])
