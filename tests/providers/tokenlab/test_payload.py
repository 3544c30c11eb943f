from __future__ import annotations

import json
from typing import Any

import pytest

from studio.choices import InputRole, Operation
from studio.providers.tokenlab.payload import body
from tests.providers.factories import fixture, make_audio, make_image, make_request, make_video

ALWAYS = {"output_audio": True, "watermark": False}
COMMON = {"model": "seedance-2.0-fast", "duration": 5, "resolution": "720p", "aspect_ratio": "16:9", **ALWAYS}


@pytest.mark.parametrize("name", ["create_text_fast_seed_000", "create_text_fast_seed_001"])
def test_text_example_of_the_page_is_written(name: str) -> None:
    example = json.loads(fixture(name))

    assert body(make_request(prompt=example["prompt"]), {}) == example | ALWAYS


@pytest.mark.parametrize("name", ["create_reference_4k_seed_000", "create_reference_4k_seed_001"])
def test_reference_example_of_the_page_is_written(name: str) -> None:
    example = json.loads(fixture(name))
    request = make_request(
        Operation.REFERENCE_TO_VIDEO,
        model="seedance-2.0",
        prompt=example["prompt"],
        duration=6,
        resolution="4k",
        inputs=(make_image(), make_image(), make_video()),
    )
    urls = dict(enumerate([*example["reference_images"], *example["video_urls"]]))

    assert body(request, urls) == example | ALWAYS


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        (Operation.TEXT_TO_VIDEO, {}),
        (Operation.IMAGE_TO_VIDEO, {"image_url": "https://s.test/0"}),
        (Operation.START_END_TO_VIDEO, {"start_image": "https://s.test/0", "end_image": "https://s.test/1"}),
        (Operation.REFERENCE_TO_VIDEO, {"reference_images": ["https://s.test/0"]}),
        (Operation.VIDEO_TO_VIDEO, {"video_url": "https://s.test/0"}),
        (Operation.VIDEO_EXTENSION, {"task_id": "ldtask_parent"}),
    ],
)
def test_each_operation_sends_its_own_fields_and_every_default(operation: Operation, fields: dict[str, Any]) -> None:
    request = make_request(operation)
    urls = {index: f"https://s.test/{index}" for index in range(len(request.inputs))}

    assert body(request, urls) == {**COMMON, "operation": operation.value, "prompt": request.prompt, **fields}


def test_references_keep_tray_order_within_their_lists() -> None:
    inputs = (make_video(), make_image(), make_audio(), make_image())
    request = make_request(Operation.REFERENCE_TO_VIDEO, inputs=inputs)

    written = body(
        request, {0: "https://s.test/v", 1: "https://s.test/1", 2: "https://s.test/a", 3: "https://s.test/2"}
    )

    assert written["reference_images"] == ["https://s.test/1", "https://s.test/2"]
    assert (written["video_urls"], written["audio_urls"]) == (["https://s.test/v"], ["https://s.test/a"])


def test_sound_off_and_seed_are_written() -> None:
    written = body(make_request(sound=False, seed=0), {})

    assert (written["output_audio"], written["seed"]) == (False, 0)


def test_data_url_of_a_first_frame_has_its_own_field() -> None:
    written = body(make_request(Operation.IMAGE_TO_VIDEO), {0: "data:image/png;base64,AA"})

    assert written["image"] == "data:image/png;base64,AA"
    assert "image_url" not in written


@pytest.mark.parametrize("operation", [Operation.START_END_TO_VIDEO, Operation.VIDEO_TO_VIDEO])
def test_data_url_is_refused_where_it_is_not_documented(operation: Operation) -> None:
    urls = {0: "data:image/png;base64,AA", 1: "data:image/png;base64,AA"}

    with pytest.raises(ValueError, match="public address only"):
        body(make_request(operation), urls)


def test_missing_address_is_refused() -> None:
    with pytest.raises(ValueError, match="no address to send"):
        body(make_request(Operation.IMAGE_TO_VIDEO), {})


def test_wrong_number_of_single_inputs_is_refused() -> None:
    request = make_request(Operation.IMAGE_TO_VIDEO, inputs=(make_image(InputRole.FIRST_FRAME),) * 2)

    with pytest.raises(ValueError, match="Exactly one"):
        body(request, {0: "https://s.test/0", 1: "https://s.test/1"})
