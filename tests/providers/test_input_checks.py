"""What a gateway may say of all files at once; rules about single files are in the tests of the checks."""

from __future__ import annotations

from typing import Any

import pytest

from studio.choices import InputRole, Operation
from studio.providers.capabilities import InputRule, OperationRule
from studio.providers.input_checks import input_problems
from tests.providers.factories import make_audio, make_image, make_video, model

RULES = tuple(
    InputRule(role, 0, 9, model("seedance-2.0").media[kind])
    for role, kind in [
        (InputRole.REFERENCE_IMAGE, make_image().kind),
        (InputRole.REFERENCE_VIDEO, make_video().kind),
        (InputRole.REFERENCE_AUDIO, make_audio().kind),
    ]
)


def _messages(inputs: tuple[Any, ...], **over: Any) -> list[str]:
    rule = OperationRule(Operation.REFERENCE_TO_VIDEO, "a test", inputs=RULES, **over)
    return [problem.message for problem in input_problems(model("seedance-2.0"), rule, inputs)]


@pytest.mark.parametrize(
    ("inputs", "messages"),
    [
        ((), []),
        ((make_image(),) * 2 + (make_video(),), []),
        (
            (make_image(),) * 3 + (make_video(),),
            ["References to video takes at most 3 files together; there are 4. Remove 1."],
        ),
    ],
)
def test_files_are_counted_together_where_a_gateway_does(inputs: tuple[Any, ...], messages: list[str]) -> None:
    assert _messages(inputs, max_inputs=3) == messages
    assert _messages(inputs) == []


@pytest.mark.parametrize(
    ("inputs", "messages"),
    [
        ((make_image(), make_video()), []),
        ((make_video(), make_audio()), []),
        ((make_image(),) * 2, ["References to video needs files of at least two kinds here. Add a video."]),
        ((make_audio(),), ["Audio never goes alone. Add at least one reference image."]),
    ],
)
def test_files_of_two_kinds_are_asked_for_where_one_kind_means_something_else(
    inputs: tuple[Any, ...], messages: list[str]
) -> None:
    assert _messages(inputs, mixes_kinds=True, note="Add a video.") == messages
