from __future__ import annotations

import pytest

from studio.choices import Operation
from studio.providers.checks import problems
from studio.providers.tokenlab.gateway import TOKENLAB
from studio.providers.tokenlab.routes import NO_V3_EXTENSION, NO_V3_MODEL
from tests.providers.factories import make_request, model
from tests.providers.tokenlab.details import make_detail

BASE = TOKENLAB.base_url


@pytest.mark.parametrize("route", ["", "unified"])
def test_standard_route_offers_the_whole_record(route: str) -> None:
    assert [TOKENLAB.narrow(item, BASE, route, {}) for item in TOKENLAB.capabilities] == list(TOKENLAB.capabilities)


def test_ark_shaped_route_offers_what_it_can_express() -> None:
    found = TOKENLAB.narrow(model("seedance-2.0"), BASE, "v3", {})

    assert found is not None
    assert list(found.operations) == [name for name in Operation if name != Operation.VIDEO_EXTENSION]
    assert found.resolutions == ("480p", "720p", "1080p")
    assert found.not_offered == {Operation.VIDEO_EXTENSION: NO_V3_EXTENSION}
    assert not any(rule.inline for each in found.operations.values() for rule in each.inputs)


@pytest.mark.parametrize("name", ["seedance-2.0-fast", "seedance-2.0-mini"])
def test_ark_shaped_route_offers_no_model_without_a_documented_name(name: str) -> None:
    found = TOKENLAB.narrow(model(name), BASE, "v3", {})

    assert found is not None
    assert dict(found.operations) == {}
    assert [problem.message for problem in problems(found, make_request(model=name))] == [NO_V3_MODEL]


def test_live_facts_narrow_both_routes() -> None:
    live = {"seedance-2.0": {"resolutions": ["480p", "4k"]}}

    found = [TOKENLAB.narrow(model("seedance-2.0"), BASE, route, live) for route in ("", "v3")]

    assert [item and item.resolutions for item in found] == [("480p", "4k"), ("480p",)]


def test_route_with_nothing_left_offers_nothing() -> None:
    assert TOKENLAB.narrow(model("seedance-2.0"), BASE, "v3", {"seedance-2.0": {"resolutions": ["4k"]}}) is None


@pytest.mark.parametrize(("route", "proves"), [("", False), ("unified", False), ("v3", True)])
def test_only_the_ark_shaped_route_can_prove(route: str, proves: bool) -> None:
    assert (TOKENLAB.proves(BASE, route), TOKENLAB.keeps_body(BASE, route)) == (proves, proves)


def test_detail_without_facts_is_no_refusal() -> None:
    assert TOKENLAB.narrow(model("seedance-2.0"), BASE, "", {"seedance-2.0": make_detail()}) == model("seedance-2.0")
