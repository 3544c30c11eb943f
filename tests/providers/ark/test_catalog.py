"""The records against what Ark's pages state, and against the rule that facts carry sources."""

from __future__ import annotations

from dataclasses import fields

import pytest

from studio.choices import ROLE_KINDS, AssetKind, InputRole, Operation
from studio.providers.ark.catalog import CAPABILITIES, NO_EXTENSION
from studio.providers.ark.regions import ROUTES
from studio.providers.capabilities import Capability
from studio.providers.checks import problems
from studio.providers.upstream.sizes import PIXELS
from tests.providers.ark.factories import ark_request
from tests.providers.factories import make_audio, make_image, make_video

each_model = pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda item: item.model)


def test_ids_and_resolutions_are_those_of_the_page() -> None:
    small = ("480p", "720p")
    assert {(item.model, item.name): item.resolutions for item in CAPABILITIES} == {
        ("dreamina-seedance-2-0-260128", "Seedance 2.0"): ("480p", "720p", "1080p", "4k"),
        ("dreamina-seedance-2-0-fast-260128", "Seedance 2.0 Fast"): small,
        ("dreamina-seedance-2-0-mini-260615", "Seedance 2.0 Mini"): small,
        ("doubao-seedance-2-0-260128", "Seedance 2.0"): ("480p", "720p", "1080p", "4k"),
        ("doubao-seedance-2-0-fast-260128", "Seedance 2.0 Fast"): small,
        ("doubao-seedance-2-0-mini-260615", "Seedance 2.0 Mini"): small,
    }


@each_model
def test_each_record_belongs_to_one_known_region(capability: Capability) -> None:
    regions = {"dreamina": "byteplus", "doubao": "volcengine"}

    assert capability.routes == (regions[capability.model.partition("-")[0]],)
    assert capability.routes[0] in [route.value for route in ROUTES]


@each_model
def test_all_but_the_extension_is_offered(capability: Capability) -> None:
    assert list(capability.operations) == [name for name in Operation if name != Operation.VIDEO_EXTENSION]
    assert capability.not_offered == {Operation.VIDEO_EXTENSION: NO_EXTENSION}


def test_extension_is_refused_with_the_reason() -> None:
    found = problems(CAPABILITIES[0], ark_request(Operation.VIDEO_EXTENSION))

    assert [(problem.field, problem.message) for problem in found] == [("operation", NO_EXTENSION)]


@each_model
def test_reference_counts_are_those_of_the_page(capability: Capability) -> None:
    rules = capability.operations[Operation.REFERENCE_TO_VIDEO].inputs

    assert [(rule.role, rule.minimum, rule.maximum) for rule in rules] == [
        (InputRole.REFERENCE_IMAGE, 1, 9),
        (InputRole.REFERENCE_VIDEO, 0, 3),
        (InputRole.REFERENCE_AUDIO, 0, 3),
    ]


@each_model
def test_images_and_audio_may_be_inline_and_videos_never(capability: Capability) -> None:
    rules = [rule for operation in capability.operations.values() for rule in operation.inputs]

    assert all(rule.inline == (ROLE_KINDS[rule.role] != AssetKind.VIDEO) for rule in rules)


@each_model
def test_full_reference_request_passes_every_check(capability: Capability) -> None:
    inputs = (*(make_image(),) * 9, *(make_video(),) * 3, *(make_audio(),) * 3)
    request = ark_request(Operation.REFERENCE_TO_VIDEO, model=capability.model, inputs=inputs)

    assert problems(capability, request) == []


def test_lone_reference_video_asks_for_an_image() -> None:
    found = problems(CAPABILITIES[0], ark_request(Operation.REFERENCE_TO_VIDEO, inputs=(make_video(),)))

    assert [problem.field for problem in found] == ["inputs"]


@each_model
def test_defaults_are_among_what_is_offered(capability: Capability) -> None:
    assert capability.default_resolution in capability.resolutions
    assert capability.default_duration in capability.durations
    assert capability.default_aspect_ratio_for(Operation.VIDEO_TO_VIDEO) == "adaptive"
    for operation in capability.operations:
        assert capability.default_aspect_ratio_for(operation) in capability.aspect_ratios


@each_model
def test_every_fact_has_a_source(capability: Capability) -> None:
    own = {"provider", "name", "sources", "default_sound", "sound_offered", "routes"}
    notes = {"sound_note", "not_offered", "resolution_notes"}
    facts = {field.name for field in fields(capability)} - own - notes | {"sound", "references"}

    assert set(capability.sources) == facts
    assert all(rule.source for rule in capability.operations.values())
    assert all(rule.limits.source for each in capability.operations.values() for rule in each.inputs)


@each_model
def test_every_resolution_has_a_size(capability: Capability) -> None:
    assert all("16:9" in PIXELS[resolution] for resolution in capability.resolutions)
