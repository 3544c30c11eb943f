"""The records against what the gateway's guide states, and against the rule that facts carry sources."""

from __future__ import annotations

from dataclasses import fields

import pytest

from studio.choices import ROLE_KINDS, AssetKind, InputRole, Operation
from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.checks import Problem, problems
from studio.providers.tokenhub.catalog import CAPABILITIES, NO_EXTENSION
from studio.providers.tokenhub.prices import ROWS
from tests.providers.factories import make_audio, make_image, make_video, model
from tests.providers.tokenhub.makers import OFFERED, make_hub_request

each_model = pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda item: item.model)


def test_models_are_the_studios_under_other_ids() -> None:
    assert {item.model: item.studio_model for item in CAPABILITIES} == {
        "doubao-seedance-2.0": model("seedance-2.0").studio_model,
        "doubao-seedance-2.0-fast": model("seedance-2.0-fast").studio_model,
    }


@each_model
def test_facts_are_those_of_the_guide(capability: Capability) -> None:
    assert capability.resolutions == ("480p", "720p")
    assert capability.durations == tuple(range(4, 16))
    assert capability.aspect_ratios == ("adaptive", "16:9", "9:16", "1:1")
    assert (capability.sound_offered, capability.seed, capability.cancel) == (True, None, None)
    assert tuple(capability.operations) == OFFERED
    assert dict(capability.not_offered) == {Operation.VIDEO_EXTENSION: NO_EXTENSION}


@each_model
def test_reference_counts_end_where_the_guide_or_upstream_does(capability: Capability) -> None:
    rules = capability.operations[Operation.REFERENCE_TO_VIDEO].inputs

    assert [(rule.role, rule.minimum, rule.maximum) for rule in rules] == [
        (InputRole.REFERENCE_IMAGE, 1, 9),
        (InputRole.REFERENCE_VIDEO, 0, 3),
        (InputRole.REFERENCE_AUDIO, 0, 3),
    ]


@each_model
def test_nothing_goes_inside_the_request(capability: Capability) -> None:
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


@each_model
def test_every_resolution_has_a_price(capability: Capability) -> None:
    assert {(capability.model, resolution) for resolution in capability.resolutions} <= {
        (row.model, row.resolution) for row in ROWS
    }


@pytest.mark.parametrize("operation", OFFERED)
def test_plain_request_of_every_operation_may_be_sent(operation: Operation) -> None:
    assert problems(model("doubao-seedance-2.0", "tokenhub"), make_hub_request(operation)) == []


def test_extension_is_refused_with_its_reason() -> None:
    found = problems(model("doubao-seedance-2.0", "tokenhub"), make_hub_request(Operation.VIDEO_EXTENSION))

    assert found == [Problem("operation", NO_EXTENSION)]


def test_unmeasured_video_is_refused_before_it_could_be_declared() -> None:
    request = make_hub_request(Operation.REFERENCE_TO_VIDEO, inputs=(make_image(), make_video(seconds=None)))

    assert problems(model("doubao-seedance-2.0", "tokenhub"), request) == [
        Problem("inputs", "The length of m.mp4 could not be measured. Upload it again or choose another file.")
    ]


def test_lone_audio_is_refused() -> None:
    request = make_hub_request(Operation.REFERENCE_TO_VIDEO, inputs=(make_audio(),))

    assert problems(model("doubao-seedance-2.0", "tokenhub"), request) == [
        Problem("inputs", "Audio never goes alone. Add at least one reference image.")
    ]


def test_row_of_the_registry_is_the_gateways() -> None:
    row = registry.get("tokenhub")

    assert (row.name, row.base_url, row.key_hint) == ("TokenHub", "https://tokenhub.store/api/v1", "th-…")
    assert (row.failed_is_free, row.poll_seconds, row.takes_webhook) == (False, 5.0, False)
    assert row.currency_of(row.base_url, "") == "USD"
    assert set(row.capabilities[0].media) == set(AssetKind)
