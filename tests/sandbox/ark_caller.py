"""A caller of the paths that Ark and TokenLab share: creates, waits, lists, deletes."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from studio.sandbox.server import Sandbox

TASKS = "/api/v3/contents/generations/tasks"
ARK_KEY = "ark-test-caller-0001"
ENDED = ("succeeded", "failed", "cancelled", "expired")
PATIENCE = 60.0

SMALL: dict[str, Any] = {
    "model": "doubao-seedance-2-0-260128",
    "ratio": "16:9",
    "resolution": "480p",
    "duration": 4,
    "generate_audio": False,
}


def words(prompt: str) -> dict[str, Any]:
    return {"type": "text", "text": prompt}


def media(kind: str, url: str, role: str | None = None) -> dict[str, Any]:
    item: dict[str, Any] = {"type": f"{kind}_url", f"{kind}_url": {"url": url}}
    return {**item, "role": role} if role else item


class ArkCaller:
    def __init__(self, base_url: str, key: str = ARK_KEY, **defaults: Any) -> None:
        self.http = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        self._defaults = {**SMALL, **defaults}

    def __enter__(self) -> ArkCaller:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def create(self, *content: dict[str, Any], headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        """Send a small valid request with these fields; None leaves one out."""
        whole = {**self._defaults, "content": list(content or [words("A calm ocean")]), **fields}
        body = {name: value for name, value in whole.items() if value is not None}
        return self.http.post(TASKS, json=body, headers=headers)

    def ask(self, prompt: str, **fields: Any) -> httpx.Response:
        return self.create(words(prompt), **fields)

    def accepted(self, *content: dict[str, Any], **fields: Any) -> str:
        answer = self.create(*content, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def read(self, task_id: str) -> httpx.Response:
        return self.http.get(f"{TASKS}/{task_id}")

    def delete(self, task_id: str) -> httpx.Response:
        return self.http.delete(f"{TASKS}/{task_id}")

    def listed(self, **filters: Any) -> dict[str, Any]:
        """A page of the list; a filter's dot is written as two underscores."""
        params = {name.replace("__", "."): value for name, value in filters.items()}
        return dict(self.http.get(TASKS, params=params).json())

    def ended(self, task_id: str) -> dict[str, Any]:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            answer = self.read(task_id)
            if answer.status_code == 200 and answer.json()["status"] in ENDED:
                return dict(answer.json())
            time.sleep(0.03)
        raise AssertionError(f"{task_id} did not end within {PATIENCE} s: {answer.text}")


def error_of(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["param"]


@pytest.fixture(scope="module")
def module_ark(running_sandbox: Sandbox) -> Iterator[ArkCaller]:
    with ArkCaller(running_sandbox.base_url) as caller:
        yield caller


@pytest.fixture
def ark(sandbox: Sandbox, module_ark: ArkCaller) -> ArkCaller:
    return module_ark


@pytest.fixture(scope="module")
def drawn(module_ark: ArkCaller) -> dict[str, Any]:
    """A finished task that tests may read but not delete."""
    return module_ark.ended(module_ark.accepted(words("A calm ocean"), seed=11, generate_audio=True))


def inline(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (320, 320), (200, 40, 40)).save(file, "PNG")
    return file.getvalue()
