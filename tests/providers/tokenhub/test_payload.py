from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from studio.choices import InputRole, Operation
from studio.providers.requests import Dispatch
from studio.providers.tokenhub.payload import body
from tests.providers.factories import fixture, make_audio, make_image, make_video
from tests.providers.tokenhub.makers import OFFERED, make_hub_request

COMMON = {
    "model": "doubao-seedance-2.0",
    "duration": 5,
    "resolution": "720p",
    "aspect_ratio": "16:9",
    "generate_audio": True,
    "watermark": False,
}


def _frame(number: int, role: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"https://s.test/{number}"}, "role": role}


@pytest.mark.parametrize("name", ["create_text_seed_002", "create_text_seed_003"])
def test_text_example_of_the_guide_is_written(name: str) -> None:
    example = json.loads(fixture(name, "tokenhub"))

    assert body(make_hub_request(prompt=example["prompt"]), {}) == example | {"generate_audio": True}


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        (Operation.TEXT_TO_VIDEO, {}),
        (Operation.IMAGE_TO_VIDEO, {"content": [_frame(0, "first_frame")]}),
        (Operation.START_END_TO_VIDEO, {"content": [_frame(0, "first_frame"), _frame(1, "last_frame")]}),
        (Operation.REFERENCE_TO_VIDEO, {"image_urls": ["https://s.test/0"]}),
        (Operation.VIDEO_TO_VIDEO, {"video_url": "https://s.test/0", "video_durations": [5]}),
    ],
)
def test_each_operation_sends_its_own_fields_and_every_default(operation: Operation, fields: dict[str, Any]) -> None:
    request = make_hub_request(operation)
    urls = {index: f"https://s.test/{index}" for index in range(len(request.inputs))}

    assert body(request, urls) == {**COMMON, "prompt": request.prompt, **fields}


def test_last_frame_follows_the_first_whatever_the_order_of_the_tray() -> None:
    inputs = (make_image(InputRole.LAST_FRAME), make_image(InputRole.FIRST_FRAME))
    request = make_hub_request(Operation.START_END_TO_VIDEO, inputs=inputs)

    written = body(request, {0: "https://s.test/0", 1: "https://s.test/1"})

    assert written["content"] == [_frame(1, "first_frame"), _frame(0, "last_frame")]


def test_references_keep_tray_order_and_lengths_go_with_their_videos() -> None:
    long, short = make_video(seconds=Decimal("5.041")), make_video(seconds=Decimal("3.000"))
    inputs = (long, make_image(), make_audio(), short, make_image())
    request = make_hub_request(Operation.REFERENCE_TO_VIDEO, inputs=inputs)

    written = body(request, {index: f"https://s.test/{index}" for index in range(5)})

    assert written["image_urls"] == ["https://s.test/1", "https://s.test/4"]
    assert written["video_urls"] == ["https://s.test/0", "https://s.test/3"]
    assert written["video_durations"] == [5.041, 3]
    assert written["audio_urls"] == ["https://s.test/2"]


@pytest.mark.parametrize("seconds", [None, Decimal(0)])
@pytest.mark.parametrize("operation", [Operation.REFERENCE_TO_VIDEO, Operation.VIDEO_TO_VIDEO])
def test_length_is_never_made_up(operation: Operation, seconds: Decimal | None) -> None:
    is_edit = operation == Operation.VIDEO_TO_VIDEO
    role = InputRole.SOURCE_VIDEO if is_edit else InputRole.REFERENCE_VIDEO
    request = make_hub_request(operation, inputs=(make_video(role, seconds=seconds),))

    with pytest.raises(ValueError, match=r"The length of m\.mp4 is not known, and TokenHub charges by it\."):
        body(request, {0: "https://s.test/0"})


def test_what_is_not_documented_is_never_sent() -> None:
    dispatch = Dispatch(reference="r1", idempotency_key="k", webhook_url="https://s.test/w", seed=3)

    assert body(make_hub_request(seed=7, sound=False), {}, dispatch) == {
        **COMMON,
        "generate_audio": False,
        "prompt": make_hub_request().prompt,
    }


def test_extension_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="TokenHub has no way to ask for “Extend a take”"):
        body(make_hub_request(Operation.VIDEO_EXTENSION), {})


@pytest.mark.parametrize("operation", [each for each in OFFERED if each != Operation.TEXT_TO_VIDEO])
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "has no address to send"),
        ("data:image/png;base64,AA", "by a public https address only"),
        ("http://s.test/0", "by a public https address only"),
        ("https:///0", "by a public https address only"),
    ],
)
def test_input_without_a_public_address_is_refused(operation: Operation, url: str, reason: str) -> None:
    request = make_hub_request(operation)

    with pytest.raises(ValueError, match=reason):
        body(request, dict.fromkeys(range(len(request.inputs)), url))


def test_address_within_this_machine_may_be_plain_http() -> None:
    written = body(make_hub_request(Operation.VIDEO_TO_VIDEO), {0: "http://127.0.0.1:8000/r/t/m.mp4"})

    assert written["video_url"] == "http://127.0.0.1:8000/r/t/m.mp4"


def test_wrong_number_of_single_inputs_is_refused() -> None:
    request = make_hub_request(Operation.IMAGE_TO_VIDEO, inputs=(make_image(InputRole.FIRST_FRAME),) * 2)

    with pytest.raises(ValueError, match="Exactly one"):
        body(request, {0: "https://s.test/0", 1: "https://s.test/1"})
