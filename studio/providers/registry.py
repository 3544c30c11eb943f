"""Which gateways there are. One row each; a gateway's code is imported when it is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from studio.providers.capabilities import Capability
from studio.providers.provider import Provider

PROVIDERS: dict[str, str] = {
    "tokenlab": "studio.providers.tokenlab.gateway.TOKENLAB",
    "tokenhub": "studio.providers.tokenhub.gateway.TOKENHUB",
    "seedance": "studio.providers.seedance.gateway.SEEDANCE",
    "ark": "studio.providers.ark.gateway.ARK",
}


@cache
def get(slug: str) -> Provider:
    """The gateway of a slug; an unknown slug is a LookupError that names the known ones."""
    if slug not in PROVIDERS:
        raise LookupError(f"There is no gateway “{slug}”. Known: {', '.join(PROVIDERS)}.")
    module, _, attribute = PROVIDERS[slug].rpartition(".")
    provider: Provider = getattr(import_module(module), attribute)
    return provider


@cache
def all_capabilities() -> tuple[Capability, ...]:
    return tuple(item for slug in PROVIDERS for item in get(slug).capabilities)


def find_model(provider: str, model_or_name: str) -> Capability | None:
    """By the gateway's id or the studio's name, in any case."""
    return next(iter(find_models(provider, model_or_name)), None)


def find_models(provider: str, model_or_name: str) -> list[Capability]:
    """The same; a gateway of several regions has an id in each for the studio's one name."""
    wanted = model_or_name.strip().casefold()
    return [item for item in get(provider).capabilities if wanted in _names_of(item)]


def studio_model_of(text: str) -> str:
    """The studio's one word for a model named in any of its ways: that word, its name, a gateway's id, or
    `gateway:id` as older drafts and settings have it. Nothing for a name that nobody knows."""
    wanted = text.strip().casefold()
    found = (item for item in all_capabilities() if wanted in _names_of(item) or wanted == item.key.casefold())
    return next((item.studio_model for item in found), "")


def studio_models() -> dict[str, tuple[Capability, ...]]:
    """All records by the model they are of, whoever offers it."""
    models: dict[str, tuple[Capability, ...]] = {}
    for item in all_capabilities():
        models[item.studio_model] = (*models.get(item.studio_model, ()), item)
    return models


def _names_of(item: Capability) -> tuple[str, ...]:
    return item.model.casefold(), item.name.casefold(), item.studio_model
