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


def test_find_key_is_the_reverse_of_key() -> None:
    assert [registry.find_key(item.key) for item in registry.all_capabilities()] == list(registry.all_capabilities())
