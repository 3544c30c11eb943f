"""One row per rule: what is bent, and the field and words it is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from studio.choices import AssetKind, InputRole, Operation
from studio.providers.checks import Problem, problems, takes_problems, unknown_parameters, warnings
from tests.providers.factories import make_audio, make_image, make_request, make_video, model

TEXT = Operation.TEXT_TO_VIDEO
IMAGE = Operation.IMAGE_TO_VIDEO
START_END = Operation.START_END_TO_VIDEO
REFERENCES = Operation.REFERENCE_TO_VIDEO
EDIT = Operation.VIDEO_TO_VIDEO
EXTEND = Operation.VIDEO_EXTENSION
FIRST, LAST = InputRole.FIRST_FRAME, InputRole.LAST_FRAME


@pytest.mark.parametrize("name", ["seedance-2.0", "seedance-2.0-fast", "seedance-2.0-mini"])
@pytest.mark.parametrize("operation", list(Operation))
def test_plain_request_of_every_operation_may_be_sent(operation: Operation, name: str) -> None:
    assert problems(model(name), make_request(operation, model=name)) == []


def test_fullest_request_of_the_page_may_be_sent() -> None:
    inputs = (*[make_image()] * 9, *[make_video()] * 3, *[make_audio()] * 3)
    request = make_request(
        REFERENCES, model="seedance-2.0", inputs=inputs, resolution="4k", duration=15, seed=4_294_967_295
    )

    assert problems(model("seedance-2.0"), request) == []


SETTINGS: list[tuple[Mapping[str, Any], str, str]] = [
    (
        {"prompt": "  \n"},
        "prompt",
        "The prompt is empty. Say what is to be seen: subject, action, place, camera.",
    ),
    (
        {"prompt": "a\x00b"},
        "prompt",
        "The prompt holds an invisible character that cannot be sent. Type it again.",
    ),
    (
        {"resolution": "4k"},
        "resolution",
        "Seedance 2.0 Fast renders 480p and 720p only, not “4k”. Choose one of these.",
    ),
    (
        {"aspect_ratio": "2:1"},
        "aspect_ratio",
        "Seedance 2.0 Fast offers the ratios adaptive, 16:9, 9:16, 1:1, 4:3, 3:4 and 21:9 only, not “2:1”. "
        "Choose one of these.",
    ),
    (
        {"duration": 3},
        "duration",
        "Seedance 2.0 Fast renders 4 to 15 seconds, not 3. Choose a length in that range.",
    ),
    (
        {"duration": -1},
        "duration",
        "Seedance 2.0 Fast renders 4 to 15 seconds, not -1. Choose a length in that range.",
    ),
    (
        {"seed": -2},
        "seed",
        "A seed is a whole number from -1 to 4294967295. Correct it, or leave it empty.",
    ),
    (
        {"seed": 4_294_967_296},
        "seed",
        "A seed is a whole number from -1 to 4294967295. Correct it, or leave it empty.",
    ),
    (
        {"source_task_id": "ldtask_x"},
        "source_take",
        "Text to video starts from no earlier take. Remove it, or choose Extend a take.",
    ),
    (
        {"operation": EXTEND, "source_task_id": ""},
        "source_take",
        "Choose the take to extend: one that was made with the same key.",
    ),
    (
        {"operation": EXTEND, "source_task_id": "ldtask_x", "source_seconds": Decimal(0)},
        "source_take",
        "The take to extend has no length. Choose another take.",
    ),
    (
        {"model": "seedance-2.0"},
        "model",
        "This request is for seedance-2.0, not for seedance-2.0-fast. Choose the model again.",
    ),
]


@pytest.mark.parametrize(("over", "field", "message"), SETTINGS, ids=lambda value: str(value)[:30])
def test_setting_the_model_cannot_do_is_a_problem(over: Mapping[str, Any], field: str, message: str) -> None:
    assert problems(model("seedance-2.0-fast"), make_request(**over)) == [Problem(field, message)]


INPUTS: list[tuple[Operation, tuple[Any, ...], list[str]]] = [
    (
        TEXT,
        (make_image(FIRST),),
        ["Text to video takes no first frame. Remove it, or choose Image to video or Start and end frames."],
    ),
    (IMAGE, (), ["Image to video needs at least 1 first frame. Add it to the tray."]),
    (IMAGE, (make_image(FIRST),) * 2, ["Image to video takes at most 1 first frame; there are 2. Remove 1."]),
    (
        START_END,
        (make_image(LAST),),
        [
            "A last frame needs a first frame. Add one.",
            "Start and end frames needs at least 1 first frame. Add it to the tray.",
        ],
    ),
    (
        REFERENCES,
        (make_image(), make_image(FIRST)),
        [
            "First and last frames cannot be mixed with references. Remove one of the two kinds.",
            "References to video takes no first frame. Remove it, or choose Image to video or Start and end frames.",
        ],
    ),
    (REFERENCES, (make_audio(),), ["Audio never goes alone. Add at least one reference image."]),
    (
        REFERENCES,
        (make_video(),),
        ["References to video needs at least 1 reference image. Add it to the tray."],
    ),
    (
        REFERENCES,
        (make_image(),) * 10,
        ["References to video takes at most 9 reference images; there are 10. Remove 1."],
    ),
    (
        REFERENCES,
        (make_image(), *[make_video(seconds=Decimal(3))] * 4),
        ["References to video takes at most 3 reference videos; there are 4. Remove 1."],
    ),
    (
        REFERENCES,
        (make_image(), *[make_video(seconds=Decimal("5.5"))] * 3),
        ["The reference videos last 16.5 s together; 15 s is allowed. Trim or remove one."],
    ),
    (
        EDIT,
        (make_image(InputRole.SOURCE_VIDEO),),
        [
            "a.png cannot be a video to edit: it is not of that kind. Give it another role.",
            "a.png is not of the kind needed here (video). Choose another file.",
        ],
    ),
]


@pytest.mark.parametrize(("operation", "inputs", "messages"), INPUTS)
def test_wrong_mixture_of_inputs_is_a_problem(
    operation: Operation, inputs: tuple[Any, ...], messages: list[str]
) -> None:
    request = make_request(operation, inputs=inputs)

    assert problems(model("seedance-2.0-fast"), request) == [Problem("inputs", text) for text in messages]


FILES = [
    (
        make_image(extension="svg", name="x.svg"),
        "x.svg has a format the gateway does not take. Convert it to JPEG, JPG, PNG, WEBP, BMP, TIFF, TIF or GIF.",
    ),
    (make_image(size=30_000_000), "a.png is 30 MB; the limit is 30 MB. Make it smaller."),
    (make_image(size=0), "a.png is empty. Upload it again."),
    (make_image(width=299, height=500), "a.png is 299×500; each side needs at least 300 pixels. Use a larger one."),
    (make_image(width=6001, height=4000), "a.png is 6001×4000; no side may be longer than 6000 pixels. Scale it down."),
    (make_image(width=1000, height=399), "a.png is 1000×399; width ÷ height must be between 0.4 and 2.5. Crop it."),
    (make_image(width=399, height=1000), "a.png is 399×1000; width ÷ height must be between 0.4 and 2.5. Crop it."),
    (
        make_image(width=None),
        "The size of a.png in pixels could not be measured. Upload it again or choose another file.",
    ),
    (
        make_video(seconds=Decimal("1.9")),
        "m.mp4 is 1.9 s long; 2 s to 15 s is allowed. Trim it or choose another.",
    ),
    (
        make_video(seconds=Decimal("15.01")),
        "m.mp4 is 15.01 s long; 2 s to 15 s is allowed. Trim it or choose another.",
    ),
    (
        make_video(seconds=None),
        "The length of m.mp4 could not be measured. Upload it again or choose another file.",
    ),
    (make_video(extension="webm"), "m.mp4 has a format the gateway does not take. Convert it to MP4 or MOV."),
    (make_video(size=200_000_001), "m.mp4 is 200 MB; the limit is 200 MB. Make it smaller."),
    (make_audio(size=15_000_001), "s.mp3 is 15 MB; the limit is 15 MB. Make it smaller."),
]


@pytest.mark.parametrize(("file", "message"), FILES)
def test_file_outside_the_limits_is_a_problem(file: Any, message: str) -> None:
    inputs = (file,) if file.kind == AssetKind.IMAGE else (make_image(), file)
    request = make_request(REFERENCES, inputs=inputs)

    assert problems(model("seedance-2.0"), request_for(request, "seedance-2.0")) == [Problem("inputs", message)]


def request_for(request: Any, name: str) -> Any:
    return type(request).from_json(request.to_json() | {"model": name})


@pytest.mark.parametrize("extra", [make_image(), make_video(), make_audio()])
def test_mini_takes_one_reference_image_until_its_counts_are_known(extra: Any) -> None:
    request = make_request(REFERENCES, model="seedance-2.0-mini", inputs=(make_image(), extra))

    found = problems(model("seedance-2.0-mini"), request)

    assert [problem.field for problem in found] == ["inputs"]
    assert found[0].message.startswith("TokenLab does not promise how many references Seedance 2.0 Mini takes")


def test_every_problem_is_named_at_once() -> None:
    request = make_request(IMAGE, prompt="", resolution="1080p", duration=99, inputs=())

    found = problems(model("seedance-2.0-fast"), request)

    assert [problem.field for problem in found] == ["prompt", "resolution", "duration", "inputs"]


def test_warnings_name_what_may_be_refused_and_stop_nothing() -> None:
    inputs = (make_image(size=21_000_000), make_video(size=60_000_000, width=1920, height=1080))
    request = make_request(REFERENCES, prompt="word " * 1001, inputs=inputs)
    capability = model("seedance-2.0-fast")

    found = warnings(capability, request)

    assert problems(capability, request) == []
    assert found == [
        Problem("prompt", "Very long prompts are followed less well: say the most important things only."),
        Problem("inputs", "a.png is 21 MB; above 20 MB the gateway may refuse it."),
        Problem("inputs", "m.mp4 is 60 MB; above 50 MB the gateway may refuse it."),
        Problem("inputs", "m.mp4 is 1920×1080: outside the size that is surely accepted, so it may be refused."),
    ]


@pytest.mark.parametrize(("takes", "fields"), [(0, ["takes"]), (1, []), (8, []), (9, ["takes"])])
def test_takes_are_one_to_eight(takes: int, fields: list[str]) -> None:
    assert [problem.field for problem in takes_problems(takes)] == fields


def test_unknown_parameters_are_refused() -> None:
    found = unknown_parameters(["resolution", "fps"])

    assert found == [
        Problem("fps", "There is no setting named “fps”. Use aspect_ratio, duration, resolution, sound or seed.")
    ]


def test_edited_video_with_another_shape_than_its_own_is_warned_of() -> None:
    request = make_request(Operation.VIDEO_TO_VIDEO, aspect_ratio="9:16")
    capability = model("seedance-2.0-fast")

    found = {
        ratio: [problem.field for problem in warnings(capability, replace(request, aspect_ratio=ratio))]
        for ratio in ("9:16", "adaptive")
    }
    elsewhere = warnings(replace(capability, aspect_ratios=("9:16",)), request)

    assert (found, elsewhere) == ({"9:16": ["own_shape"], "adaptive": []}, [])
