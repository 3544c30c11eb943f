"""Adding a gateway is four edits: its folder, its row, its recorded answers with tests, and its dialect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.environment import BASE_DIR
from studio.providers.registry import PROVIDERS, get
from studio.sandbox.dialects import DIALECTS
from tests.contract.gateways import CONTRACTS

FOLDERS = {path.parent.name for path in (BASE_DIR / "studio/providers").glob("*/gateway.py")}
DIALECT_FOLDERS = {path.parent.name for path in (BASE_DIR / "studio/sandbox/dialects").glob("*/__init__.py")}
PARTS = ("adapter", "catalog", "gateway", "payload", "parse")
every_gateway = pytest.mark.parametrize("slug", sorted(FOLDERS | set(PROVIDERS)))


def fixtures_of(slug: str) -> list[Path]:
    return sorted((BASE_DIR / "tests/providers" / slug / "fixtures").glob("*.json"))


@every_gateway
def test_gateway_has_its_folder(slug: str) -> None:
    present = [part for part in PARTS if (BASE_DIR / "studio/providers" / slug / f"{part}.py").is_file()]

    assert present == list(PARTS)


@every_gateway
def test_gateway_has_its_row_in_the_registry(slug: str) -> None:
    assert (slug in PROVIDERS, get(slug).slug) == (True, slug)


@every_gateway
def test_gateway_has_recorded_answers_and_a_test_for_each_part(slug: str) -> None:
    tests = {path.stem for path in (BASE_DIR / "tests/providers" / slug).glob("test_*.py")}

    missing = {f"test_{part}" for part in ("adapter", "catalog", "payload", "parse", "prices")} - tests

    assert missing == set()
    assert [path.name for path in fixtures_of(slug) if not json.loads(path.read_bytes())] == []
    assert len(fixtures_of(slug)) >= 2


@every_gateway
def test_gateway_has_its_dialect_in_the_sandbox(slug: str) -> None:
    assert (slug in DIALECTS, slug in DIALECT_FOLDERS) == (True, True)


@every_gateway
def test_gateway_is_under_contract(slug: str) -> None:
    assert slug in {contract.slug for contract in CONTRACTS}


@every_gateway
def test_gateway_has_each_kind_of_route_under_contract(slug: str) -> None:
    # A route with a proof of its own is another contract; regions behind the same path are not.
    provider = get(slug)
    routes = [route.value for route in provider.routes] or [""]
    kinds = {provider.proves(provider.base_url, route) for route in routes}

    under_contract = {provider.proves(provider.base_url, each.route) for each in CONTRACTS if each.slug == slug}

    assert kinds - under_contract == set()
