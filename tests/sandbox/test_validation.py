"""What TokenLab's documents do not allow is refused, with the field that is wrong."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from studio.sandbox.server import Sandbox
from tests.sandbox.caller import CREATE, Caller

URL = "http://127.0.0.1:9/file"
IMAGE = {"operation": "image-to-video", "image_url": URL}
REFERENCES = {"operation": "reference-to-video", "reference_images": [URL]}
TEN, FOUR = [URL] * 10, [URL] * 4

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "model"),
    ({"operation": "audio-to-video"}, "operation"),
    ({"prompt": None}, "prompt"),
    ({"prompt": "  "}, "prompt"),
    ({"prompt": 7}, "prompt"),
    ({"prompt": "a [fault:nonsense] b"}, "prompt"),
    ({"duration": 3}, "duration"),
    ({"duration": 16}, "duration"),
    ({"duration": 0}, "duration"),
    ({"duration": 4.5}, "duration"),
    ({"duration": "5"}, "duration"),
    ({"duration": True}, "duration"),
    ({"duration": 5, "seconds": 6}, "seconds"),
    ({"resolution": "1440p"}, "resolution"),
    ({"resolution": ["720p"]}, "resolution"),
    ({"model": "seedance-2.0-fast", "resolution": "1080p"}, "resolution"),
    ({"model": "seedance-2.0-mini", "resolution": "4k"}, "resolution"),
    ({"aspect_ratio": "2:1"}, "aspect_ratio"),
    ({"aspect_ratio": "1:1", "ratio": "16:9"}, "ratio"),
    ({"output_audio": "yes"}, "output_audio"),
    ({"output_audio": True, "generate_audio": False}, "generate_audio"),
    ({"outputAudio": True, "generate_audio": False}, "generate_audio"),
    ({"output_audio": True, "generate_audio": 1}, "generate_audio"),
    ({"watermark": 1}, "watermark"),
    ({"seed": -2}, "seed"),
    ({"seed": 2**32}, "seed"),
    ({"execution_expires_after": 60}, "execution_expires_after"),
    ({"priority": 10}, "priority"),
    ({"service_tier": "flex"}, "service_tier"),
    ({"safety_identifier": "x" * 129}, "safety_identifier"),
    ({"material_asset_ids": ["asset-1"]}, "material_asset_ids"),
    ({"negative_prompt": "blur"}, "negative_prompt"),
    ({"fps": 24}, "fps"),
    ({"frames": 96}, "frames"),
    ({"camera_fixed": True}, "camera_fixed"),
    ({"made_up": 1}, "made_up"),
    ({"image_url": URL}, "image_url"),
    ({"operation": "image-to-video"}, "image_url"),
    ({**IMAGE, "image_urls": [URL]}, "image_urls"),
    ({**IMAGE, "image_url": "ftp://example.com/a.png"}, "image_url"),
    ({**IMAGE, "image_url": "data:image/png;base64,AAAA"}, "image_url"),
    ({**IMAGE, "image_url": "http://user:word@example.com/a.png"}, "image_url"),
    ({**IMAGE, "image_url": "http://example.com/a.png#part"}, "image_url"),
    ({**IMAGE, "image_url": "http://10.0.0.1/a.png"}, "image_url"),
    ({**IMAGE, "image_url": "asset://asset-20260101000000-abcde"}, "image_url"),
    ({"operation": "image-to-video", "image": URL}, "image"),
    ({"operation": "image-to-video", "image": "data:image/png;base64,@@"}, "image"),
    ({"operation": "start-end-to-video", "start_image": URL}, "end_image"),
    ({"operation": "start-end-to-video", "end_image": URL}, "start_image"),
    ({**REFERENCES, "reference_images": []}, "reference_images"),
    ({**REFERENCES, "reference_images": TEN}, "reference_images"),
    ({**REFERENCES, "reference_images": URL}, "reference_images"),
    ({**REFERENCES, "video_urls": FOUR}, "video_urls"),
    ({**REFERENCES, "audio_urls": FOUR}, "audio_urls"),
    ({**REFERENCES, "audio_urls": [URL], "audio_url": URL}, "audio_url"),
    ({**REFERENCES, "image_url": URL}, "reference_images"),
    ({"operation": "reference-to-video", "audio_urls": [URL]}, "reference_images"),
    ({"operation": None, "audio_urls": [URL]}, "reference_images"),
    ({"operation": "video-to-video"}, "video_url"),
    ({"operation": "video-to-video", "video_url": "data:video/mp4;base64,AAAA"}, "video_url"),
    ({"operation": "video-to-video", "video_urls": [URL, URL]}, "video_urls"),
    ({"operation": "video-extension", "prompt": None}, "task_id"),
]


@pytest.mark.parametrize(("fields", "wrong"), REFUSED)
def test_create_refuses_and_names_the_field(
    sandbox: Sandbox, caller: Caller, fields: dict[str, Any], wrong: str
) -> None:
    before = len(sandbox.creates)

    answer = caller.create(**fields)

    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"]["param"] == wrong
    assert answer.json()["validation_errors"][0]["field"] == wrong
    assert len(sandbox.creates) == before


def test_missing_model_is_refused_in_the_documented_words(caller: Caller) -> None:
    assert caller.create(model=None).json() == {
        "error": {"message": "model: Model is required", "type": "invalid_request_error", "param": "model"},
        "validation_errors": [{"field": "model", "message": "Model is required"}],
    }


def test_unknown_model_is_refused_with_a_suggestion(caller: Caller) -> None:
    answer = caller.create(model="seedance-2")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "model_not_found"
    assert answer.json()["error"]["did_you_mean"] == "seedance-2.0"


def test_refused_resolution_names_the_allowed_ones(caller: Caller) -> None:
    error = caller.create(model="seedance-2.0-fast", resolution="4k").json()["error"]

    assert error["allowed_resolutions"] == ["480p", "720p"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"'])
def test_body_that_is_no_object_is_refused(caller: Caller, body: bytes) -> None:
    answer = caller.http.post(CREATE, content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_unknown_delivery_policy_is_refused(caller: Caller) -> None:
    answer = caller.http.post(CREATE, json={}, headers={"X-TokenLab-Delivery-Policy": "fastest"})

    assert answer.json()["error"]["param"] == "X-TokenLab-Delivery-Policy"


ACCEPTED: list[dict[str, Any]] = [
    {"duration": -1},
    {"duration": 15},
    {"duration": None, "seconds": 4},
    {"duration": 4, "seconds": 4, "aspect_ratio": "9:16", "ratio": "9:16"},
    {"resolution": "4k"},
    {"operation": None},
    {**IMAGE, "operation": None},
    {**REFERENCES, "reference_images": TEN[:9], "video_urls": FOUR[:3], "audio_urls": FOUR[:3]},
    {**REFERENCES, "model": "seedance-2.0-mini", "reference_images": TEN[:9]},
    {"operation": "video-to-video", "video_urls": [URL]},
    {"seed": 2**32 - 1, "watermark": True, "return_last_frame": True, "priority": 9, "service_tier": "default"},
    {"execution_expires_after": 3600, "safety_identifier": "person-1", "user": "person-1"},
]


@pytest.mark.parametrize("fields", ACCEPTED)
def test_create_accepts_what_is_documented(caller: Caller, fields: dict[str, Any]) -> None:
    task_id = caller.accepted(**{**fields, "prompt": "A calm ocean [fault:moderation]"})

    assert caller.read(task_id).json()["id"] == task_id


def test_picture_may_be_sent_inside_the_request(sandbox: Sandbox, caller: Caller, reference_folder: Path) -> None:
    picture = base64.b64encode((reference_folder / "red.png").read_bytes()).decode()

    task_id = caller.accepted(
        operation="image-to-video", image=f"data:image/png;base64,{picture}", prompt="[fault:moderation]"
    )

    create = next(create for create in sandbox.creates if create["task_id"] == task_id)
    assert create["body"]["image"].endswith("characters)")


def test_extension_needs_a_completed_task_of_the_same_key(sandbox: Sandbox, caller: Caller) -> None:
    failed = caller.accepted(prompt="[fault:moderation]")

    unknown = caller.create(operation="video-extension", task_id="ldtask_unknown")
    unfinished = caller.create(operation="video-extension", task_id=failed)
    with Caller(sandbox.base_url, key="sk-test-somebody-else") as stranger:
        foreign = stranger.create(operation="video-extension", task_id=failed)

    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "async_task_not_found")
    assert (unfinished.status_code, unfinished.json()["error"]["param"]) == (400, "task_id")
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "task_not_owned")
