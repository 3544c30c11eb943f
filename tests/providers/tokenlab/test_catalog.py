"""The records against what the gateway's page states, and against the rule that facts carry sources."""

from __future__ import annotations

from dataclasses import fields

import pytest

from studio.choices import ROLE_KINDS, InputRole, Operation
from studio.providers.capabilities import Capability
from studio.providers.tokenlab.catalog import CAPABILITIES
from studio.providers.tokenlab.rates import rate_for
from studio.providers.upstream.sizes import PIXELS
from studio.providers.wording import limits_sentence
from tests.providers.factories import model

each_model = pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda item: item.model)


def test_resolutions_are_those_of_the_page() -> None:
    assert {item.model: item.resolutions for item in CAPABILITIES} == {
        "seedance-2.0": ("480p", "720p", "1080p", "4k"),
        "seedance-2.0-fast": ("480p", "720p"),
        "seedance-2.0-mini": ("480p", "720p"),
    }


@each_model
def test_all_six_operations_are_offered(capability: Capability) -> None:
    assert list(capability.operations) == list(Operation)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("seedance-2.0", [(1, 9), (0, 3), (0, 3)]),
        ("seedance-2.0-fast", [(1, 9), (0, 3), (0, 3)]),
        ("seedance-2.0-mini", [(1, None), (0, None), (0, None)]),
    ],
)
def test_reference_counts_are_those_of_the_page(name: str, counts: list[tuple[int, int | None]]) -> None:
    rules = model(name).operations[Operation.REFERENCE_TO_VIDEO].inputs

    assert [(rule.minimum, rule.maximum) for rule in rules] == counts


@each_model
def test_only_documented_inputs_may_be_inline(capability: Capability) -> None:
    inline = [
        (operation, rule.role)
        for operation, operation_rule in capability.operations.items()
        for rule in operation_rule.inputs
        if rule.inline
    ]

    assert inline == [
        (Operation.IMAGE_TO_VIDEO, InputRole.FIRST_FRAME),
        (Operation.REFERENCE_TO_VIDEO, InputRole.REFERENCE_IMAGE),
    ]


@each_model
def test_defaults_are_among_what_is_offered(capability: Capability) -> None:
    assert capability.default_resolution in capability.resolutions
    assert capability.default_duration in capability.durations
    for operation in capability.operations:
        assert capability.default_aspect_ratio_for(operation) in capability.aspect_ratios


@each_model
def test_every_fact_has_a_source(capability: Capability) -> None:
    # Words, names and what follows from other facts need no source of their own.
    own = {"provider", "name", "sources", "default_sound", "sound_offered", "routes"}
    notes = {"sound_note", "not_offered", "resolution_notes"}
    facts = {field.name for field in fields(capability)} - own - notes | {"sound", "references"}

    assert set(capability.sources) == facts
    assert all(rule.source for rule in capability.operations.values())


@each_model
def test_limits_fit_the_role_they_are_for(capability: Capability) -> None:
    for operation_rule in capability.operations.values():
        for rule in operation_rule.inputs:
            assert rule.limits.kind == ROLE_KINDS[rule.role]
            assert rule.limits.source


@each_model
def test_every_resolution_has_a_rate_and_a_size(capability: Capability) -> None:
    for resolution in capability.resolutions:
        assert rate_for(capability.model, resolution) is not None
        assert "16:9" in PIXELS[resolution]


def test_limits_are_said_in_one_line() -> None:
    sentences = [limits_sentence(item) for item in model("seedance-2.0").media.values()]

    assert sentences == [
        "Image: JPEG, PNG, WEBP, BMP, TIFF or GIF, up to 30 MB, 300 to 6000 pixels a side, width ÷ height 0.4 to 2.5.",
        "Video: MP4 or MOV, up to 200 MB, 2 to 15 seconds each, 15 seconds together.",
        "Audio: WAV or MP3, up to 15 MB, 2 to 15 seconds each, 15 seconds together.",
    ]
