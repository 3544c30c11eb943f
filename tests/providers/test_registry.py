from __future__ import annotations

import pytest

from studio.providers import registry
from studio.providers.provider import Provider


@pytest.mark.parametrize("slug", registry.PROVIDERS)
def test_get_returns_the_gateway_of_its_row(slug: str) -> None:
    provider = registry.get(slug)

    assert isinstance(provider, Provider)
    assert provider.slug == slug
    assert {item.provider for item in provider.capabilities} == {slug}


def test_get_of_an_unknown_slug_names_the_known_ones() -> None:
    with pytest.raises(LookupError, match="There is no gateway “nowhere”. Known: tokenlab"):
        registry.get("nowhere")


@pytest.mark.parametrize("asked", ["seedance-2.0-fast", "Seedance 2.0 Fast", " SEEDANCE 2.0 FAST "])
def test_find_model_takes_id_or_name(asked: str) -> None:
    found = registry.find_model("tokenlab", asked)

    assert found is not None
    assert found.model == "seedance-2.0-fast"


def test_find_model_of_an_unknown_model_is_none() -> None:
    assert registry.find_model("tokenlab", "seedance-9") is None


@pytest.mark.parametrize("slug", registry.PROVIDERS)
def test_studio_model_is_known_by_every_name_that_it_has(slug: str) -> None:
    named = {(item.model, item.studio_model) for item in registry.get(slug).capabilities}

    found = {
        (item.model, registry.studio_model_of(text))
        for item in registry.get(slug).capabilities
        for text in (item.model, item.name, item.key, item.studio_model, f" {item.name.upper()} ")
    }

    assert found == named


@pytest.mark.parametrize("text", ["", "seedance-9", "tokenlab:", "nowhere:seedance-2.0", ":seedance-2.0"])
def test_studio_model_of_an_unknown_name_is_nothing(text: str) -> None:
    assert registry.studio_model_of(text) == ""


def test_studio_models_hold_every_record_once() -> None:
    records = [item for group in registry.studio_models().values() for item in group]

    assert sorted(records, key=lambda item: item.key) == sorted(registry.all_capabilities(), key=lambda item: item.key)
    assert list(registry.studio_models()) == [
        "seedance-2.0",
        "seedance-2.0-fast",
        "seedance-2.0-mini",
        "seedance-1.5-pro",
    ]
