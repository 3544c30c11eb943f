"""A caller of the sandbox: creates tasks, waits for them, looks into the films."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import Any

import av
import httpx
from PIL import Image, ImageChops, ImageStat

from studio.sandbox.film.pixels import to_image

KEY = "sk-test-caller-0001"
CREATE = "/v1/videos/generations"
PATIENCE = 60.0

SMALL: dict[str, Any] = {
    "model": "seedance-2.0",
    "operation": "text-to-video",
    "prompt": "A calm ocean",
    "duration": 4,
    "resolution": "480p",
    "aspect_ratio": "16:9",
}


@dataclass(frozen=True)
class Film:
    """What a file says of itself, with its first and last picture."""

    size: tuple[int, int]
    frames: int
    seconds: float
    codecs: list[str]
    first: Image.Image
    middle: Image.Image
    last: Image.Image


class Caller:
    def __init__(self, base_url: str, key: str = KEY) -> None:
        self.http = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=30)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def create(self, **fields: Any) -> httpx.Response:
        """Send a small valid request with these fields; None leaves one out."""
        body = {name: value for name, value in {**SMALL, **fields}.items() if value is not None}
        return self.http.post(CREATE, json=body)

    def accepted(self, **fields: Any) -> str:
        answer = self.create(**fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def read(self, task_id: str) -> httpx.Response:
        return self.http.get(f"/v1/tasks/{task_id}")

    def ended(self, task_id: str) -> dict[str, Any]:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            answer = self.read(task_id)
            if answer.status_code == 200 and answer.json()["status"] in ("completed", "failed"):
                return dict(answer.json())
            time.sleep(0.03)
        raise AssertionError(f"{task_id} did not end within {PATIENCE} s: {answer.text}")

    def completed(self, **fields: Any) -> dict[str, Any]:
        task = self.ended(self.accepted(**fields))
        assert task["status"] == "completed", task
        return task

    def film(self, **fields: Any) -> Film:
        return look(self.http.get(self.completed(**fields)["video_url"]).content)


def look(content: bytes) -> Film:
    with av.open(io.BytesIO(content), "r") as file:
        video = file.streams.video[0]
        assert file.duration is not None
        pictures = list(file.decode(video))
        return Film(
            size=(video.width, video.height),
            frames=len(pictures),
            seconds=file.duration / av.time_base,
            codecs=[stream.codec_context.name for stream in file.streams],
            first=to_image(pictures[0]),
            middle=to_image(pictures[len(pictures) // 2]),
            last=to_image(pictures[-1]),
        )


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures, 0 to 255."""
    same_size = other.convert("RGB").resize(one.size, Image.Resampling.LANCZOS)
    means = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), same_size)).mean
    return float(sum(means) / len(means))
