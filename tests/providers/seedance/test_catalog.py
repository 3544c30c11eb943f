"""The records against what the gateway's pages state, and against the rule that facts carry sources."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from studio.choices import ROLE_KINDS, AssetKind, InputRole, Operation
from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.checks import Problem, problems, warnings
from studio.providers.seedance.catalog import CAPABILITIES, FAST_1080P, NOT_OFFERED, SOUND_NOTE
from tests.providers.factories import make_audio, make_image, make_video, model
from tests.providers.seedance.makers import OFFERED, make_open_request

REFERENCES = Operation.REFERENCE_TO_VIDEO

each_model = pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda item: item.model)


def test_models_are_the_studios() -> None:
    assert {item.model: (item.studio_model, item.durations) for item in CAPABILITIES} == {
        "seedance-2.0": (model("seedance-2.0").studio_model, tuple(range(4, 16))),
        "seedance-2.0-fast": (model("seedance-2.0-fast").studio_model, tuple(range(4, 16))),
        "seedance-1.5-pro": ("seedance-1.5-pro", (5, 10)),
    }


@each_model
def test_facts_are_those_of_the_page(capability: Capability) -> None:
    assert capability.resolutions == ("480p", "720p", "1080p")
    assert capability.aspect_ratios == ("16:9", "9:16", "1:1")
    assert (capability.sound_offered, capability.default_sound, capability.seed) == (False, False, None)
    assert tuple(capability.operations) == OFFERED
    assert dict(capability.not_offered) == NOT_OFFERED


@each_model
def test_formats_are_those_that_the_page_and_upstream_take(capability: Capability) -> None:
    assert {kind: set(media.formats) for kind, media in capability.media.items()} == {
        AssetKind.IMAGE: {"jpg", "jpeg", "png", "webp", "gif", "bmp"},
        AssetKind.VIDEO: {"mp4", "mov"},
        AssetKind.AUDIO: {"mp3", "wav"},
    }


@each_model
def test_limits_fit_the_role_they_are_for(capability: Capability) -> None:
    rules = [rule for operation in capability.operations.values() for rule in operation.inputs]

    assert [rule for rule in rules if rule.inline] == []
    assert [rule for rule in rules if rule.limits.kind != ROLE_KINDS[rule.role] or not rule.limits.source] == []


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
    assert all(capability.sources.values())
    assert all(rule.source for rule in capability.operations.values())


@pytest.mark.parametrize("operation", OFFERED)
def test_plain_request_of_every_operation_may_be_sent(operation: Operation) -> None:
    assert problems(model("seedance-2.0", "seedance"), make_open_request(operation)) == []


@pytest.mark.parametrize("operation", list(NOT_OFFERED))
def test_operation_that_cannot_be_expressed_is_refused_with_its_reason(operation: Operation) -> None:
    found = problems(model("seedance-2.0", "seedance"), make_open_request(operation))

    assert found == [Problem("operation", NOT_OFFERED[operation])]


ONE_KIND = (
    "References to video needs files of at least two kinds here. "
    "One or two images alone are taken for frames: add a reference video or audio."
)


@pytest.mark.parametrize(
    ("inputs", "messages"),
    [
        ((make_image(), make_audio()), []),
        ((make_image(),) * 3 + (make_video(), make_audio()), []),
        ((make_image(),), [ONE_KIND]),
        ((make_image(),) * 2, [ONE_KIND]),
        ((make_image(),) * 3, [ONE_KIND]),
        (
            (make_video(),),
            ["References to video needs at least 1 reference image. Add it to the tray.", ONE_KIND],
        ),
        ((make_audio(),), ["Audio never goes alone. Add at least one reference image."]),
        (
            (make_image(),) * 4 + (make_video(), make_audio()),
            ["References to video takes at most 5 files together; there are 6. Remove 1."],
        ),
    ],
)
def test_references_are_taken_where_they_cannot_be_mistaken(inputs: tuple[Any, ...], messages: list[str]) -> None:
    found = problems(model("seedance-2.0", "seedance"), make_open_request(REFERENCES, inputs=inputs))

    assert found == [Problem("inputs", text) for text in messages]


@pytest.mark.parametrize(
    ("name", "resolution", "notes"),
    [
        ("seedance-2.0", "1080p", []),
        ("seedance-2.0-fast", "720p", []),
        ("seedance-2.0-fast", "1080p", [Problem("resolution", FAST_1080P)]),
    ],
)
def test_doubtful_resolution_is_offered_with_a_warning(name: str, resolution: str, notes: list[Problem]) -> None:
    request = make_open_request(model=name, resolution=resolution)
    capability = model(name, "seedance")

    assert problems(capability, request) == []
    assert warnings(capability, request) == [Problem("sound", SOUND_NOTE), *notes]


def test_sound_cannot_be_asked_for_and_the_reason_is_true() -> None:
    found = problems(model("seedance-2.0", "seedance"), make_open_request(sound=True))

    assert found == [Problem("sound", f"{SOUND_NOTE} Switch sound off.")]


def test_row_of_the_registry_is_the_gateways() -> None:
    row = registry.get("seedance")

    assert (row.name, row.base_url) == ("Seedance 2.0 Open API", "https://www.seedance2.ink")
    assert (row.key_hint, row.failed_is_free, row.takes_webhook) == ("sd2_live_…", False, True)
    assert row.currency_of(row.base_url, "") == "credits"


def test_roles_of_frames_are_single() -> None:
    rules = model("seedance-2.0", "seedance").operations[Operation.START_END_TO_VIDEO].inputs

    assert [(rule.role, rule.minimum, rule.maximum) for rule in rules] == [
        (InputRole.FIRST_FRAME, 1, 1),
        (InputRole.LAST_FRAME, 1, 1),
    ]
