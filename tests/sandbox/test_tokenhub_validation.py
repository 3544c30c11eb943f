"""What TokenHub's guide does not allow is refused, with the field that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.other_callers import OtherCaller, TokenHubCaller, error_of

URL = "https://example.com/file"
FOUR, TEN = [URL] * 4, [URL] * 10


@pytest.fixture
def hub(sandbox: Sandbox) -> Iterator[OtherCaller]:
    with TokenHubCaller(sandbox.base_url) as caller:
        yield caller


def item(role: str, kind: str = "image", **more: Any) -> dict[str, Any]:
    return {"type": f"{kind}_url", f"{kind}_url": {"url": URL}, "role": role, **more}


FIRST, LAST = item("first_frame"), item("last_frame")

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "model"),
    ({"model": "seedance-2.0"}, "model"),
    ({"prompt": None}, "prompt"),
    ({"prompt": " "}, "prompt"),
    ({"prompt": "a [fault:nonsense] b"}, "prompt"),
    ({"duration": 3.9}, "duration"),
    ({"duration": 16}, "duration"),
    ({"duration": -1}, "duration"),
    ({"duration": "5"}, "duration"),
    ({"duration": True}, "duration"),
    ({"resolution": "1080p"}, "resolution"),
    ({"aspect_ratio": "2:1"}, "aspect_ratio"),
    ({"generate_audio": "yes"}, "generate_audio"),
    ({"watermark": 1}, "watermark"),
    ({"seed": 1}, "seed"),
    ({"return_last_frame": True}, "return_last_frame"),
    ({"image_url": "data:image/png;base64,AAAA"}, "image_url"),
    ({"image_url": "ftp://example.com/a.png"}, "image_url"),
    ({"image_url": "http://10.0.0.1/a.png"}, "image_url"),
    ({"image_urls": TEN}, "image_urls"),
    ({"image_urls": []}, "image_urls"),
    ({"image_urls": TEN[:9], "image_url": URL}, "image_urls"),
    ({"video_urls": FOUR}, "video_urls"),
    ({"video_urls": FOUR[:3], "video_url": URL}, "video_urls"),
    ({"video_urls": URL}, "video_urls"),
    ({"audio_urls": FOUR, "image_url": URL}, "audio_urls"),
    ({"audio_urls": FOUR[:3], "audio_url": URL, "image_url": URL}, "audio_urls"),
    ({"audio_url": URL}, "audio_url"),
    ({"content": [item("reference_audio", "audio")]}, "audio_url"),
    ({"video_url": URL, "video_durations": [2, 3]}, "video_durations"),
    ({"video_url": URL, "video_durations": ["2"]}, "video_durations"),
    ({"video_url": URL, "video_durations": [-2]}, "video_durations"),
    ({"video_durations": [2]}, "video_durations"),
    ({"input_video_duration": 2}, "input_video_duration"),
    ({"video_url": URL, "video_durations": [2], "input_video_duration": 3}, "input_video_duration"),
    ({"content": []}, "content"),
    ({"content": [FIRST, FIRST]}, "content"),
    ({"content": [FIRST, LAST, LAST]}, "content"),
    ({"content": [LAST]}, "content"),
    ({"content": [FIRST, item("reference_image")]}, "content"),
    ({"content": [FIRST], "image_url": URL}, "content"),
    ({"content": [FIRST], "video_url": URL}, "content"),
    ({"content": [item("hero")]}, "content"),
    ({"content": [item("first_frame", "video")]}, "content"),
    ({"content": [item("reference_video")]}, "content"),
    ({"content": [item("first_frame", weight=1)]}, "content"),
    ({"content": [{"type": "image_url", "image_url": URL, "role": "first_frame"}]}, "content"),
    ({"content": ["first_frame"]}, "content"),
]


@pytest.mark.parametrize(("fields", "wrong"), REFUSED)
def test_create_refuses_and_names_the_field(
    sandbox: Sandbox, hub: OtherCaller, fields: dict[str, Any], wrong: str
) -> None:
    before = len(sandbox.creates)

    answer = hub.create(**fields)

    error = answer.json()["error"]
    assert (answer.status_code, error["message"].partition(":")[0]) == (400, wrong)
    assert sorted(error) == ["code", "message", "type"]
    assert len(sandbox.creates) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_body_that_is_no_object_is_refused(hub: OtherCaller, body: bytes) -> None:
    answer = hub.http.post(hub.path, content=body)

    assert error_of(answer) == (400, "invalid_parameter")


ACCEPTED: list[dict[str, Any]] = [
    {"duration": None, "resolution": None, "aspect_ratio": None, "generate_audio": None},
    {"duration": 4.5, "aspect_ratio": "21:9", "watermark": True},
    {"image_urls": TEN[:9], "video_urls": FOUR[:3], "audio_urls": FOUR[:3], "video_durations": [2, 3.5, 4]},
    {"video_urls": FOUR[:2], "video_durations": [2, 3], "input_video_duration": 5},
    {"content": [item("reference_image"), item("reference_video", "video"), item("reference_audio", "audio")]},
]


@pytest.mark.parametrize("fields", ACCEPTED)
def test_create_accepts_what_is_documented(hub: OtherCaller, fields: dict[str, Any]) -> None:
    task_id = hub.accepted(**{**fields, "prompt": "A calm ocean [fault:moderation]"})

    assert hub.read(task_id).json()["id"] == task_id
