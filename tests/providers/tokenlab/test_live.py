"""Live facts may narrow a record and never widen it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.choices import Operation
from studio.providers.capabilities import Capability
from studio.providers.tokenlab import live
from tests.providers.factories import fixture, model
from tests.providers.tokenlab.details import constraint, make_detail, make_entry

NAME = "seedance-2.0"


def _narrowed(**over: Any) -> Capability | None:
    return live.narrowed(model(NAME), {NAME: live.facts_of(make_detail(**over))})


def test_detail_is_read_into_plain_strings() -> None:
    detail = make_detail(resolutions=["480p", None, 720], operation_constraints=[constraint("text-to-video"), 3, {}])

    facts = live.facts_of(detail, make_entry())

    assert facts == {
        "resolutions": ["480p", "720"],
        "durations": [],
        "aspect_ratios": [],
        "operations": {
            "text-to-video": {
                "resolutions": ["480p", "720p"],
                "durations": ["5", "10"],
                "aspect_ratios": ["16:9"],
            }
        },
        "pricing": {"unit": "per_1m_tokens", "currency": "USD", "min_price": "2.3529", "max_price": "7.5000"},
    }
    assert json.loads(json.dumps(facts)) == facts


@pytest.mark.parametrize("detail", [{}, {"tokenlab": None}, {"tokenlab": {"request_format_details": []}}])
def test_odd_detail_holds_no_facts_and_narrows_nothing(detail: dict[str, Any]) -> None:
    facts = live.facts_of(detail)

    assert live.narrowed(model(NAME), {NAME: facts}) == model(NAME)


@pytest.mark.parametrize("found", [{}, {NAME: None}, {NAME: []}, {"seedance-2.0-fast": {"resolutions": ["480p"]}}])
def test_nothing_known_of_a_model_narrows_nothing(found: dict[str, Any]) -> None:
    assert live.narrowed(model(NAME), found) == model(NAME)


@pytest.mark.parametrize(
    ("named", "left"),
    [
        (["480p", "720p"], ("480p", "720p")),
        (["720P", "8k"], ("720p",)),
        ([], ("480p", "720p", "1080p", "4k")),
        (["1280x720"], ("480p", "720p", "1080p", "4k")),
        ("480p", ("480p", "720p", "1080p", "4k")),
    ],
)
def test_resolutions_are_narrowed_and_never_widened(named: Any, left: tuple[str, ...]) -> None:
    found = _narrowed(resolutions=named)

    assert found is not None
    assert found.resolutions == left


def test_defaults_follow_what_is_left() -> None:
    found = _narrowed(resolutions=["1080p"], durations=["-1", "8", "9", "30"], aspect_ratios=["9:16", "2:1"])

    assert found is not None
    assert (found.resolutions, found.durations, found.aspect_ratios) == (("1080p",), (8, 9), ("9:16",))
    assert (found.default_resolution, found.default_duration, found.default_aspect_ratio) == ("1080p", 8, "9:16")
    assert {found.default_aspect_ratio_for(name) for name in found.operations} == {"9:16"}


def test_nothing_in_common_leaves_nothing() -> None:
    assert _narrowed(resolutions=["2k"]) is None


def test_operation_that_is_no_longer_listed_is_not_offered() -> None:
    found = _narrowed(operation_constraints=[constraint("text-to-video"), constraint("audio-to-video")])

    assert found is not None
    assert list(found.operations) == [Operation.TEXT_TO_VIDEO]
    assert found.not_offered[Operation.VIDEO_EXTENSION] == (
        "TokenLab does not list this operation for Seedance 2.0 at present. Choose another operation or model."
    )


@pytest.mark.parametrize("named", [[], None, [constraint("some-new-word")]])
def test_unreadable_operations_narrow_nothing(named: Any) -> None:
    found = _narrowed(operation_constraints=named)

    assert found is not None
    assert list(found.operations) == list(Operation)


@pytest.mark.parametrize(
    ("over", "named"),
    [
        ({"max_price": "7.5000"}, ""),
        ({"max_price": "7.51"}, "7.51"),
        ({"max_price": 9}, "9"),
        ({"max_price": "9", "unit": "per_second"}, ""),
        ({"max_price": None, "output_per_1m": "8.25", "unit": None}, "8.25"),
        ({"max_price": "70", "currency": "CNY"}, ""),
        ({"max_price": "a lot"}, ""),
    ],
)
def test_higher_live_price_is_said(over: dict[str, Any], named: str) -> None:
    note = live.price_note(NAME, live.facts_of({}, make_entry(**over)))

    expected = (
        f"TokenLab now names up to ${named} per million tokens for seedance-2.0; estimates here reckon with at most "
        "$7.5000, so they may be too low."
    )
    assert note == (expected if named else "")


def test_price_list_example_names_no_rate() -> None:
    entry = json.loads(fixture("pricing"))["data"][0]

    facts = live.facts_of({}, entry)

    assert facts["pricing"] == {}
    assert live.price_note(NAME, facts) == ""
