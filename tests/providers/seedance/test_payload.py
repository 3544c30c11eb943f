from __future__ import annotations

import json
from typing import Any

import pytest

from studio.choices import InputRole, Operation
from studio.providers.requests import Dispatch
from studio.providers.seedance.payload import body
from tests.providers.factories import fixture, make_audio, make_image, make_video
from tests.providers.seedance.makers import make_open_request

COMMON = {"model": "seedance-2.0", "aspectRatio": "16:9", "duration": 5, "resolution": "720p"}


def _urls(number: int) -> dict[int, str]:
    return {index: f"https://s.test/{index}" for index in range(number)}


def test_text_example_of_the_page_is_written() -> None:
    """All of its fields and no more; only what `metadata` holds is a client's own choice."""
    example = json.loads(fixture("create_text_seed_004", "seedance"))
    dispatch = Dispatch(reference="render-7", webhook_url=example["webhookUrl"])

    written = body(make_open_request(prompt=example["prompt"]), {}, dispatch)

    assert written == example | {"metadata": {"renderId": "render-7"}}


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        (Operation.TEXT_TO_VIDEO, {}),
        (Operation.IMAGE_TO_VIDEO, {"mediaUrls": ["https://s.test/0"]}),
        (Operation.START_END_TO_VIDEO, {"mediaUrls": ["https://s.test/0", "https://s.test/1"]}),
        (Operation.REFERENCE_TO_VIDEO, {"mediaUrls": ["https://s.test/0", "https://s.test/1"]}),
    ],
)
def test_each_operation_is_said_by_its_files_alone(operation: Operation, fields: dict[str, Any]) -> None:
    request = make_open_request(operation)

    assert body(request, _urls(len(request.inputs))) == {**COMMON, "prompt": request.prompt, **fields}


def test_frames_and_references_have_a_fixed_order() -> None:
    frames = (make_image(InputRole.LAST_FRAME), make_image(InputRole.FIRST_FRAME))
    mixed = (make_audio(), make_video(), make_image(), make_image())

    by_frames = body(make_open_request(Operation.START_END_TO_VIDEO, inputs=frames), _urls(2))
    by_kind = body(make_open_request(Operation.REFERENCE_TO_VIDEO, inputs=mixed), _urls(4))

    assert by_frames["mediaUrls"] == ["https://s.test/1", "https://s.test/0"]
    assert by_kind["mediaUrls"] == [f"https://s.test/{index}" for index in (2, 3, 1, 0)]


def test_what_is_not_documented_is_never_sent() -> None:
    written = body(make_open_request(seed=7, sound=True), {}, Dispatch(idempotency_key="k", seed=3))

    assert written == {**COMMON, "prompt": make_open_request().prompt}


@pytest.mark.parametrize(
    ("operation", "inputs"),
    [
        (Operation.REFERENCE_TO_VIDEO, (make_image(),)),
        (Operation.REFERENCE_TO_VIDEO, (make_image(),) * 2),
        (Operation.REFERENCE_TO_VIDEO, (make_image(),) * 3),
        (Operation.REFERENCE_TO_VIDEO, (make_video(),)),
        (Operation.REFERENCE_TO_VIDEO, (*[make_image()] * 5, make_video())),
        (Operation.IMAGE_TO_VIDEO, ()),
        (Operation.IMAGE_TO_VIDEO, (make_image(InputRole.FIRST_FRAME),) * 2),
        (Operation.START_END_TO_VIDEO, (make_image(InputRole.FIRST_FRAME),)),
        (Operation.TEXT_TO_VIDEO, (make_image(InputRole.FIRST_FRAME),)),
    ],
)
def test_files_that_mean_another_operation_are_refused(operation: Operation, inputs: tuple[Any, ...]) -> None:
    request = make_open_request(operation, inputs=inputs)

    with pytest.raises(ValueError, match="for another operation than"):
        body(request, _urls(len(inputs)))


@pytest.mark.parametrize("operation", [Operation.VIDEO_TO_VIDEO, Operation.VIDEO_EXTENSION])
def test_operation_without_a_place_cannot_be_written(operation: Operation) -> None:
    with pytest.raises(ValueError, match="no way to ask for"):
        body(make_open_request(operation), _urls(1))


@pytest.mark.parametrize("url", ["", "data:image/png;base64,AA", "http://s.test/0"])
def test_input_without_a_public_https_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="First frame"):
        body(make_open_request(Operation.IMAGE_TO_VIDEO), {0: url})


def test_address_within_this_machine_may_be_plain_http() -> None:
    written = body(make_open_request(Operation.IMAGE_TO_VIDEO), {0: "http://localhost:8000/r/t/a.png"})

    assert written["mediaUrls"] == ["http://localhost:8000/r/t/a.png"]
